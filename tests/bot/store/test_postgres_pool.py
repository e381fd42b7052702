"""Connections in turn: first come, first served; nobody waits for ever, and what was left half-way is not used again."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from bot.store.postgres_pool import PostgresPool

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture
def options(postgres_url: str) -> dict[str, Any]:
    return {"dsn": postgres_url.replace("+asyncpg", "")}


async def pid_of(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_whoever_asked_first_is_served_first(options: dict[str, Any]) -> None:
    pool = PostgresPool(1, 10, options)
    await pool.open()
    served: list[str] = []

    async def wants(name: str) -> None:
        connection = await pool.take()
        served.append(name)
        await connection.fetchval("SELECT 1")
        pool.give(connection)

    held = await pool.take()
    waiting = [asyncio.create_task(wants(name)) for name in "abc"]
    await asyncio.sleep(0)
    pool.give(held)
    await asyncio.gather(wants("late"), *waiting)
    await pool.close()
    assert served == ["a", "b", "c", "late"]


async def test_a_place_in_the_line_that_is_given_up_holds_nobody_up(options: dict[str, Any]) -> None:
    pool = PostgresPool(1, 10, options)
    held = await pool.take()
    first, second = (asyncio.create_task(pool.take()) for _ in range(2))
    await asyncio.sleep(0)
    pool.give(held)
    first.cancel()
    served = await asyncio.wait_for(second, 5)
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await pid_of(served) == await pid_of(held)
    pool.give(served)
    await pool.close()


async def test_nobody_waits_longer_than_was_said(options: dict[str, Any]) -> None:
    pool = PostgresPool(1, 0.05, options)
    held = await pool.take()
    refused = await asyncio.gather(pool.take(), pool.take(), return_exceptions=True)
    assert [type(one) for one in refused] == [TimeoutError, TimeoutError]
    pool.give(held)
    again = await pool.take()
    pool.give(again)
    await pool.close()


async def test_what_was_left_in_a_transaction_is_cut_off_and_undone(options: dict[str, Any]) -> None:
    pool = PostgresPool(2, 10, options)
    left = await pool.take()
    await left.execute("BEGIN")
    await left.execute("CREATE TABLE half_way (x int)")
    pool.give(left)
    fresh = await pool.take()
    assert fresh is not left
    assert await fresh.fetchval("SELECT to_regclass('half_way')") is None
    pool.give(fresh)
    await pool.close()


async def test_a_server_that_cannot_be_reached_costs_no_place(options: dict[str, Any]) -> None:
    broken = dict(options)
    pool = PostgresPool(1, 10, broken)
    broken["dsn"] = "postgresql://nobody@127.0.0.1:1/nowhere"
    with pytest.raises(OSError, match="Connect"):
        await pool.take()
    broken.update(options)
    connection = await pool.take()
    assert await pid_of(connection) > 0
    pool.give(connection)
    await pool.close()
