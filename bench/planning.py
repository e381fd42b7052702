"""What one event costs, to plan machines by: processor time of a replica and of PostgreSQL, bytes kept, connections,
memory.

Processor time is counted by the kernel for each process, so that callers and platform on the same machine, and whatever
else runs there, distort it far less than they distort events a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.report import Table, machine
from bench.webhook_load import House, Load, Served
from tests.postgres import PostgresServer, programs, rows_of

_TICKS = os.sysconf("SC_CLK_TCK")
_AT_ONCE = 16
_TABLES = ("inbox", "conversations", "outbox")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time since the start."""

    replicas_s: float
    postgres_s: float


def spent(served: Served, postgres: PostgresServer) -> Spent:
    assert postgres._process is not None
    processes = {int(path.name): _stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    ours = sum(_seconds(processes[one.pid], with_children=False) for one in served.processes)
    main = postgres._process.pid
    sessions = (stat for stat in processes.values() if stat and int(stat[1]) == main)
    theirs = _seconds(processes[main], with_children=True) + sum(_seconds(one, with_children=False) for one in sessions)
    return Spent(ours, theirs)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; none where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
    except OSError:
        return []


def _seconds(stat: Sequence[str], *, with_children: bool) -> float:
    return sum(int(field) for field in stat[11 : 15 if with_children else 13]) / _TICKS


def kept_bytes(url: str) -> int:
    """What the tables of conversations take with their indexes, once what was deleted has been cleared away."""
    for name in _TABLES:
        rows_of(url, f"VACUUM {name}")
    names = ", ".join(f"'{name}'" for name in _TABLES)
    sizes = rows_of(url, f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ({names})")
    return int(sizes[0][0])


async def measure(events: int) -> Table:
    table = Table(
        "What one event costs",
        f"{machine()}. {events:,} questions over LINE on PostgreSQL with fsync, {_AT_ONCE} at once, each answered; every resident asks "
        "twenty. A core gives 1,000 ms a second.",
        ("replicas", "events /s", "replica ms", "PostgreSQL ms", "bytes kept", "connections of one replica", "MB of one replica"),
    )  # fmt: skip
    bin_folder = programs()
    assert bin_folder is not None
    postgres = PostgresServer(bin_folder, is_fast=False)
    try:
        postgres.make()
        postgres.start()
        with tempfile.TemporaryDirectory() as name, House(Path(name)) as house:
            async with aiohttp.ClientSession() as session:
                for replicas in (1, 2):
                    url = postgres.new_database()
                    served = house.ours("line", url, replicas)
                    table.add(*await _row(Load(session, house.platform.urls[0]), served, postgres, url, events))
                    house.end(served)
    finally:
        postgres.remove()
    return table


async def _row(load: Load, served: Served, postgres: PostgresServer, url: str, events: int) -> tuple[str, ...]:
    await load.run(served, max(200, events // 10), _AT_ONCE)
    before, bytes_before = spent(served, postgres), kept_bytes(url)
    run = await load.run(served, events, _AT_ONCE)
    after, bytes_after = spent(served, postgres), kept_bytes(url)
    open_now = rows_of(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'madoguchi'")[0][0]
    return (
        str(len(served.processes)),
        f"{run.per_second:,.0f}",
        f"{(after.replicas_s - before.replicas_s) / events * 1000:.1f}",
        f"{(after.postgres_s - before.postgres_s) / events * 1000:.1f}",
        f"{(bytes_after - bytes_before) // events}",
        f"{open_now // len(served.processes)}",
        f"{served.memory_mb() / len(served.processes):.0f}",
    )


def main(arguments: Sequence[str]) -> None:
    if programs() is None:
        sys.exit("bench: needs the programs of a PostgreSQL server")
    print(asyncio.run(measure(500 if "--quick" in arguments else 5000)))


if __name__ == "__main__":
    main(sys.argv[1:])
