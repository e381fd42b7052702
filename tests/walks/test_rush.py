"""An announcement day: 500 residents want the 100 seats of one slot, from several processes, and one of them is killed.

Every event is delivered by every process, as a platform does that got no answer. Run as a program this file is one such
process: `python -m tests.walks.test_rush URL SEED`.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.booking.bookings import Changed, Full, Limits, Made, Status
from bot.booking.recount import recount
from bot.dialogue import Kind, Phrase, Say
from bot.language import Language
from bot.store import booking_audit, booking_rows, bookings, conversations, inbox, outbox, seats
from bot.store.again import write_again
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.store.unit import Work
from tests.bot.store.booked import NINE, NOW, TEN_MINUTES, seats_for, slot, visit, wish
from tests.bot.store.steps import run
from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
RESIDENTS = 500
SEATS = 100
CHANNEL = "telegram"
LIMITS = Limits(active=1, held=1, waiting=1)
AT_ONCE = 20
CAPACITY = seats_for(SEATS)


def asks(number: int) -> Work[None]:
    """A resident presses the time everybody wants."""
    if not (yield from inbox.mark(CHANNEL, f"asks-{number}", NOW)):
        return
    found = yield from conversations.find(CHANNEL, f"resident-{number}")
    person = yield from conversations.save(CHANNEL, f"resident-{number}", found.conversation, NOW)
    made = yield from bookings.hold(wish(visit(), person, f"T{number:04}"), CAPACITY, LIMITS, NOW, NOW + TEN_MINUTES)
    if isinstance(made, Full):
        taken = yield from seats.taken(["points"], NINE, NINE + timedelta(hours=2), NOW)
        free = [place for place in range(4) if taken.get(slot(place).id, 0) < SEATS]
        yield from tells(person, "full", " ".join(map(str, free)))
    else:
        assert isinstance(made, Made)
        yield from tells(person, "held", made.booking.ticket)


def presses_yes(number: int) -> Work[None]:
    """Who has a seat makes it certain; the others have nothing to press."""
    if not (yield from inbox.mark(CHANNEL, f"yes-{number}", NOW)):
        return
    found = yield from conversations.find(CHANNEL, f"resident-{number}")
    assert found.conversation_id is not None
    for booking in (yield from booking_rows.of_conversation(found.conversation_id, NOW)):
        changed = yield from bookings.confirm(booking, NOW, limits=LIMITS)
        assert isinstance(changed, Changed)
        yield from tells(found.conversation_id, "confirmed", booking.ticket)


def tells(person: int, key: str, what: str) -> Work[None]:
    said = Say(Kind.TICKET, (Phrase(key, {"what": what}),))
    yield from outbox.put(person, CHANNEL, None, Language.JA, [said], said_at=NOW, not_before=NOW)


async def delivers(url: str, seed: int) -> None:
    """One process: all events of all residents, in an order of its own, many at once."""
    engine = engine_at(url)
    await engine.open()
    residents = list(range(RESIDENTS))
    random.Random(seed).shuffle(residents)  # noqa: S311
    lane = asyncio.Semaphore(AT_ONCE)

    async def serve(number: int) -> None:
        async with lane:
            for event in (asks, presses_yes):
                await write_again(engine, partial(event, number))

    try:
        await asyncio.gather(*(serve(number) for number in residents))
    finally:
        await engine.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        made = f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"
    else:
        made = str(request.getfixturevalue("postgres_url"))
    migrate(made)
    return made


def processes(url: str) -> list[subprocess.Popen[bytes]]:
    count = 4 if url.startswith("postgresql") else 2
    command = (sys.executable, "-m", "tests.walks.test_rush", url)
    return [subprocess.Popen([*command, str(seed)], cwd=ROOT) for seed in range(count)]


def kill_one_in_the_middle(url: str, victim: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while run(url, "SELECT count(*) FROM inbox")[0][0] < RESIDENTS // 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert victim.poll() is None
    victim.kill()
    victim.wait(timeout=20)


def told(url: str, key: str) -> dict[int, str]:
    """Which residents were told something, and what of."""
    rows = run(url, f"SELECT conversation_id, say FROM outbox WHERE say LIKE '%\"{key}\"%' ORDER BY id")  # noqa: S608
    assert len(rows) == len({person for person, _ in rows})
    return {person: say.partition('"what":"')[2].partition('"')[0] for person, say in rows}


async def kept(url: str) -> tuple[int, Counter[int | None], dict[int | None, str]]:
    """How many disagreements the auditor finds, who has a booking how often, and under which ticket."""
    engine: Engine = engine_at(url)
    await engine.open()
    try:
        found = await engine.read(booking_audit.kept_since(NOW))
    finally:
        await engine.close()
    assert {booking.status for booking in found.bookings} == {Status.CONFIRMED}
    assert sum(row.count for row in found.seats) == SEATS
    findings = recount(found, CAPACITY, LIMITS, NOW)
    people = Counter(booking.conversation_id for booking in found.bookings)
    return len(findings), people, {booking.conversation_id: booking.ticket for booking in found.bookings}


def test_a_hundred_of_five_hundred_get_the_hundred_seats_though_a_process_is_killed(url: str) -> None:
    victim, *others = processes(url)
    try:
        kill_one_in_the_middle(url, victim)
        assert [process.wait(timeout=120) for process in others] == [0] * len(others)
    finally:
        for process in (victim, *others):
            process.kill()
            process.wait(timeout=20)
    findings, people, tickets = asyncio.run(kept(url))
    assert findings == 0
    assert set(people.values()) == {1}
    assert told(url, "confirmed") == told(url, "held") == tickets
    refused = told(url, "full")
    assert len(refused) == RESIDENTS - SEATS
    assert refused.keys().isdisjoint(tickets)
    assert set(refused.values()) == {"1 2 3"}
    assert run(url, "SELECT count(*) FROM inbox") == [(2 * RESIDENTS,)]


if __name__ == "__main__":
    asyncio.run(delivers(sys.argv[1], int(sys.argv[2])))
