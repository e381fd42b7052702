from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_agent.apdu import SW, CardConnection
from counter_agent.card import der_length
from counter_agent.card_errors import BadCardData, CardError, CardRemoved, UnexpectedStatus
from counter_agent.reading import (
    Evidence,
    Inspection,
    NotPresented,
    PinRefused,
    TokenKind,
    WhyNot,
    inspect,
    read,
    read_certificate,
)
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.memory import VirtualReader
from tests.counter_agent.cards import CHALLENGE, WRONG, Babbling, Overridden, made_card, on_reader, pin

NUMBER_HOLDING = ("d3921000310001010408", "d3921000310001010402")
VERIFY_EMPTY = "00200080"
VERIFY_PIN = "0020008004"
READ_TOKEN = "00B0000020"
SELECT_TOKEN = "00A4020C020006"
SELECT_LIST = "00A4020C020008"
SELECT_CERTIFICATE = "00A4020C02000A"


def presented(recorded: list[str]) -> int:
    return sum("masked" in one for one in recorded)


def looked(tmp_path: Path, knobs: Knobs) -> Inspection:
    with on_reader(tmp_path, knobs).connected() as connection:
        return inspect(connection)


def test_looking_tells_what_lies_there_and_spends_no_try(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    for _ in range(5):
        with reader.connected() as connection:
            assert inspect(connection) == Inspection(TokenKind.CARD, has_certificate=True, tries_left=3)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (Kind.CARD, TokenKind.CARD),
        (Kind.OLD, TokenKind.OLD_CARD),
        (Kind.ANDROID, TokenKind.ANDROID),
        (Kind.IPHONE, TokenKind.IPHONE),
        (Kind.NOT_MYNUMBER, TokenKind.NOT_MYNUMBER),
    ],
)
def test_each_kind_of_token_is_told_apart(tmp_path: Path, kind: Kind, seen: TokenKind) -> None:
    assert looked(tmp_path, Knobs(kind=kind)).kind is seen


@pytest.mark.parametrize("label", [b"", b"JPKIAPICCTOKEN3", b"JPKIAPICCTOKEN2X", b"\xff" * 32])
def test_a_token_nobody_knows_is_no_card(tmp_path: Path, label: bytes) -> None:
    with on_reader(tmp_path).connected() as connection:
        odd = Overridden(connection, {READ_TOKEN: (label.ljust(32), 0x9000)})
        assert inspect(odd).kind is TokenKind.UNKNOWN
        assert read(odd, pin(), CHALLENGE) == NotPresented(WhyNot.NOT_A_CARD, kind=TokenKind.UNKNOWN)


def test_a_label_may_be_padded_with_nothing(tmp_path: Path) -> None:
    with on_reader(tmp_path).connected() as connection:
        odd = Overridden(connection, {READ_TOKEN: (b"JPKIAPICCTOKEN2".ljust(32, b"\0"), 0x9000)})
        assert inspect(odd).kind is TokenKind.CARD


@pytest.mark.parametrize("status", [0x6A82, 0x6D00, 0x6E00, 0x6999])
def test_a_card_without_the_application_is_not_a_my_number_card(status: SW) -> None:
    assert inspect(Babbling([(b"", status)])) == Inspection(TokenKind.NOT_MYNUMBER)


def test_the_first_command_after_power_up_may_fail_once(tmp_path: Path) -> None:
    assert looked(tmp_path, Knobs(first_fails=True)).kind is TokenKind.CARD
    with pytest.raises(UnexpectedStatus):
        inspect(Babbling([(b"", 0x6F00)]))


@pytest.mark.parametrize(
    ("status", "tries"),
    [(0x63C3, 3), (0x63C2, 2), (0x63C1, 1), (0x63C0, 0), (0x6984, 0), (0x6983, 0), (0x9000, 3)],
    ids=lambda value: f"{value:X}",
)
def test_every_way_a_card_tells_the_tries_left_is_understood(tmp_path: Path, status: SW, tries: int) -> None:
    with on_reader(tmp_path).connected() as connection:
        assert inspect(Overridden(connection, {VERIFY_EMPTY: (b"", status)})).tries_left == tries


@pytest.mark.parametrize(
    ("listed", "has"),
    [
        ((b"\x8f\x8f\x00", 0x9000), True),
        ((b"\x8f\x00\x00", 0x9000), True),
        ((b"\x00\x8f\x00", 0x9000), True),
        ((b"\x00\x00\x00", 0x9000), False),
        ((b"\x8f", 0x6282), True),
    ],
)
def test_the_list_of_certificates_is_believed_only_where_it_is_plain(
    tmp_path: Path, listed: tuple[bytes, SW], has: bool
) -> None:
    with on_reader(tmp_path).connected() as connection:
        assert inspect(Overridden(connection, {"00B0000003": listed})).has_certificate is has


