"""The reader's own PIN pad (PC/SC part 10, "secure PIN entry"): how it is found, what it is asked, what it answers.

The digits go from the pad to the card inside the reader; this PC sees a status word and nothing else. Bytes only: the
reader itself is behind `PadConnection`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from counter_agent.apdu import SW, CardConnection, Command, Ins
from counter_agent.card_errors import BadCardData

WAITS_S: Final = 30
"""How long the pad waits for the first key, and for the next."""

_VERIFY_PIN_DIRECT: Final = 0x06
_DIGITS: Final = 4
_ASCII_FROM_THE_LEFT: Final = 0x82
_BLOCK_OF_FOUR_BYTES: Final = 0x04
_ENTER_ENDS_IT: Final = 0x02
_ONE_MESSAGE: Final = 0x01
_ENGLISH: Final = 0x0409
"""Of the languages that readers with a display have, the one that all of them have."""
_REQUEST: Final = struct.Struct("<BBBBBHBBHB3sI")


@runtime_checkable
class PadConnection(CardConnection, Protocol):
    """An open card on a reader that can be asked for what the reader itself can do."""

    def features(self) -> bytes:
        """The reader's answer to CM_IOCTL_GET_FEATURE_REQUEST; nothing from a reader that has no features."""
        ...

    def control(self, code: int, sent: bytes) -> bytes:
        """Have the reader do something; its answer. Raises `CardError` if it does not answer."""
        ...


class NotTyped(StrEnum):
    """Why the pad sent no PIN to the card; no try was spent."""

    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    MISTYPED = "mistyped"


_GAVE_UP: Final = {
    0x6400: NotTyped.TIMED_OUT,
    0x6401: NotTyped.CANCELLED,
    0x6402: NotTyped.MISTYPED,
    0x6403: NotTyped.MISTYPED,
}


@dataclass(frozen=True, slots=True)
class PinPad:
    """The pad of the reader that a card lies on."""

    connection: PadConnection
    code: int

    def verify(self, reference: int) -> SW | NotTyped:
        """Have four digits typed and presented to the card, once. The card's status word, or why there is none."""
        answer = self.connection.control(self.code, request(reference))
        if len(answer) != 2:
            raise BadCardData("PIN pad", "does not answer with a status word")
        sw = int.from_bytes(answer, "big")
        return _GAVE_UP.get(sw, sw)


def pad_of(connection: CardConnection) -> PinPad | None:
    """The reader's pad; None for a reader without one, or one that cannot be asked."""
    if not isinstance(connection, PadConnection):
        return None
    code = feature_code(connection.features(), _VERIFY_PIN_DIRECT)
    return None if code is None else PinPad(connection, code)


def feature_code(features: bytes, wanted: int) -> int | None:
    """The control code of one feature in a reader's list. What does not fit is no feature.

    >>> hex(feature_code(bytes.fromhex("060442330006"), 0x06) or 0)
    '0x42330006'
    """
    rest = features
    while len(rest) >= 2 and len(rest) >= 2 + rest[1]:
        tag, value, rest = rest[0], rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        if tag == wanted and len(value) == 4:
            return int.from_bytes(value, "big")
    return None


def request(reference: int) -> bytes:
    """PIN_VERIFY_STRUCTURE: exactly four ASCII digits, ended by the pad's Enter, into VERIFY's body.

    >>> request(0x80).hex(" ")
    '1e 1e 82 04 00 04 04 02 01 09 04 00 00 00 00 09 00 00 00 00 20 00 80 04 00 00 00 00'
    """
    template = Command(0x00, Ins.VERIFY, 0x00, reference, bytes(_DIGITS)).encoded()
    head = _REQUEST.pack(
        WAITS_S,
        WAITS_S,
        _ASCII_FROM_THE_LEFT,
        _BLOCK_OF_FOUR_BYTES,
        0x00,
        _DIGITS << 8 | _DIGITS,
        _ENTER_ENDS_IT,
        _ONE_MESSAGE,
        _ENGLISH,
        0x00,
        bytes(3),
        len(template),
    )
    return head + bytes(template)
