"""Webhooks with full effects: signature, turn, commit, answer; then the reply, worded and handed to the platform.

`madoguchi serve` as it is, in one and in two processes, on SQLite and PostgreSQL, against a bare Starlette endpoint and a
bare python-telegram-bot echo, all over HTTP on loopback in the same run, with the platform a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.report import Table, machine, percentile
from bench.webhook_load import House, Load, Run, Served
from tests.postgres import PostgresServer, programs

_AT_ONCE = 32
_HOURS = {
    2_000: "a trial",
    15_000: "five of a town's busiest hours on the day of an announcement",
    72_000: "the busiest hour of one of a prefecture's four replicas",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: events of a round, rounds of which the median counts, events of an hour."""

    events: int
    rounds: int
    hour: int


def _subjects(house: House, folder: Path, postgres: PostgresServer | None) -> Iterator[Served]:
    """One after another, so that only one is in memory: two peers, then ours."""
    yield house.peer("bare")
    yield house.peer("echo")
    yield house.ours("telegram", f"sqlite+aiosqlite:///{folder / 'telegram.db'}", 1)
    for replicas in (1, 2):
        yield house.ours("line", f"sqlite+aiosqlite:///{folder / f'line{replicas}.db'}", replicas)
    if postgres is not None:
        for replicas in (1, 2):
            yield house.ours("line", postgres.new_database(), replicas)


async def measure(size: Size) -> list[Table]:
    """The rates, and the memory under traffic."""
    with tempfile.TemporaryDirectory() as name, _postgres() as postgres, House(Path(name)) as house:
        async with aiohttp.ClientSession() as session:
            load = Load(session, house.platform.urls[0])
            rates = await _rates(load, house, _subjects(house, Path(name), postgres), size)
            served = house.ours("line", f"sqlite+aiosqlite:///{Path(name) / 'hour.db'}", 1)
            return [rates, await _memory(load, served, size.hour)]


async def _rates(load: Load, house: House, subjects: Iterator[Served], size: Size) -> Table:
    table = Table(
        "Webhooks with full effects",
        f"{machine()}. {size.events} events a round, {_AT_ONCE} at once, median of {size.rounds} rounds, over HTTP; the callers and "
        "the platform share the machine. Late: answered 503 after a second, as LINE wants, and done all the same. A round ends when "
        "the last reply has reached the platform. The bare endpoint answers nobody; the echo is python-telegram-bot without search "
        "and store.",
        ("what", "events /s", "answer p50 ms", "answer p99 ms", "late of all", "rate to bare", "rate to echo"),
    )  # fmt: skip
    bases = list[float]()
    for served in subjects:
        await load.run(served, max(100, size.events // 4), _AT_ONCE)
        run = _median([await load.run(served, size.events, _AT_ONCE) for _ in range(size.rounds)])
        bases.append(run.per_second)
        ratios = [f"{run.per_second / base:.2f}" for base in bases[:2]]
        late = f"{run.late} of {size.rounds * size.events}"
        cells = (f"{run.per_second:,.0f}", f"{run.p50_ms:.1f}", f"{run.p99_ms:.1f}", late, *ratios)
        table.add(served.name, *cells, *["-"] * (2 - len(ratios)))
        print(f"   {served.name}: {run.per_second:,.0f} events/s", file=sys.stderr)
        house.end(served)
    return table


async def _memory(load: Load, served: Served, hour: int) -> Table:
    """Residents come and go all the while; what grows with them, and not with the work, would be seen."""
    table = Table(
        "Memory under traffic",
        f"Resident memory of one process, {hour:,} events over LINE on SQLite: {_HOURS[hour]}.",
        ("after warming up MB", "after half MB", "after all MB"),
    )
    await load.run(served, max(500, hour // 10), _AT_ONCE)
    seen = [served.memory_mb()]
    for _ in range(2):
        await load.run(served, hour // 2, _AT_ONCE)
        seen.append(served.memory_mb())
    table.add(*(f"{mb:.0f}" for mb in seen))
    return table


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        percentile([run.per_second for run in runs], 50),
        percentile([run.p50_ms for run in runs], 50),
        percentile([run.p99_ms for run in runs], 50),
        sum(run.late for run in runs),
    )


@contextlib.contextmanager
def _postgres() -> Iterator[PostgresServer | None]:
    folder = programs()
    if folder is None:
        print("PostgreSQL is not installed: only SQLite is measured", file=sys.stderr)
        yield None
        return
    server = PostgresServer(folder, is_fast=False)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.remove()


def main(arguments: Sequence[str]) -> None:
    """--quick: few events; --long: the memory after as many as a replica of a prefecture's takes in its busiest hour."""
    size = Size(400, 1, 2_000) if "--quick" in arguments else Size(1000, 3, 15_000)
    if "--long" in arguments:
        size = Size(1000, 3, 72_000)
    for table in asyncio.run(measure(size)):
        print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
