"""The card on the real reader, as jobs for the desk: a worker on whichever reader is there, and its watch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from counter_agent.card_errors import CardRemoved, NoReader
from counter_agent.card_port import Presence
from counter_agent.pcsc import open_reader, watch
from counter_agent.reader_choice import choose, recall, remember
from counter_agent.reading import Inspection, ReadResult
from counter_agent.worker import CardWorker

_log = logging.getLogger(__name__)


class ReaderJobs:
    """Card work on the reader that was asked for, or is remembered, or is the only one. Close it when done."""

    def __init__(self, asked: str | None, remembered_in: Path) -> None:
        self._asked = asked
        self._remembered_in = remembered_in
        self._reader: str | None = None
        self._told = ""
        self._worker = CardWorker(open_reader)

    def close(self) -> None:
        """End the worker's process."""
        self._worker.close()

    def inspect(self) -> Inspection:
        """What lies on the reader."""
        return self._worker.inspect(self._there())

    def read(self, pin: bytearray, challenge: bytes, *, last_try_agreed: bool) -> ReadResult:
        """Present the PIN once."""
        return self._worker.read(self._there(), pin, challenge, last_try_agreed=last_try_agreed)

    def read_on_pad(self, challenge: bytes, *, last_try_agreed: bool) -> ReadResult:
        """Have the PIN typed on the reader, and presented once."""
        return self._worker.read_on_pad(self._there(), challenge, last_try_agreed=last_try_agreed)

    def read_certificate(self) -> bytes | None:
        """Which card it is."""
        return self._worker.read_certificate(self._there())

    def watch(self, stop: threading.Event) -> Iterator[Presence]:
        """What happens on the reader, through anything."""
        for seen in watch(self._pick, stop):
            self._reader = seen.reader
            yield Presence(seen.presence.value)

    def _pick(self, readers: tuple[str, ...]) -> str | None:
        try:
            reader = choose(readers, self._asked, recall(self._remembered_in))
        except NoReader as why:
            if readers and str(why) != self._told:
                _log.warning("%s", why)
            self._told = str(why)
            return None
        if recall(self._remembered_in) != reader:
            remember(self._remembered_in, reader)
        return reader

    def _there(self) -> str:
        if self._reader is None:
            raise CardRemoved("there is no reader")
        return self._reader