def test_a_card_without_that_list_is_asked_for_the_certificate_itself(tmp_path: Path) -> None:
    with on_reader(tmp_path).connected() as connection:
        assert inspect(Overridden(connection, {SELECT_LIST: (b"", 0x6A82)})).has_certificate is True


@pytest.mark.parametrize("gone", [{SELECT_CERTIFICATE: (b"", 0x6A82)}, {"00B0000000": (bytes(256), 0x9000)}])
def test_a_card_without_the_certificate_costs_no_try(tmp_path: Path, gone: dict[str, tuple[bytes, SW]]) -> None:
    with on_reader(tmp_path).connected() as connection:
        card = Overridden(connection, gone)
        assert read(card, pin(), CHALLENGE) == NotPresented(WhyNot.NO_CERTIFICATE, kind=TokenKind.CARD)
        assert presented(card.sent) == 0


def test_a_child_under_15_has_the_authentication_certificate(tmp_path: Path) -> None:
    assert looked(tmp_path, Knobs(under15=True)) == Inspection(TokenKind.CARD, has_certificate=True, tries_left=3)
    with on_reader(tmp_path, Knobs(under15=True)).connected() as connection:
        assert isinstance(read(connection, pin(), CHALLENGE), Evidence)


def test_the_right_pin_gives_certificate_and_signature(tmp_path: Path) -> None:
    with on_reader(tmp_path).connected() as connection:
        evidence = read(connection, pin(), CHALLENGE)
    assert isinstance(evidence, Evidence)
    assert len(evidence.signature) == 256
    assert evidence.certificate[:2] == b"\x30\x82"
    assert repr(evidence) == "Evidence(tries_left=3)"


