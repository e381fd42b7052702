"""One seat claimed in one statement on PostgreSQL: contenders pass each other by, and whoever needs the slot waits."""

from __future__ import annotations

import asyncio
from collections.abc import Generator

import pytest

from bot.booking.bookings import Full, Limit, Made, TooMany
from bot.errors import StoreError
from bot.store import bookings, inbox, seats
from bot.store.engine import Engine
from bot.store.query import Statement
from bot.store.unit import AtOnce, Rows, Work
from tests.bot.store.booked import LIMITS, NOW, TEN_MINUTES, held, holds, new_ticket, seats_for, slot, visit, wish
from tests.bot.store.steps import AT, ON_POSTGRESQL
from tests.bot.store.test_postgres import Gate, through_the_gate

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

Answer = Made | object


def nobody_s(seats_of_slot: int, ticket: str = "") -> Work[Answer]:
    """A claim without a person: the statement alone."""
    asked = wish(visit(), None, ticket)
    return bookings.hold(asked, seats_for(seats_of_slot), LIMITS, NOW, NOW + TEN_MINUTES)


def in_hand(seats_of_slot: int) -> Work[Answer]:
    """A claim whose work goes on for a while."""
    answer = yield from nobody_s(seats_of_slot)
    yield from through_the_gate()
    return answer


def in_vain(seats_of_slot: int) -> Work[None]:
    yield from in_hand(seats_of_slot)
    raise LookupError("something went wrong after the claim")


@ON_POSTGRESQL
async def test_a_seat_in_somebody_elses_hand_is_passed_over_without_waiting(
    engine: Engine, other_engine: Engine, url: str
) -> None:
    async with Gate(url) as gate:
        first = asyncio.create_task(engine.write(in_hand(2)))
        await gate.wait_for(1)
        assert isinstance(await other_engine.write(nobody_s(2)), Made)
        await gate.open()
        assert isinstance(await first, Made)
    assert await engine.write(nobody_s(2)) == Full()


@ON_POSTGRESQL
async def test_the_last_seat_in_somebody_elses_hand_is_waited_for(
    engine: Engine, other_engine: Engine, url: str
) -> None:
    for first_work, expected in ((in_vain(1), Made), (in_hand(1), Full)):
        async with Gate(url) as gate:
            first = asyncio.create_task(engine.write(first_work))
            await gate.wait_for(1)
            second = asyncio.create_task(other_engine.write(nobody_s(1)))
            await gate.wait_for(2)
            assert not second.done()
            await gate.open()
            await asyncio.gather(first, return_exceptions=True)
        answer = await second
        assert isinstance(answer, expected)
        if isinstance(answer, Made):
            await engine.write(bookings.cancel(answer.booking, NOW))


@ON_POSTGRESQL
async def test_whoever_needs_the_slot_waits_for_every_seat_in_hand(
    engine: Engine, other_engine: Engine, url: str
) -> None:
    def needs_the_slot() -> Work[Answer]:
        yield from seats.lock([slot().id])
        return (yield from bookings.enter(wish(visit(), None), seats_for(1), NOW))

    async with Gate(url) as gate:
        first = asyncio.create_task(engine.write(in_hand(1)))
        await gate.wait_for(1)
        second = asyncio.create_task(other_engine.write(needs_the_slot()))
        await gate.wait_for(2)
        await gate.open()
        assert isinstance(await first, Made)
    assert await second == Full()


@ON_POSTGRESQL
async def test_where_seats_were_taken_away_the_count_decides(engine: Engine) -> None:
    for resident in ("taro", "hanako"):
        await holds(engine, resident, seats=9)
    answers = [await engine.write(nobody_s(few)) for few in (1, 2, 3)]
    assert [type(answer) for answer in answers] == [Full, Full, Made]


@ON_POSTGRESQL
async def test_a_refused_claim_says_why_in_one_trip(engine: Engine) -> None:
    for number in range(LIMITS.active):
        assert isinstance(await engine.write(held("taro", visit(number))), Made)
    assert await engine.write(held("taro", visit(5))) == TooMany(Limit.ACTIVE)


@ON_POSTGRESQL
async def test_a_ticket_that_is_taken_takes_no_seat(engine: Engine) -> None:
    ticket = new_ticket()
    assert isinstance(await engine.write(nobody_s(2, ticket)), Made)
    assert not isinstance(await engine.write(nobody_s(2, ticket)), Made)
    assert isinstance(await engine.write(nobody_s(2)), Made)


def counted(work: Work[bool], statements: list[Statement]) -> Generator[Statement, Rows, bool]:
    rows: Rows = ()
    while True:
        try:
            statement = work.send(rows) if statements else next(work)
        except StopIteration as finished:
            return bool(finished.value)
        statements.append(statement)
        rows = yield statement


@ON_POSTGRESQL
async def test_what_follows_the_first_statement_is_one_work(engine: Engine) -> None:
    def looks_and_writes() -> Work[bool]:
        yield from seats.lock([slot().id])  # changes nothing
        yield from inbox.mark("telegram", "1", AT)
        yield from inbox.mark("telegram", "1", AT)
        raise LookupError("after both")

    with pytest.raises(LookupError):
        await engine.write(AtOnce(looks_and_writes()))
    assert await engine.write(AtOnce(inbox.mark("telegram", "1", AT)))
    statements: list[Statement] = []
    assert not await engine.write(AtOnce(counted(inbox.mark("telegram", "1", AT), statements)))
    assert len(statements) == 1


@ON_POSTGRESQL
async def test_a_fault_in_the_one_statement_is_told_and_the_connection_serves_on(engine: Engine) -> None:
    with pytest.raises(StoreError, match="write failed"):
        await engine.write(AtOnce(inbox.mark("telegram", "with a \x00 in it", AT)))
    assert await engine.write(inbox.mark("telegram", "1", AT))
