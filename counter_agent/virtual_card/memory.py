"""The made-up card behind the narrow connection, without pcscd: for training, and for tests that are quick."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event, Lock

from counter_agent.apdu import SW, CardConnection
from counter_agent.card_errors import CardInUse, CardRemoved
from counter_agent.virtual_card import folder as folders
from counter_agent.virtual_card.knobs import Knobs
from counter_agent.virtual_card.model import VirtualCard


class VirtualReader:
    """A reader that one card can be placed on and lifted from, by whichever thread."""

    def __init__(self, card: VirtualCard | None = None) -> None:
        self._card = card
        self._lifted = Event()
        self._exclusive = Lock()

    @property
    def card(self) -> VirtualCard | None:
        return self._card

    def place(self, card: VirtualCard) -> None:
        self._lifted.clear()
        self._card = card

    def lift(self) -> None:
        """Take the card away, also in the middle of a command."""
        if self._card is not None:
            self._card.power_off()
        self._card = None
        self._lifted.set()

    @contextmanager
    def connected(self) -> Iterator[CardConnection]:
        """The card alone, powered on, and powered off at the end. Raises `CardRemoved` and `CardInUse`."""
        if not self._exclusive.acquire(blocking=False):
            raise CardInUse("another program uses the card")
        try:
            if self._card is None:
                raise CardRemoved("there is no card on the reader")
            self._card.power_on()
            yield _Connection(self, self._lifted)
            if self._card is not None:
                self._card.power_off()
        finally:
            self._exclusive.release()


class _Connection:
    def __init__(self, reader: VirtualReader, lifted: Event) -> None:
        self._reader = reader
        self._lifted = lifted

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        card = self._reader.card
        if card is None:
            raise CardRemoved("the card was lifted")
        knobs, number = card.knobs, card.commands_since_power_on
        if knobs.lifted_after is not None and number >= knobs.lifted_after:
            self._reader.lift()
            raise CardRemoved("the card was lifted")
        if knobs.silent_after is not None and number >= knobs.silent_after:
            self._lifted.wait()
            raise CardRemoved("the card was lifted")
        time.sleep(knobs.slow_s)
        return card.answer(apdu)


@contextmanager
def connect_folder(folder: Path, today: date, knobs: Knobs, reader: str) -> Iterator[CardConnection]:  # noqa: ARG001
    """The card kept in a folder, for a `CardWorker`: `partial(connect_folder, folder, today, knobs)` is its opener."""
    with VirtualReader(folders.open_card(folder, today, knobs)).connected() as connection:
        yield connection
