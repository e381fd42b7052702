"""What the delivery asks of a channel that messages are pushed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.dialogue import Rendered


class Channel(Protocol):
    """A platform that takes messages. `name` is what `Incoming.channel` and the outbox call it."""

    name: str

    async def send(self, address: str, message: Rendered) -> None:
        """Hand over one message, whole, splitting it within the platform's limits.

        Raises Unreachable or Flooded (try later), Blocked (the resident left) or Refused (never again).
        """
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with what tells it from any other: its letter, when it was said, the event it answers, if it does.

    The letter is stored before it is first sent, so what is made of these three is the same at every try, in any
    process. `is_notice`: it comes by itself (a reminder, a cancellation) and matters more than an answer.
    """

    letter_id: int
    said_at: datetime
    event_id: str | None
    is_notice: bool
    message: Rendered


@runtime_checkable
class BundlingChannel(Protocol):
    """A platform that can take several messages of one event at once, and knows a repeated one by its letter."""

    name: str

    async def send_together(self, address: str, parcels: Sequence[Parcel]) -> int:
        """Hand over the first parcel, and those after it that can go along; how many are out, at least one.

        Raises as `Channel.send` does where the first one is not.
        """
        ...
