"""What carries out units of work, and which one serves an address."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError
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
        """Run a work that changes nothing on one unchanging view of the data."""


def engine_at(url: str) -> Engine:
    """The engine for a database address such as `sqlite+aiosqlite:///var/desk.sqlite3`, not yet open."""
    return SqliteEngine(sqlite_path(url))


def sqlite_path(url: str) -> Path:
    """The file a SQLite address names. StoreError if it is no such address."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise StoreError(
            "MADOGUCHI_DATABASE_URL: the database address cannot be read: use sqlite+aiosqlite:///PATH"
        ) from fault
    is_file = parsed.database not in (None, "", ":memory:")
    if parsed.get_backend_name() != "sqlite" or not is_file:
        raise StoreError(
            f"MADOGUCHI_DATABASE_URL: {parsed.render_as_string()}: not a database this desk knows: use sqlite+aiosqlite:///PATH"
        )
    return Path(str(parsed.database))