def test_a_whole_session_takes_sixteen_commands_at_most(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    long = b"\x30\x82" + (1792 - 4).to_bytes(2, "big") + bytes(1788)
    with reader.connected() as connection:
        chunks = {f"00B0{n:02X}0000": (long[256 * n : 256 * (n + 1)], 0x9000) for n in range(7)}
        card = Overridden(connection, chunks)
        evidence = read(card, pin(), CHALLENGE)
    assert isinstance(evidence, Evidence)
    assert evidence.certificate == long
    assert len(card.sent) == 16


def test_a_wrong_pin_is_presented_once_and_its_tries_are_told(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    with reader.connected() as connection:
        assert read(connection, pin(WRONG), CHALLENGE) == PinRefused(2, 3)
    assert reader.card is not None
    assert presented(reader.card.recorded) == 1
    assert reader.card.tries_left() == 2


def spend(reader: VirtualReader, times: int) -> None:
    for _ in range(times):
        with reader.connected() as connection:
            read(connection, pin(WRONG), CHALLENGE, last_try_agreed=True)


def test_the_last_try_needs_consent(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    spend(reader, 2)
    with reader.connected() as connection:
        assert read(connection, pin(), CHALLENGE) == NotPresented(WhyNot.LAST_TRY, 1, TokenKind.CARD)
    assert reader.card is not None
    assert reader.card.tries_left() == 1
    with reader.connected() as connection:
        assert isinstance(read(connection, pin(), CHALLENGE, last_try_agreed=True), Evidence)
    assert reader.card.tries_left() == 3


def test_a_locked_card_is_not_tried(tmp_path: Path) -> None:
    reader = on_reader(tmp_path)
    spend(reader, 2)
    with reader.connected() as connection:
        assert read(connection, pin(WRONG), CHALLENGE, last_try_agreed=True) == PinRefused(0, 1)
    assert reader.card is not None
    before = presented(reader.card.recorded)
    with reader.connected() as connection:
        assert read(connection, pin(), CHALLENGE, last_try_agreed=True) == NotPresented(
            WhyNot.LOCKED, 0, TokenKind.CARD
        )
    assert presented(reader.card.recorded) == before


@pytest.mark.parametrize("status", [0x6984, 0x6983, 0x63C0])
def test_a_card_may_say_locked_in_three_ways(tmp_path: Path, status: SW) -> None:
    with on_reader(tmp_path).connected() as connection:
        card = Overridden(connection, {VERIFY_PIN: (b"", status)})
        assert read(card, pin(), CHALLENGE) == PinRefused(0, 3)


@pytest.mark.parametrize("status", [0x6700, 0x6F00, 0x6C04, 0x6982])
def test_a_strange_answer_to_a_pin_is_no_reason_to_try_again(tmp_path: Path, status: SW) -> None:
    with on_reader(tmp_path).connected() as connection:
        card = Overridden(connection, {VERIFY_PIN: (b"", status)})
        with pytest.raises(UnexpectedStatus):
            read(card, pin(), CHALLENGE)
        assert presented(card.sent) == 1


@pytest.mark.parametrize("typed", ["", "123", "12345", "12a4", "１２３４", "12 4", "1234\n", "-123"])
def test_anything_but_four_ascii_digits_never_reaches_the_card(tmp_path: Path, typed: str) -> None:
    reader = on_reader(tmp_path)
    with reader.connected() as connection:
        assert read(connection, bytearray(typed.encode()), CHALLENGE) == NotPresented(WhyNot.NOT_FOUR_DIGITS)
    assert reader.card is not None
    assert reader.card.recorded == []


@pytest.mark.parametrize("typed", [b"1234", b"9999", b"12345"])
def test_the_pin_is_wiped_after_use(tmp_path: Path, typed: bytes) -> None:
    given_pin = bytearray(typed)
    with on_reader(tmp_path).connected() as connection:
        read(connection, given_pin, CHALLENGE)
    assert given_pin == bytes(len(typed))


@pytest.mark.parametrize("after", range(13))
def test_a_card_lifted_at_any_moment_is_an_error_and_costs_at_most_the_one_try(tmp_path: Path, after: int) -> None:
    reader = on_reader(tmp_path, Knobs(lifted_after=after))
    card, secret = reader.card, pin(WRONG if after < 9 else b"1234")
    assert card is not None
    with reader.connected() as connection, pytest.raises(CardRemoved):
        read(connection, secret, CHALLENGE)
    assert secret == bytes(4)
    assert card.tries_left() == 3


def test_nothing_that_holds_the_individual_number_is_ever_selected(tmp_path: Path) -> None:
    """Every command of every outcome is looked at."""
    recorded: list[str] = []
    for number, kind in enumerate(Kind):
        for knobs in (
            Knobs(kind=kind),
            Knobs(kind=kind, blocked=True),
            Knobs(kind=kind, under15=True, first_fails=True),
        ):
            card = made_card(tmp_path / str(number), knobs)
            for secret in (pin(), pin(WRONG), bytearray(b"12345")):
                for ask in (
                    inspect,
                    read_certificate,
                    lambda one, secret=secret: read(one, secret, CHALLENGE, last_try_agreed=True),
                ):
                    with VirtualReader(card).connected() as connection:
                        ask(connection)
            recorded += card.recorded
    selected = {one[15:].replace(" ", "") for one in recorded if one.startswith("00 a4 04")}
    files = {one for one in recorded if one.startswith("00 a4 02")}
    assert len(recorded) > 200
    assert selected == {"d392f000260100000001"}
    assert not any(name in one.replace(" ", "") for one in recorded for name in NUMBER_HOLDING)
    assert files <= {f"00 a4 02 0c 02 00 {file}" for file in ("06", "08", "0a", "17", "18")}


def test_two_cards_are_told_apart_by_their_certificates(tmp_path: Path) -> None:
    def certificate(number: int) -> bytes | None:
        with VirtualReader(made_card(tmp_path, number=number)).connected() as connection:
            return read_certificate(connection)

    assert certificate(0) == certificate(0)
    assert certificate(0) != certificate(1)


def test_a_certificate_in_odd_pieces_is_put_together(tmp_path: Path) -> None:
    class Short:
        """A reader that brings less than was asked for."""

        def __init__(self, connection: CardConnection) -> None:
            self._connection = connection

        def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
            answer, sw = self._connection.transmit(apdu)
            return (answer[:100], sw) if apdu[1] == 0xB0 else (answer, sw)

    with on_reader(tmp_path).connected() as connection:
        assert read_certificate(Short(connection)) == read_certificate(connection)


@pytest.mark.parametrize("head", ["", "30", "31820100", "3080", "308401020304", "3082FFFF", "308201"])
def test_a_length_that_cannot_be_is_refused(head: str) -> None:
    with pytest.raises(BadCardData):
        der_length(bytes.fromhex(head))


@given(st.binary(max_size=300))
def test_any_bytes_have_a_sane_length_or_none(head: bytes) -> None:
    try:
        length = der_length(head)
    except BadCardData:
        return
    assert 2 <= length <= 0x7FFF


ANSWERS = st.tuples(
    st.one_of(
        st.just(b""),
        st.binary(max_size=256),
        st.just(b"JPKIAPICCTOKEN2".ljust(32)),
        st.just(b"\x30\x82\x01\x00" + bytes(252)),
    ),
    st.one_of(st.just(0x9000), st.integers(0, 0xFFFF), st.sampled_from([0x6C10, 0x6110, 0x63C1, 0x63C3])),
)


@settings(max_examples=300)
@given(st.lists(ANSWERS, min_size=1, max_size=16))
def test_a_card_that_answers_at_random_raises_nothing_but_card_errors(answers: list[tuple[bytes, SW]]) -> None:
    for ask in (inspect, read_certificate, lambda one: read(one, pin(), CHALLENGE)):
        card = Babbling(answers)
        with suppress(CardError):
            ask(card)
        assert card.sent < 5000
