"""What holds for SQLite alone: the file, and who waits for whom."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from bot.store import outbox
from bot.store.engine import Engine
from tests.bot.store.steps import ON_SQLITE, path_of, run
from tests.bot.store.test_engines import taken

pytestmark = [pytest.mark.anyio, ON_SQLITE]


async def test_a_writer_waits_for_another_process_instead_of_failing(engine: Engine, url: str) -> None:
    other = sqlite3.connect(path_of(url), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(engine.write(taken("1")))
    assert not (await asyncio.wait({waiting}, timeout=0.2))[0]
    assert await engine.read(outbox.dead(1)) == ()
    other.execute("COMMIT")
    assert await waiting
    other.close()


async def test_the_file_is_in_the_mode_that_survives_and_lets_readers_read(engine: Engine, url: str) -> None:
    assert run(url, "PRAGMA journal_mode") == [("wal",)]
