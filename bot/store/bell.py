"""Tells the other replicas that there is something for a resident, so that they look before their next round.

A hint and no more: it is rung after the commit, many at once, and lost with the process or the connection. Whoever
listens looks at the outbox from time to time as well. The replicas of one SQLite file only do that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bot.store.address import PostgresDatabase, read_address

Heard = Callable[[str, str], None]
"""Told a channel and an address there; of what this replica rang itself it hears nothing."""


class Bell(Protocol):
    """One replica's end of the line."""

    def ring(self, channel: str, address: str) -> None:
        """Let the others know, soon. Never waits and never fails."""

    async def run(self, heard: Heard) -> None:
        """Ring and listen, for ever, through every fault of the line."""


class SilentBell:
    """Nobody to tell."""

    def ring(self, channel: str, address: str) -> None:
        """Nothing."""

    async def run(self, heard: Heard) -> None:
        """Nothing, and ends at once."""


def bell_at(url: str) -> Bell:
    """The bell of a database. StoreError if the address is none."""
    address = read_address(url)
    if isinstance(address, PostgresDatabase):
        # As in engine_at: the driver is loaded only where it is asked for.
        from bot.store.postgres_bell import PostgresBell

        return PostgresBell(address)
    return SilentBell()
