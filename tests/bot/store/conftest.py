"""A fresh database for each test, on each kind of database the desk knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from tests.postgres import PostgresServer

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a file that does not exist yet. A file, never `:memory:`, which hides locking."""
    return f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=DATABASES)
def new_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without tables."""
    return str(request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]))


@pytest.fixture(scope="session")
def template(postgres_server: PostgresServer) -> str:
    """A migrated database to be copied: ten times as quick as migrating."""
    url = postgres_server.new_database()
    with ThreadPoolExecutor(1) as thread:  # a loop may be running here
        thread.submit(migrate, url).result()
    return url.rpartition("/")[2]


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a migrated database."""
    if request.param == "sqlite":
        made = f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"
        await asyncio.to_thread(migrate, made)
        yield made
    else:
        server = request.getfixturevalue("postgres_server")
        copied = server.new_database(request.getfixturevalue("template"))
        yield copied
        server.drop(copied)


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
