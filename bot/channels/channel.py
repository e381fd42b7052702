"""What the delivery asks of a channel that messages are pushed to."""

from __future__ import annotations

from typing import Protocol

from bot.dialogue import Rendered


class Channel(Protocol):
    """A platform that takes messages. `name` is what `Incoming.channel` and the outbox call it."""

    name: str

    async def send(self, address: str, message: Rendered) -> None:
        """Hand over one message, whole, splitting it within the platform's limits.

        Raises Unreachable or Flooded (try later), Blocked (the resident left) or Refused (never again).
        """
        ...
