"""A fresh database for each test, on each kind of database the desk knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate

DATABASES = ("sqlite",)


@pytest.fixture(params=DATABASES)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that does not exist yet. A file, never `:memory:`, which hides locking."""
    assert request.param == "sqlite"
    return f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"


@pytest.fixture
async def url(new_url: str) -> str:
    await asyncio.to_thread(migrate, new_url)
    return new_url


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = engine_at(url)
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture
async def other_engine(url: str) -> AsyncIterator[Engine]:
    """A second replica on the same database."""
    engine = engine_at(url)
    await engine.open()
    yield engine
    await engine.close()
