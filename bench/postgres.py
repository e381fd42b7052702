"""What the store does for one event, on PostgreSQL and on SQLite, against asyncpg by hand with the same statements.

Inbox mark, lock, conversation, outbox row, commit; then the row is deleted, as after a delivery. A server of its own
with fsync as in production. `spread`: every resident writes for themselves; `one`: all events are one resident's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench.report import Table, machine, percentile
from bot.store import conversations, inbox, outbox
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.store.postgres import DIALECT
from bot.store.query import Statement
from bot.store.unit import Work
from tests.bot.store.steps import AT, say
from tests.postgres import PostgresServer, programs

One = Callable[[str, str], Awaitable[None]]


def taken(event_id: str, address: str) -> Work[tuple[int, ...]]:
    """What a turn writes."""
    yield from inbox.mark("telegram", event_id, AT)
    found = yield from conversations.find("telegram", address)
    conversation_id = yield from conversations.save("telegram", address, found.conversation, AT)
    language = found.conversation.language
    return (
        yield from outbox.put(
            conversation_id, "telegram", event_id, language, [say("a")], said_at=AT, not_before=AT, leased_until=AT
        )
    )


class Ours:
    def __init__(self, url: str) -> None:
        self.engine: Engine = engine_at(url)

    async def one(self, event_id: str, address: str) -> None:
        letter_ids = await self.engine.write(taken(event_id, address))
        await self.engine.write(outbox.delivered(letter_ids))


class ByHand:
    """The same SQL over the same number of connections, without engine, works or named faults."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._url, self._pool_size = url.replace("+asyncpg", ""), pool_size

    async def open(self) -> None:
        async def keep(_: asyncpg.Connection) -> None: ...

        self.pool = await asyncpg.create_pool(
            self._url, min_size=1, max_size=self._pool_size, reset=keep, statement_cache_size=256
        )
        self._statements = [sql_of(statement) for statement in statements("e", "a")]

    async def one(self, event_id: str, address: str) -> None:
        mark, lock, select, save, put, delete = self._statements
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetch(mark, "telegram", event_id, 0)
            await connection.fetch(lock, hash(address))
            await connection.fetch(select, "telegram", address)
            [(conversation_id,)] = await connection.fetch(save, *self._conversation(address))
            [(letter,)] = await connection.fetch(put, *self._letter(conversation_id, event_id))
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetch(delete, letter)

    def _conversation(self, address: str) -> tuple[Any, ...]:
        values = {"channel": "telegram", "address": address, "state": "{}", "at": 0}
        return conversations._upsert_conversation.compiled(DIALECT).arguments(values)

    def _letter(self, conversation_id: int, event_id: str) -> tuple[Any, ...]:
        values = {
            "conversation_id": conversation_id, "channel": "telegram", "event_id": event_id, "language": "ja",
            "say": "{}", "say_0": "{}", "said_at": 0, "not_before": 0, "leased_until": 0,
        }  # fmt: skip
        return outbox._insert_letters.of(1).compiled(DIALECT).arguments(values)


def statements(event_id: str, address: str) -> list[Statement]:
    """What `taken` and `delivered` ask of a database, in order."""
    asked: list[Statement] = []
    for work, rows in ((taken(event_id, address), [[(1,)], [], [], [(1,)], [(1,)]]), (outbox.delivered([1]), [[]])):
        statement = next(work)
        for answer in rows:
            asked.append(statement)
            try:
                statement = work.send(answer)
            except StopIteration:
                break
    return asked


def sql_of(statement: Statement) -> str:
    return statement.query.compiled(DIALECT).sql


_numbers = iter(range(1, 10**9))


async def run(one: One, at_once: int, events: int, *, spread: bool) -> tuple[list[float], float]:
    """Latencies in ms, and events a second."""
    latencies: list[float] = []
    left = iter(range(events))

    async def resident(place: int) -> None:
        for _ in left:
            number = next(_numbers)
            begun = time.perf_counter()
            await one(f"e{number}", f"resident {number % 5000 if spread else 0}")
            latencies.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(resident(place) for place in range(at_once)))
    return latencies, events / (time.perf_counter() - begun)


async def measure(url: str, sqlite_url: str, events: int, rounds: int) -> Table:
    table = Table(
        "One event in the store",
        f"{machine()}. {events} events a cell and round, median of {rounds} rounds in turns; PostgreSQL with fsync on the "
        "same machine, 8 connections in both; SQLite file, synchronous=FULL.",
        ("at once", "residents", "PostgreSQL p50 ms", "p99 ms", "/s", "by hand p50 ms", "p99 ms", "/s", "rate ours/by hand", "SQLite /s"),
    )  # fmt: skip
    ours, file, by_hand = Ours(url), Ours(sqlite_url), ByHand(url, 8)
    await ours.engine.open()
    await file.engine.open()
    await by_hand.open()
    for at_once, spread in ((1, True), (50, True), (50, False)):
        await _row(table, (ours.one, by_hand.one, file.one), at_once, events, rounds, spread=spread)
    await by_hand.pool.close()
    await file.engine.close()
    await ours.engine.close()
    return table


async def _row(table: Table, subjects: Sequence[One], at_once: int, events: int, rounds: int, *, spread: bool) -> None:
    for one in subjects:
        await run(one, at_once, 100, spread=spread)
    runs = [[await run(one, at_once, events, spread=spread) for one in subjects] for _ in range(rounds)]
    ours, by_hand, file = zip(*runs, strict=True)
    cells = [str(at_once), "many" if spread else "one"]
    for column in (ours, by_hand):
        cells += [f"{percentile([percentile(lat, p) for lat, _ in column], 50):.2f}" for p in (50, 99)]
        cells.append(f"{percentile([rate for _, rate in column], 50):,.0f}")
    cells.append(f"{percentile([a[1] / b[1] for a, b in zip(ours, by_hand, strict=True)], 50):.2f}")
    cells.append(f"{percentile([rate for _, rate in file], 50):,.0f}")
    table.add(*cells)


def main(arguments: Sequence[str]) -> None:
    bin_folder = programs()
    if bin_folder is None:
        sys.exit("bench: needs the programs of a PostgreSQL server")
    quick = "--quick" in arguments
    server = PostgresServer(bin_folder, is_fast=False)
    try:
        server.make()
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            urls = server.new_database(), f"sqlite+aiosqlite:///{Path(folder) / 'desk.sqlite3'}"
            for url in urls:
                migrate(url)
            print(asyncio.run(measure(*urls, 500 if quick else 2000, 3 if quick else 5)))
    finally:
        server.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
