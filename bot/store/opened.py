"""A database open for one block: what commands need that are no service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import StoreError
from bot.store.address import SqliteFile, read_address
from bot.store.engine import Engine, engine_at


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Engine]:
    """The database at an address, closed at the end of the block. Raises StoreError if it cannot be used."""
    # Looked for first: a connection that fails leaves aiosqlite's thread behind, which complains once the loop is gone.
    address = read_address(url)
    if isinstance(address, SqliteFile) and not address.path.is_file():
        raise StoreError(f"{address}: no database here: run `madoguchi migrate`")
    engine = engine_at(url)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()
