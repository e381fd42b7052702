from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter_agent.card_errors import CardError, CardInUse, CardRemoved
from counter_agent.virtual_card.folder import open_card, unlock
from counter_agent.virtual_card.knobs import Knobs
from counter_agent.virtual_card.model import VirtualCard
from tests.counter_agent.cards import ISSUED_ON, card_folder, made_card, on_reader

APPLICATION = "00A4040C0AD392F000260100000001"
RIGHT = "002000800431323334"
WRONG = "002000800439393939"


def told(card: VirtualCard, *commands: str) -> str:
    """The status word of the last of some commands."""
    sw = 0
    for command in commands:
        _, sw = card.answer(bytes.fromhex(command))
    return f"{sw:04X}"


def selected(card: VirtualCard, file: str) -> str:
    return told(card, APPLICATION, f"00A4020C02{file}")


@pytest.mark.parametrize("file", ["000A", "000B", "0002", "0006", "0008"])
def test_what_needs_no_pin_is_read_without_one(tmp_path: Path, file: str) -> None:
    card = made_card(tmp_path)
    assert selected(card, file) == "9000"
    assert told(card, "00B0000004") == "9000"


def test_the_signature_certificate_needs_its_password(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0001")
    assert told(card, "00B0000004") == "6982"
    assert told(card, "00A4020C02001B", "0020008006" + b"ABC123".hex(), "00A4020C020001", "00B0000004") == "9000"


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (["00A4040C0AD3921000310001010408"], "6A82"),
        (["00A4040C0AD3921000310001010402"], "6A82"),
        (["00A4020C020006"], "6A82"),
        ([APPLICATION, "00A4020C020007"], "6A82"),
        ([APPLICATION, "00A4000C020006"], "6A86"),
        ([APPLICATION, "00A40200020006"], "6A86"),
        ([APPLICATION, "00B0000004"], "6986"),
        ([APPLICATION, "00200080"], "6986"),
        ([APPLICATION, "00A4020C020006", "00B000A000"], "6B00"),
        ([APPLICATION, "00A4020C020018", "00200081"], "6A86"),
        (["01A4040C0AD392F000260100000001"], "6881"),
        ([APPLICATION, "00A4020C020017", "802A00800101"], "6982"),
        ([APPLICATION, "00A4020C020018", "00B0000004"], "6981"),
        (["00A4040C0AD392"], "6700"),
        (["00A4"], "6700"),
        (["00FF0000"], "6D00"),
        (["F0A40000"], "6E00"),
    ],
)
def test_each_refusal_has_its_status_word(tmp_path: Path, commands: list[str], status: str) -> None:
    assert told(made_card(tmp_path), *commands) == status


