"""A reader with keys of its own, behind the narrow connection: written from PC/SC part 10, not from our own code."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue

from counter_agent.apdu import SW, CardConnection
from counter_agent.virtual_card.memory import VirtualReader
from counter_agent.virtual_card.model import VirtualCard

VERIFY_CODE = 0x42330006
FEATURES = bytes.fromhex("0604423300060A04423300120B0442330013")
ENTER, CANCEL, NOTHING = "E", "C", ""
_PRESSED_WITHIN_S = 20.0


class PadReader(VirtualReader):
    """`presses` is what the resident does at the pad, one time after the other; `seen` is what this PC gets to see."""

    def __init__(self, card: VirtualCard | None = None) -> None:
        super().__init__(card)
        self.presses: Queue[str] = Queue()
        self.seen: list[bytes] = []
        self.features = FEATURES
        self.answers_with: bytes | None = None

    @contextmanager
    def connected(self) -> Iterator[CardConnection]:
        with super().connected() as connection:
            yield _OnPad(self, connection)


class _OnPad:
    def __init__(self, reader: PadReader, connection: CardConnection) -> None:
        self._reader = reader
        self._connection = connection

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        answer, sw = self._connection.transmit(apdu)
        self._reader.seen += [bytes(apdu), answer]
        return answer, sw

    def features(self) -> bytes:
        return self._reader.features

    def control(self, code: int, sent: bytes) -> bytes:
        assert code == VERIFY_CODE
        answer = self._reader.answers_with or self._typed(sent).to_bytes(2, "big")
        self._reader.seen += [sent, answer]
        return answer

    def _typed(self, sent: bytes) -> SW:
        """PIN_VERIFY_STRUCTURE, byte by byte; 6B80 for what this reader cannot do."""
        first_s, next_s, form, block, length_format, least_most, ends_by = struct.unpack_from("<BBBBBHB", sent)
        (length,) = struct.unpack_from("<I", sent, 15)
        template = bytearray(sent[19:])
        is_known = (form, block, length_format, least_most, ends_by) == (0x82, 0x04, 0x00, 0x0404, 0x02)
        if not is_known or len(template) != length or not 0 < first_s <= next_s < 60:
            return 0x6B80
        try:
            pressed = self._reader.presses.get(timeout=_PRESSED_WITHIN_S)
        except Empty:
            return 0x6400
        if pressed == NOTHING or not pressed.endswith((ENTER, CANCEL)):
            return 0x6400
        if pressed.endswith(CANCEL):
            return 0x6401
        digits = pressed.removesuffix(ENTER)
        if len(digits) != 4:
            return 0x6403
        template[5:9] = digits.encode("ascii")
        return self._connection.transmit(template)[1]
