"""What the desk asks of a card, in its own words. Adapters: `card_desk` for a reader, `training` for the made-up one.

The PIN comes in as bytes that the caller wipes; the adapter gives back verdicts, never what it read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

from counter_agent import events as e

PIN_DIGITS = 4


class Presence(StrEnum):
    """What the reader saw."""

    PLACED = "placed"
    LIFTED = "lifted"
    READER_LOST = "reader_lost"


class CardPort(Protocol):
    """One reader with a card on it, or without."""

    def presence(self) -> AsyncIterator[Presence]:
        """What happens on the reader, from what is there now on; goes on through anything until cancelled."""
        ...

    async def inspect(self) -> e.CardPlaced | None:
        """What lies on the reader and the tries left; costs no try. None if it does not answer."""
        ...

    async def read(
        self, pin: bytearray, challenge: bytes, *, last_try_agreed: bool
    ) -> e.Verdict | e.PinWrong | e.ReadFailed:
        """Present the PIN once, have the challenge signed, judge the certificate, and remember which card it was."""
        ...

    async def read_on_pad(
        self, challenge: bytes, *, last_try_agreed: bool
    ) -> e.Verdict | e.PinWrong | e.PadGaveUp | e.ReadFailed:
        """The same with the PIN typed on the reader's own pad."""
        ...

    async def is_same(self) -> bool | None:
        """Whether the card on the reader is the one that was read. None if it does not answer."""
        ...

    def forget(self) -> None:
        """Forget which card it was."""
        ...


def is_pin(typed: bytes | bytearray) -> bool:
    """Four ASCII digits, checked before any card hears of it: five digits can cost a try."""
    return len(typed) == PIN_DIGITS and all(0x30 <= byte <= 0x39 for byte in typed)


def wipe(secret: bytearray) -> None:
    """Overwrite in place."""
    for index in range(len(secret)):
        secret[index] = 0
    secret.clear()
