"""SHELL: what is asked of the card for the visit at the desk, one piece at a time. Owns a PIN while it is in hand.

Decides nothing: what the card says goes back as an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from counter_agent import events as e
from counter_agent.card_port import CardPort, wipe
from counter_agent.visit import Visit

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LAST_TRY = 1


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the card is to sign. `id` is None for one that the server has not given."""

    value: bytes
    id: str | None


class CardWork:
    """The card's side of the desk. `challenge` gives one for a visit; `take` hears what the card said."""

    def __init__(
        self,
        card: CardPort,
        challenge: Callable[[str], Awaitable[Challenge]],
        take: Callable[[e.Event], e.Refused | None],
    ) -> None:
        self._card = card
        self._challenge = challenge
        self._take = take
        self._pin = bytearray()
        self._work: asyncio.Task[None] | None = None

    @property
    def holds_pin(self) -> bool:
        """Whether four digits are in memory at this moment."""
        return bool(self._pin)

    def take_pin(self, typed: bytearray) -> None:
        """Hold these digits until they are used or dropped. `typed` is wiped."""
        wipe(self._pin)
        self._pin.extend(typed)
        wipe(typed)

    def drop_pin(self) -> None:
        """Overwrite the digits, if there are any."""
        wipe(self._pin)

    def stop(self) -> None:
        """The card or the reader is gone: whatever was going on is about what is not there any more."""
        self._stop_work()
        wipe(self._pin)

    def begin(self, effect: e.Effect, visit: Visit) -> None:
        """Start what a step asks for; anything that was going on is about a card or a PIN of before."""
        self._stop_work()
        self._work = asyncio.create_task(self._done(effect, visit))

    def _stop_work(self) -> None:
        if self._work is not None and self._work is not asyncio.current_task():
            self._work.cancel()

    async def _done(self, effect: e.Effect, visit: Visit) -> None:
        match effect:
            case e.Effect.READ_CARD:
                await self._read(visit)
            case e.Effect.READ_ON_PAD:
                await self._read_on_pad(visit)
            case e.Effect.COMPARE_CARD:
                is_same = await self._answer(self._card.is_same())
                self._take(e.ReadFailed() if is_same is None else e.CardCompared(is_same))
            case e.Effect.INSPECT_CARD:
                found = await self._answer(self._card.inspect())
                self._take(found or e.CardPlaced(e.CardKind.OTHER, None))

    async def _read(self, visit: Visit) -> None:
        try:
            challenge = await self._challenge(visit.visit_id)
            reading = self._card.read(self._pin, challenge.value, last_try_agreed=visit.tries_left == _LAST_TRY)
            read = await self._answer(reading)
        finally:
            wipe(self._pin)
        self._take(_told(read, challenge))

    async def _read_on_pad(self, visit: Visit) -> None:
        challenge = await self._challenge(visit.visit_id)
        reading = self._card.read_on_pad(challenge.value, last_try_agreed=visit.tries_left == _LAST_TRY)
        self._take(_told(await self._answer(reading), challenge))

    async def _answer(self, asked: Coroutine[object, object, T]) -> T | None:
        """What the card says; None if the work failed in a way nobody foresaw, which must not stop the counter."""
        try:
            return await asked
        except Exception:
            _log.exception("card work failed")
            return None


def _told(read: e.Verdict | e.PinWrong | e.PadGaveUp | e.ReadFailed | None, challenge: Challenge) -> e.Event:
    """What a read comes to, as an event of the visit."""
    if isinstance(read, e.Verdict):
        return e.CardWasRead(read, challenge.id)
    return read or e.ReadFailed()
