"""The made-up card as other authors would have written it: each way of answering that ISO 7816-4 leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from counter_agent.apdu import SW, CardConnection

SELECT, READ, GET_RESPONSE = 0xA4, 0xB0, 0xC0
CERTIFICATE_LIST = bytes.fromhex("0008")
CERTIFICATE = bytes.fromhex("000A")


@dataclass(frozen=True)
class Dialect:
    """How a card speaks. `at_the_end`: what it answers when asked for more than there is."""

    tells_what_was_selected: bool = False
    answers_in_pieces_of: int | None = None
    at_the_end: str = "9000"
    reads_at_most: int = 256
    pads_files_with: bytes = b""
    list_answer: tuple[bytes, SW] | None = None


class Speaking:
    """A connection to the made-up card, in a dialect."""

    def __init__(self, connection: CardConnection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._waiting = b""
        self._file = b""

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        if apdu[1] == GET_RESPONSE:
            return self._piece(apdu[4] or 256)
        answer, sw = self._answer(bytes(apdu))
        if self._dialect.answers_in_pieces_of is None or not answer or sw != 0x9000:
            return answer, sw
        self._waiting = answer
        return b"", self._more()

    def _answer(self, apdu: bytes) -> tuple[bytes, SW]:
        if apdu[1] == READ:
            return self._read(apdu)
        answer, sw = self._connection.transmit(apdu)
        if apdu[1] == SELECT and sw == 0x9000:
            self._file = apdu[5:7] if apdu[2] == 0x02 else b""
            if self._dialect.tells_what_was_selected:
                answer = bytes.fromhex("6F0484020000")
        return answer, sw

    def _read(self, apdu: bytes) -> tuple[bytes, SW]:
        if self._file == CERTIFICATE_LIST and self._dialect.list_answer is not None:
            return self._dialect.list_answer
        wanted = apdu[4] or 256
        answer, sw = self._connection.transmit(apdu)
        if self._file == CERTIFICATE and self._dialect.pads_files_with:
            answer, sw = answer + self._dialect.pads_files_with * (wanted - len(answer)), 0x9000
        answer = answer[: self._dialect.reads_at_most]
        if sw != 0x9000 or len(answer) == wanted:
            return answer, sw
        if self._dialect.at_the_end == "6Cxx" and self._dialect.reads_at_most == 256:
            return b"", 0x6C00 | len(answer)
        return answer, 0x6282 if self._dialect.at_the_end == "6282" else 0x9000

    def _more(self) -> SW:
        assert self._dialect.answers_in_pieces_of is not None
        return 0x6100 | min(len(self._waiting), self._dialect.answers_in_pieces_of) & 0xFF

    def _piece(self, wanted: int) -> tuple[bytes, SW]:
        piece, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return piece, self._more() if self._waiting else 0x9000
