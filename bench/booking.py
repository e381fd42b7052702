"""Claims of seats a second and their slowest hundredth, against the raw drivers doing the same check and insert.

    python -m bench.booking [--old 0 1000000] [--rounds 3] [--claims 300] [--databases sqlite postgresql]

One claim: the person's bookings are counted, the slot's seats are counted, the booking and its seat are added, all
committed. Ours is `bookings.hold`. The raw peers write the same rows into the same tables: aiosqlite with one
connection; asyncpg with a transaction; asyncpg with one CTE statement that tries again when two took the same seat.
"Spread" goes over 40 slots; "hot" is one slot with half as many seats as there are claims, so half are refused.
PostgreSQL is a server of its own on this machine without fsync: nothing hides the work of a claim. Oversold seats are
counted after every round, and one would end the run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import aiosqlite
import asyncpg

from bench.report import Table, machine, percentile
from bot.booking.bookings import Limits, Made, Wish
from bot.booking.slots import Slot, Visit
from bot.language import Language
from bot.store import bookings
from bot.store.again import write_again
from bot.store.engine import Engine, engine_at
from bot.store.instant import to_micros
from bot.store.migrations import migrate
from tests.postgres import PostgresServer, programs, rows_of

NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
HELD_UNTIL = NOW + timedelta(minutes=10)
LIMITS = Limits(2, 2, 2)
PERSONS = 2000
SPREAD_SLOTS = 40
SPREAD_SEATS = 30
HALF = timedelta(minutes=30)

_tickets = itertools.count(1)
_days = itertools.count(1)


@dataclass(frozen=True)
class Ask:
    """One resident's claim, ready made, so that making it is nobody's time."""

    person: int
    ticket: str
    slot: Slot
    seats: int

    @property
    def wish(self) -> Wish:
        return Wish(self.ticket, "points", Visit((self.slot,), (1,)), 1, "telegram", self.person, Language.JA)


Claim = Callable[[Ask], Awaitable[bool]]


class Ours:
    name = "madoguchi"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def claim(self, ask: Ask) -> bool:
        make = partial(bookings.hold, ask.wish, lambda _: ask.seats, LIMITS, NOW, HELD_UNTIL)
        return isinstance(await write_again(self._engine, make), Made)


BOOKING = (
    "ticket", "service", "status", "version", "slots", "party", "starts_at", "ends_at", "channel", "conversation_id",
    "language", "reminders", "remind_at", "entered_by", "created_at", "changed_at", "held_until",
)  # fmt: skip
ACTIVE = "status IN ('held', 'offered', 'confirmed') AND ends_at >"


def row_of(ask: Ask) -> tuple[Any, ...]:
    start, end, now = to_micros(ask.slot.starts_at), to_micros(ask.slot.ends_at), to_micros(NOW)
    slots = f'[["points",{start},{end},1]]'
    return (
        ask.ticket, "points", "held", 0, slots, 1, start, end, "telegram", ask.person, "ja", "", "", "chat", now, now,
        to_micros(HELD_UNTIL),
    )  # fmt: skip


class RawSqlite:
    name = "aiosqlite"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._alone = asyncio.Lock()
        self._insert = f"INSERT INTO bookings ({', '.join(BOOKING)}) VALUES ({', '.join('?' * len(BOOKING))})"

    async def claim(self, ask: Ask) -> bool:
        async with self._alone:
            run = self._connection.execute
            await run("BEGIN IMMEDIATE")
            start = to_micros(ask.slot.starts_at)
            mine = f"SELECT count(*) FROM bookings WHERE conversation_id = ? AND {ACTIVE} ?"
            (has,) = await self._one(mine, (ask.person, to_micros(NOW)))
            (taken,) = await self._one(
                "SELECT count(*) FROM seats WHERE service = ? AND starts_at = ?", ("points", start)
            )
            if has >= LIMITS.active or taken >= ask.seats:
                await run("ROLLBACK")
                return False
            booking = await run(self._insert, row_of(ask))
            await run("INSERT INTO seats VALUES (?, ?, ?, ?)", ("points", start, taken, booking.lastrowid))
            await run("COMMIT")
            return True

    async def _one(self, sql: str, values: Sequence[Any]) -> Any:
        async with self._connection.execute(sql, values) as cursor:
            return await cursor.fetchone()


class RawTransaction:
    name = "asyncpg, transaction"

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        places = ", ".join(f"${place}" for place in range(1, len(BOOKING) + 1))
        self._insert = f"INSERT INTO bookings ({', '.join(BOOKING)}) VALUES ({places}) RETURNING id"

    async def claim(self, ask: Ask) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            start = to_micros(ask.slot.starts_at)
            await connection.execute("SELECT pg_advisory_xact_lock($1)", start)
            mine = f"SELECT count(*) FROM bookings WHERE conversation_id = $1 AND {ACTIVE} $2"
            has = await connection.fetchval(mine, ask.person, to_micros(NOW))
            count = "SELECT count(*) FROM seats WHERE service = $1 AND starts_at = $2"
            taken = await connection.fetchval(count, "points", start)
            if has >= LIMITS.active or taken >= ask.seats:
                return False
            booking = await connection.fetchval(self._insert, *row_of(ask))
            await connection.execute("INSERT INTO seats VALUES ($1, $2, $3, $4)", "points", start, taken, booking)
            return True


class RawStatement:
    name = "asyncpg, one CTE"

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        kinds = ["text"] * len(BOOKING)
        for name in ("starts_at", "ends_at", "conversation_id", "created_at", "changed_at", "held_until"):
            kinds[BOOKING.index(name)] = "bigint"
        for name in ("version", "party"):
            kinds[BOOKING.index(name)] = "int"
        values = ", ".join(f"${place}::{kind}" for place, kind in enumerate(kinds, start=1))
        start, person, now = (f"${BOOKING.index(name) + 1}" for name in ("starts_at", "conversation_id", "created_at"))
        self._sql = f"""
            WITH taken AS (SELECT count(*)::int AS n FROM seats WHERE service = 'points' AND starts_at = {start}),
            made AS (
                INSERT INTO bookings ({", ".join(BOOKING)}) SELECT {values} FROM taken
                WHERE n < $18 AND (SELECT count(*) FROM bookings WHERE conversation_id = {person} AND {ACTIVE} {now}) < $19
                RETURNING id)
            INSERT INTO seats SELECT 'points', {start}, n, made.id FROM made, taken RETURNING seat"""

    async def claim(self, ask: Ask) -> bool:
        while True:
            try:
                return bool(await self._pool.fetch(self._sql, *row_of(ask), ask.seats, LIMITS.active))
            except asyncpg.UniqueViolationError:
                continue


@dataclass
class Measured:
    """What one peer did in one kind of load: claims a second of each round, and all latencies."""

    rates: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def p99_ms(self) -> float:
        return percentile(self.waits_s, 99) * 1000


async def load(claim: Claim, asks: Iterable[Ask], at_once: int) -> tuple[float, list[float], int]:
    """Claims a second, how long each took, and how many got a seat."""
    waiting, waits_s, got = iter(asks), [], 0

    async def lane() -> None:
        nonlocal got
        for ask in waiting:
            begun = time.perf_counter()
            is_made = await claim(ask)
            got += is_made  # not in one line: it would add to what `got` was before the wait
            waits_s.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(at_once)))
    return len(waits_s) / (time.perf_counter() - begun), waits_s, got


def asks_of(claims: int, *, hot: bool) -> list[Ask]:
    """Claims on a day nobody has asked for yet."""
    day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=next(_days))
    slots = [
        Slot("points", day + number * HALF, day + (number + 1) * HALF) for number in range(1 if hot else SPREAD_SLOTS)
    ]
    seats = claims // 2 if hot else max(SPREAD_SEATS, claims // SPREAD_SLOTS + 1)
    return [
        Ask(1 + number % PERSONS, f"N{next(_tickets):08}", slots[number % len(slots)], seats)
        for number in range(claims)
    ]


async def compare(
    peers: Sequence[Any], check: Callable[[], None], options: argparse.Namespace, table: Table, what: str
) -> None:
    for hot, at_once in itertools.product((False, True), (1, 50)):
        measured = {peer.name: Measured() for peer in peers}
        for peer in peers:
            await load(peer.claim, asks_of(30, hot=hot), at_once)  # warm
            await peer.forget()
        for number in range(options.rounds):
            for peer in peers if number % 2 else reversed(peers):
                asks = asks_of(options.claims, hot=hot)
                rate, waits_s, got = await load(peer.claim, asks, at_once)
                assert got == (options.claims // 2 if hot else options.claims), (peer.name, got)
                measured[peer.name].rates.append(rate)
                measured[peer.name].waits_s += waits_s
                await peer.forget()
        check()
        ours = measured[Ours.name]
        for peer in peers:
            its = measured[peer.name]
            ratios = ("", "") if its is ours else (f"{ours.rate / its.rate:.2f}", f"{ours.p99_ms / its.p99_ms:.2f}")
            kind = f"{'hot' if hot else 'spread'}, {at_once} at once"
            table.add(what, kind, peer.name, f"{its.rate:.0f}", f"{its.p99_ms:.1f}", *ratios)


CLEAN = "DELETE FROM seats WHERE starts_at >= {0}", "DELETE FROM bookings WHERE starts_at >= {0}"
OVERSOLD = "SELECT count(*) FROM (SELECT service, starts_at FROM seats WHERE starts_at >= {0} GROUP BY 1, 2 HAVING count(*) > {1}) AS over"
OLD_BEFORE = to_micros(datetime(2022, 7, 1, tzinfo=UTC))


def old_sql(count: int, numbers: str) -> tuple[str, str]:
    """A million visits of years gone by, each with its seat; 30 in a slot."""
    at = f"({OLD_BEFORE} - ((n / 30) + 1) * 1800000000)"
    values = f"n + 1, 'OLD' || n, 'points', 'done', 3, '[[\"points\",' || {at} || ',' || {at} || ',1]]', 1, {at}, {at}, 'telegram', (n % {PERSONS}) + 1, 'ja', '', '', 'chat', {at}, {at}"
    columns = ", ".join(("id", *BOOKING[:-1]))
    return (
        f"{numbers} INSERT INTO bookings ({columns}) SELECT {values} FROM number",
        f"{numbers} INSERT INTO seats SELECT 'points', {at}, n % 30, n + 1 FROM number",
    )


def person_sql(numbers: str) -> str:
    return f"{numbers} INSERT INTO conversations (channel, address, state, created_at, last_event_at) SELECT 'telegram', 'p' || n, '{{}}', 0, 0 FROM number"


def forgetting(peer: Any, forget: Callable[[], Awaitable[None]]) -> Any:
    """Between rounds the claims made go, so that a person's limit and the table's size stay the same."""
    peer.forget = forget
    return peer


@contextlib.asynccontextmanager
async def on_sqlite(old: int) -> AsyncIterator[tuple[list[Any], Callable[[], None]]]:
    with tempfile.TemporaryDirectory(prefix="bench-booking-") as folder:
        file = Path(folder) / "desk.sqlite3"
        url = f"sqlite+aiosqlite:///{file}"
        await asyncio.to_thread(migrate, url)
        engine = engine_at(url)
        await engine.open()
        async with aiosqlite.connect(file, isolation_level=None) as raw:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
                await raw.execute(f"PRAGMA {pragma}")
            numbers = "WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {})"
            await raw.execute(person_sql(numbers.format(PERSONS)))
            for sql in old_sql(old, numbers.format(old)) if old else ():
                await raw.execute(sql)

            async def forget() -> None:
                await asyncio.to_thread(check)
                for sql in CLEAN:
                    await raw.execute(sql.format(OLD_BEFORE))

            def check() -> None:
                with contextlib.closing(sqlite3.connect(file)) as looking:
                    assert looking.execute(OVERSOLD.format(OLD_BEFORE, _most)).fetchone() == (0,)

            try:
                yield [forgetting(peer, forget) for peer in (Ours(engine), RawSqlite(raw))], check
            finally:
                await engine.close()


@contextlib.asynccontextmanager
async def on_postgresql(old: int) -> AsyncIterator[tuple[list[Any], Callable[[], None]]]:
    bin_folder = programs()
    assert bin_folder is not None, "needs the programs of a PostgreSQL server"
    server = PostgresServer(bin_folder)
    try:
        server.make()
        server.start()
        url = server.new_database()
        await asyncio.to_thread(migrate, url)
        engine = engine_at(url)
        await engine.open()
        numbers = "WITH number AS (SELECT generate_series(0, {} - 1) AS n)"
        setup = [person_sql(numbers.format(PERSONS))]
        if old:
            setup += [*old_sql(old, f"WITH number AS (SELECT generate_series(0::bigint, {old} - 1) AS n)")]
            setup.append(f"SELECT setval(pg_get_serial_sequence('bookings', 'id'), {old + 1})")
        for sql in (*setup, "ANALYZE"):
            rows_of(url, sql)
        pool = await asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=1, max_size=8, reset=_nothing)

        async def forget() -> None:
            check()
            for sql in CLEAN:
                await pool.execute(sql.format(OLD_BEFORE))
            await pool.execute("VACUUM bookings, seats")

        def check() -> None:
            assert [tuple(row) for row in rows_of(url, OVERSOLD.format(OLD_BEFORE, _most))] == [(0,)]

        try:
            yield [forgetting(peer, forget) for peer in (Ours(engine), RawTransaction(pool), RawStatement(pool))], check
        finally:
            await pool.close()
            await engine.close()
    finally:
        server.remove()


async def _nothing(_: asyncpg.Connection) -> None:
    """As our own engine: no reset of a session that changed nothing."""


async def main(options: argparse.Namespace) -> None:
    table = Table(
        "Claims of seats",
        f"{machine()}. {options.rounds} rounds of {options.claims} claims each; rate is the median round. The ratios are ours to the peer's.",
        ("database, old bookings", "load", "who", "claims/s", "p99 ms", "rate, ours / peer", "p99, ours / peer"),
    )
    places = {"sqlite": on_sqlite, "postgresql": on_postgresql}
    for name, old in itertools.product(options.databases, options.old):
        async with places[name](old) as (peers, check):
            await compare(peers, check, options, table, f"{name}, {old:,}")
    print(table)
    print("Seats oversold: 0 (counted after every round).\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", type=int, nargs="+", default=[0, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, default=300)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    _most = max(SPREAD_SEATS, chosen.claims // 2)
    asyncio.run(main(chosen))
