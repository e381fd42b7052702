from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from counter_agent.apdu import CardConnection
from counter_agent.card_errors import CardError, CardRemoved, CardSilent, NoReader
from counter_agent.reading import Evidence, NotPresented, PinRefused, TokenKind, WhyNot
from counter_agent.virtual_card.knobs import Knobs
from counter_agent.virtual_card.memory import connect_folder
from counter_agent.worker import CardWorker
from tests.counter_agent.cards import CHALLENGE, ISSUED_ON, WRONG, card_folder, made_card, pin


def worker(tmp_path: Path, knobs: Knobs | None = None, deadline_s: float = 20.0) -> CardWorker:
    return CardWorker(partial(connect_folder, card_folder(tmp_path), ISSUED_ON, knobs or Knobs()), deadline_s)


@contextmanager
def silent_on(folder: Path, reader: str) -> Iterator[CardConnection]:
    """A good card, but on the reader named silent."""
    knobs = Knobs(silent_after=3) if reader == "silent" else Knobs()
    with connect_folder(folder, ISSUED_ON, knobs, reader) as connection:
        yield connection


def faulty(reader: str) -> AbstractContextManager[CardConnection]:
    if reader == "gone":
        raise NoReader("not there", ("another",))
    raise SystemExit(3)


def test_card_work_is_done_in_another_process(tmp_path: Path) -> None:
    secret = pin()
    with worker(tmp_path) as card:
        assert card.inspect("any").kind is TokenKind.CARD
        assert isinstance(card.read("any", secret, CHALLENGE), Evidence)
        assert card.read("any", pin(WRONG), CHALLENGE) == PinRefused(2, 3)
        certificate = card.read_certificate("any")
    assert certificate is not None
    assert secret == bytes(4)


def test_what_is_no_pin_goes_nowhere(tmp_path: Path) -> None:
    typed = bytearray(b"12345")
    with worker(tmp_path) as card:
        assert card.read("any", typed, CHALLENGE) == NotPresented(WhyNot.NOT_FOUR_DIGITS)
    assert typed == bytes(5)


def test_a_silent_card_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    folder = card_folder(tmp_path)
    with CardWorker(partial(silent_on, folder), deadline_s=4.0) as card:
        card.start()
        begun = time.monotonic()
        secret = pin()
        with pytest.raises(CardSilent) as raised:
            card.read("silent", secret, CHALLENGE)
        assert time.monotonic() - begun < 20
        assert raised.value.after_s == 4.0
        assert secret == bytes(4)
        assert card.inspect("good").tries_left == 3


def test_a_slow_card_is_read_all_the_same(tmp_path: Path) -> None:
    with worker(tmp_path, Knobs(slow_s=0.05)) as card:
        assert isinstance(card.read("any", pin(), CHALLENGE), Evidence)


def test_a_fault_crosses_with_its_facts(tmp_path: Path) -> None:
    with worker(tmp_path, Knobs(lifted_after=2)) as card, pytest.raises(CardRemoved):
        card.inspect("any")
    with CardWorker(faulty) as card, pytest.raises(NoReader) as raised:
        card.inspect("gone")
    assert raised.value.readers == ("another",)


def test_a_worker_that_dies_is_a_card_error_and_is_replaced(tmp_path: Path) -> None:
    with CardWorker(faulty) as card:
        for _ in range(2):
            with pytest.raises(CardError, match="ended in the middle"):
                card.inspect("any")


def test_closing_cuts_off_what_is_under_way(tmp_path: Path) -> None:
    card = worker(tmp_path, Knobs(silent_after=0), deadline_s=30)
    card.start()
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            card.inspect("any")
        except CardError as error:
            raised.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    deadline_s = time.monotonic() + 60
    while asking.is_alive() and time.monotonic() < deadline_s:
        card.close()
        asking.join(0.05)
    assert not asking.is_alive()
    assert len(raised) == 1


def test_the_tries_spent_in_the_process_are_spent(tmp_path: Path) -> None:
    with worker(tmp_path) as card:
        card.read("any", pin(WRONG), CHALLENGE)
    assert made_card(tmp_path).tries_left() == 2
