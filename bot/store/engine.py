"""What carries out units of work, and which one serves an address."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

from bot.errors import StoreError
from bot.store.address import PostgresDatabase, read_address
from bot.store.sqlite import SqliteEngine
from bot.store.unit import Work

T = TypeVar("T")


class Engine(Protocol):
    """A database that runs units of work. Every method raises StoreError when the database fails."""

    async def open(self) -> None:
        """Connect. StoreError if the database is missing or of another version than this program."""

    async def close(self) -> None:
        """Disconnect. Closing twice is harmless."""

    async def write(self, work: Work[T]) -> T:
        """Run a work in one transaction: committed when it returns; undone if it raises, and raised again."""

    async def read(self, work: Work[T]) -> T:
        """Run a work that changes and locks nothing on one unchanging view of the data."""


def engine_at(url: str) -> Engine:
    """The engine for a database address, not yet open. StoreError if it is no address of a known database."""
    address = read_address(url)
    if isinstance(address, PostgresDatabase):
        # Its driver takes as long to load as all the rest of a start: only where it is asked for.
        from bot.store.postgres import PostgresEngine

        return PostgresEngine(address)
    return SqliteEngine(address.path)


def sqlite_path(url: str) -> Path:
    """The file a SQLite address names. StoreError if it is no such address."""
    address = read_address(url)
    if isinstance(address, PostgresDatabase):
        raise StoreError(f"MADOGUCHI_DATABASE_URL: {address} is no file: use sqlite+aiosqlite:///PATH")
    return address.path
