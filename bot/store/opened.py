"""A database open for one block: what commands need that are no service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.engine import Engine, engine_at


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Engine]:
    """The database at an address, closed at the end of the block. Raises StoreError if it cannot be used."""
    engine = engine_at(url)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()
