"""The bell: what one replica rings the others hear, through a restart of the server too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.store.bell import SilentBell, bell_at
from tests.bot.store.steps import ON_POSTGRESQL, run
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio
Rings = list[tuple[str, str]]


class Ears:
    """A replica that listens and rings."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bell = bell_at(url)
        self.heard: Rings = []

    def hear(self, channel: str, address: str) -> None:
        self.heard.append((channel, address))


@asynccontextmanager
async def listening(*ears: Ears) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.bell.run(one.hear)) for one in ears]
    await until(lambda: len(run(ears[0].url, LISTENERS)) >= len(ears))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# Whoever has something to say rings as soon as it listens: its last statement is that then.
LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
    " AND (query LIKE 'LISTEN%' OR query LIKE 'SELECT pg_notify%')"
)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110  # what it waits for happens in the server
            await asyncio.sleep(0.02)


@ON_POSTGRESQL
async def test_what_one_rings_the_others_hear_and_itself_does_not(url: str) -> None:
    one, two, three = Ears(url), Ears(url), Ears(url)
    async with listening(one, two, three):
        one.bell.ring("webchat", "花子")
        await until(lambda: bool(two.heard and three.heard))
    assert two.heard == three.heard == [("webchat", "花子")]
    assert one.heard == []


@ON_POSTGRESQL
async def test_more_than_one_message_holds_arrives_in_several(url: str) -> None:
    one, two = Ears(url), Ears(url)
    rings = [("webchat", f"resident {number} " + "x" * 40) for number in range(1_000)]
    async with listening(one, two):
        for ring in [*rings, *rings]:
            one.bell.ring(*ring)
        await until(lambda: len(two.heard) >= len(rings))
    assert two.heard == rings


@ON_POSTGRESQL
async def test_what_another_release_says_is_passed_over(url: str) -> None:
    one, two = Ears(url), Ears(url)
    async with listening(one, two):
        for message in ("hello", "[1]", '[["webchat"]]', "7"):
            run(url, f"SELECT pg_notify('madoguchi_letters', '{message}')")
        one.bell.ring("webchat", "hanako")
        await until(lambda: bool(two.heard))
    assert two.heard == [("webchat", "hanako")]


@ON_POSTGRESQL
async def test_a_line_that_broke_is_laid_anew(url: str, postgres_server: PostgresServer) -> None:
    one, two = Ears(url), Ears(url)
    async with listening(one, two):
        before = {pid for (pid,) in run(url, LISTENERS)}
        await asyncio.to_thread(postgres_server.stop)
        one.bell.ring("webchat", "said while the server was away")
        await asyncio.to_thread(postgres_server.start)
        await until(lambda: len({pid for (pid,) in run(url, LISTENERS)} - before) >= 2)
        one.bell.ring("webchat", "hanako")
        await until(lambda: ("webchat", "hanako") in two.heard)


async def test_the_replicas_of_a_file_have_nothing_to_ring() -> None:
    bell = bell_at("sqlite+aiosqlite:///desk.sqlite3")
    assert isinstance(bell, SilentBell)
    bell.ring("webchat", "hanako")
    await bell.run(lambda channel, address: pytest.fail("nobody rings"))
