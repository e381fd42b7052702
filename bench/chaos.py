"""Chaos on an announcement day: is the desk still exact, and how fast is it then?

Three replicas on PostgreSQL, residents on Telegram and LINE who ask, book one of few seats and cancel; events doubled,
swapped and late, platforms that answer 429 and 500, a replica killed every few seconds, PostgreSQL killed once. At the
end everything is counted. --quick: sixty residents.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.report import Table, machine, percentile
from bot.settings import read_settings
from bot.texts import Texts
from bot.wiring import open_desk
from tests.postgres import PostgresServer, programs
from tests.walks.chaos_residents import Letters, Resident
from tests.walks.chaos_town import Town, Weather, town
from tests.walks.chaos_verdict import Verdict, verdict_on

_ARRIVE_S = 20.0


async def live_through(
    server: PostgresServer, folder: Path, residents: int, weather: Weather, *, arrive_s: float, lease_s: float | None
) -> tuple[Verdict, Town, float]:
    """The verdict, the town, and the seconds until the last message was out.

    `lease_s`: what a killed replica had in hand is sent by another after so long; None: after its minute.
    """
    settings = read_settings({"MADOGUCHI_CACHE": str(folder)})
    desk = await asyncio.to_thread(open_desk, settings.content, folder)
    async with town(server, folder, weather) as there:
        letters, stop = Letters(there), asyncio.Event()
        tasks = [asyncio.create_task(letters.are_read()), asyncio.create_task(there.kills(stop=stop))]
        if lease_s is not None:
            tasks.append(asyncio.create_task(there.shortens_lost_leases(lease_s, stop=asyncio.Event())))
        try:
            begun = time.monotonic()
            await _everybody_lives(there, letters, residents, arrive_s)
            stop.set()
            await tasks[1]
            await there.until_all_is_out(patience_s=400)
            took_s = time.monotonic() - begun
            return await verdict_on(there, letters, Texts(desk.content)), there, took_s
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _everybody_lives(there: Town, letters: Letters, residents: int, arrive_s: float) -> None:
    async def one(number: int) -> None:
        await asyncio.sleep(there.random.uniform(0, arrive_s))
        await Resident(number, there, letters).lives()

    lives = [asyncio.create_task(one(number)) for number in range(1, residents + 1)]
    restarting = asyncio.create_task(_restart_halfway(there, residents))
    try:
        await asyncio.gather(*lives)
        await restarting
    finally:
        for task in (*lives, restarting):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await restarting


async def _restart_halfway(there: Town, residents: int) -> None:
    while there.done["events"] < 2 * residents:  # noqa: ASYNC110 - counted by those who bring the events
        await asyncio.sleep(0.1)
    await there.restarts_postgres()


def report(verdict: Verdict, there: Town, took_s: float, residents: int) -> Table:
    """What happened, and what came of it."""
    how = (
        f"{machine()}. {residents:,} residents on Telegram and LINE, three replicas, PostgreSQL without fsync; the residents "
        "and both platforms share the machine. Every number that should be 0 is checked."
    )
    table = Table("Chaos", how, ("what", "number"))
    for what, count in sorted(there.done.items()):
        table.add(what, f"{count:,}")
    for name, platform in (("Telegram", there.telegram), ("LINE", there.line)):
        table.add(
            f"{name} answered", ", ".join(f"{what}: {count}" for what, count in sorted(platform.troubles.items()))
        )
    table.add("seconds until the last message was out", f"{took_s:.0f}")
    table.add("events a second", f"{there.done['events'] / took_s:.0f}")
    for percent in (50, 99):
        table.add(f"webhook answer p{percent} ms", f"{percentile(there.answer_ms, percent):.0f}")
    for what, found in verdict.numbers.items():
        table.add(what, f"{found:,}" if isinstance(found, int) else str(found))
    for fault in verdict.faults[:20]:
        table.add("FAULT", fault)
    return table


def main(arguments: Sequence[str]) -> None:
    bin_folder = programs()
    if bin_folder is None:
        sys.exit("bench: needs the programs of a PostgreSQL server")
    quick = "--quick" in arguments
    residents = 60 if quick else 2000
    server = PostgresServer(bin_folder)
    try:
        server.make()
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            arrive_s, lease_s = (3.0, 12.0) if quick else (_ARRIVE_S, None)
            lived = live_through(server, Path(folder), residents, Weather(), arrive_s=arrive_s, lease_s=lease_s)
            verdict, there, took_s = asyncio.run(lived)
    finally:
        server.remove()
    print(report(verdict, there, took_s, residents))
    if verdict.faults:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
