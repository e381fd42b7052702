from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_agent.apdu import Command, Ins, exchange, masked
from counter_agent.card_errors import BadCardData
from tests.counter_agent.cards import Babbling, pin

READ = Command(0x00, Ins.READ_BINARY, 0, 0, expected=256)


@pytest.mark.parametrize("ins", [Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA])
def test_a_pin_does_not_show_when_a_command_is_printed(ins: Ins) -> None:
    command = Command(0x00, ins, 0x00, 0x80, pin())
    for shown in (repr(command), str(command), f"{command!r:>5}", masked(command.encoded()), repr([command])):
        assert "31 32 33 34" not in shown
        assert "1234" not in shown
        assert "31323334" not in shown


def test_how_long_a_password_is_does_not_show() -> None:
    short, long = (masked(Command(0, Ins.VERIFY, 0, 0x80, body).encoded()) for body in (b"ABC123", b"ABCDEF123456"))
    assert short == long


def test_other_commands_show_whole() -> None:
    assert masked(bytes.fromhex("00A4020C020018")) == "00 a4 02 0c 02 00 18"


def test_a_body_too_long_for_a_short_command_is_refused() -> None:
    with pytest.raises(BadCardData):
        Command(0x80, Ins.PERFORM_SECURITY_OPERATION, 0, 0x80, bytes(256)).encoded()


def test_the_rest_of_an_answer_is_fetched() -> None:
    card = Babbling([(b"ab", 0x6102), (b"cd", 0x6101), (b"e", 0x9000)])
    assert exchange(card, READ) == (b"abcde", 0x9000)
    assert card.sent == 3


def test_a_wrong_length_is_asked_again_with_the_right_one() -> None:
    card = Babbling([(b"", 0x6C03), (b"abc", 0x9000)])
    assert exchange(card, READ) == (b"abc", 0x9000)


@pytest.mark.parametrize("status", [0x6C04, 0x6104, 0x6F00, 0x6700])
def test_a_pin_is_sent_once_whatever_the_card_answers(status: int) -> None:
    card = Babbling([(b"", status), (b"", 0x63C1)])
    verify = Command(0x00, Ins.VERIFY, 0x00, 0x80, pin())
    sent: list[int] = []

    class Counting:
        def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, int]:
            sent.append(apdu[1])
            return card.transmit(apdu)

    exchange(Counting(), verify)
    assert sent.count(Ins.VERIFY) == 1


def test_the_bytes_of_a_command_are_wiped_after_it_was_sent() -> None:
    kept: list[bytes | bytearray] = []

    class Keeping:
        def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, int]:
            kept.append(apdu)
            return b"", 0x9000

    exchange(Keeping(), Command(0x00, Ins.VERIFY, 0x00, 0x80, pin()))
    assert kept == [bytearray(9)]


def test_a_card_that_goes_on_for_ever_is_cut_off() -> None:
    with pytest.raises(BadCardData):
        exchange(Babbling([(b"x" * 256, 0x6100)]), READ)


@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 0xFFFF)), min_size=1, max_size=6))
def test_any_answers_end_in_an_answer_or_a_card_error(answers: list[tuple[bytes, int]]) -> None:
    try:
        answer, sw = exchange(Babbling(answers), READ)
    except BadCardData:
        return
    assert 0 <= sw <= 0xFFFF
    assert sw >> 8 != 0x61
    assert isinstance(answer, bytes)