def test_asking_for_the_tries_costs_none(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    assert [told(card, "00200080") for _ in range(4)] == ["63C3"] * 4


def test_wrong_pins_lock_the_card_for_good(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    assert [told(card, WRONG) for _ in range(4)] == ["63C2", "63C1", "63C0", "6984"]
    assert told(card, RIGHT) == "6984"
    assert told(card, "00200080") == "63C0"


def test_the_right_pin_gives_all_tries_back(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    assert told(card, WRONG) == "63C2"
    assert told(card, RIGHT) == "9000"
    assert told(card, "00200080") == "9000"
    card.power_on()
    selected(card, "0018")
    assert told(card, "00200080") == "63C3"


def test_five_digits_cost_a_try(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    assert told(card, "00200080053132333435") == "63C2"


def test_a_verified_pin_survives_a_warm_reset_and_not_a_power_off(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    told(card, RIGHT)
    card.reset()
    assert selected(card, "0017") == "9000"
    assert told(card, "802A0080020102") == "9000"
    card.power_off()
    selected(card, "0017")
    assert told(card, "802A0080020102") == "6982"


def test_the_tries_outlive_the_process(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    told(card, WRONG)
    again = made_card(tmp_path)
    assert again.tries_left() == 2
    unlock(card_folder(tmp_path))
    assert made_card(tmp_path).tries_left() == 3


def test_a_blocked_card_is_only_so_while_the_knob_is_set(tmp_path: Path) -> None:
    card = made_card(tmp_path, Knobs(blocked=True))
    selected(card, "0018")
    assert told(card, RIGHT) == "6984"
    assert made_card(tmp_path).tries_left() == 3


def test_what_is_signed_is_signed_verbatim(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    told(card, RIGHT, "00A4020C020017")
    longest = bytes(245)
    signature, sw = card.answer(bytes.fromhex("802A0080F5") + longest + b"\0")
    assert (len(signature), sw) == (256, 0x9000)
    assert card.answer(bytes.fromhex("802A0080F6") + bytes(246) + b"\0")[1] == 0x6700
    key = x509.load_der_x509_certificate(whole_file(card, "000A")).public_key()
    assert isinstance(key, RSAPublicKey)
    assert key.recover_data_from_signature(signature, PKCS1v15(), None) == longest


def whole_file(card: VirtualCard, file: str) -> bytes:
    selected(card, file)
    content = b""
    while True:
        answer, sw = card.answer(bytes((0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, 0)))
        if sw != 0x9000:
            return content
        content += answer


def test_the_certificate_is_like_a_real_one_and_says_that_it_is_made_up(tmp_path: Path) -> None:
    certificate = x509.load_der_x509_certificate(whole_file(made_card(tmp_path), "000A"))
    common_name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert len(common_name) == 23
    assert isinstance(certificate.signature_hash_algorithm, SHA256)
    assert "training" in certificate.issuer.rfc4514_string()


def test_an_expired_card_is_expired_and_issued_alike_each_time(tmp_path: Path) -> None:
    first, second = (whole_file(made_card(tmp_path, Knobs(expired=True)), "000A") for _ in range(2))
    assert first == second
    assert x509.load_der_x509_certificate(first).not_valid_after_utc.date() < ISSUED_ON


def test_a_child_under_15_has_no_signature_certificate(tmp_path: Path) -> None:
    card = made_card(tmp_path, Knobs(under15=True))
    assert selected(card, "0001") == "6A82"
    assert whole_file(card, "0008") != bytes.fromhex("8F8F00")
    assert whole_file(made_card(tmp_path), "0008") == bytes.fromhex("8F8F00")
    assert len(whole_file(card, "0006")) == 160


def test_the_folder_is_its_owners_and_a_broken_one_is_said_to_be(tmp_path: Path) -> None:
    file = card_folder(tmp_path) / "card.json"
    made_card(tmp_path).answer(b"")
    unlock(card_folder(tmp_path))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text(json.dumps({"tries": 3}))
    with pytest.raises(CardError, match="delete the folder"):
        open_card(card_folder(tmp_path), ISSUED_ON)


def test_recorded_commands_have_no_pin(tmp_path: Path) -> None:
    card = made_card(tmp_path)
    selected(card, "0018")
    told(card, RIGHT)
    assert card.recorded[-1] == "00 20 00 80 ** (masked)"


def test_a_reader_in_memory_serves_one_program_at_a_time(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    with reader.connected(), pytest.raises(CardInUse), reader.connected():
        raise AssertionError
    reader.lift()
    with pytest.raises(CardRemoved), reader.connected():
        raise AssertionError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40), st.sampled_from([bytes.fromhex(APPLICATION), b"\x00\xa4\x02\x0c\x02\x00\x06"])
        ),
        max_size=8,
    )
)
def test_any_command_is_answered_with_a_status_word(tmp_path: Path, commands: list[bytes]) -> None:
    card = made_card(tmp_path)
    for command in commands:
        body, sw = card.answer(command)
        assert 0x6000 <= sw <= 0x9000
        assert len(body) <= 256
