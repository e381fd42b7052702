"""Two replicas, many residents, everything at once: nothing is oversold, nobody waits for a seat that is free."""

from __future__ import annotations

import asyncio
import random
from functools import partial

import pytest

from bot.booking.bookings import Booking, Limits, Made
from bot.booking.recount import recount
from bot.store import booking_audit, booking_rows, bookings, conversations, waitlist
from bot.store.again import write_again
from bot.store.engine import Engine
from bot.store.unit import Work
from tests.bot.store.booked import HALF, NOW, TEN_MINUTES, both, new_ticket, person, seats_for, slot, visit, wish

pytestmark = pytest.mark.anyio

SEED = 7
RESIDENTS = 24
EVENTS = 12
SEATS = seats_for(2)
LIMITS = Limits(active=2, held=2, waiting=3)
VISITS = (visit(0), visit(1), visit(0, seats=2), both(0), visit(0, 1))


def event(address: str, number: float, wanted: int, ticket: str) -> Work[None]:
    """One thing a resident does; numbers were drawn before, so that doing it again does the same."""
    person_id = yield from person(address)
    mine = yield from booking_rows.of_conversation(person_id, NOW)
    asked = wish(VISITS[wanted], person_id, ticket)
    if number < 0.45 or not mine:
        made = yield from bookings.hold(asked, SEATS, LIMITS, NOW, NOW + TEN_MINUTES)
        if not isinstance(made, Made):
            yield from waitlist.wait(asked, LIMITS, NOW)
            yield from offers(asked.visit.slots)
        return
    booking = mine[0]
    if number < 0.6:
        yield from bookings.confirm(booking, NOW, limits=LIMITS)
    elif number < 0.75:
        yield from bookings.reschedule(booking, asked.visit, SEATS, NOW)
        yield from offers(booking.visit.slots)
    else:
        yield from bookings.cancel(booking, NOW)
        yield from offers(booking.visit.slots)


def offers(slots: object) -> Work[tuple[Booking, ...]]:
    assert isinstance(slots, tuple)
    ids = [one.id for one in slots]
    return (yield from waitlist.offer(ids, SEATS, NOW, lambda _: NOW + HALF, limits=LIMITS))


async def lives(engine: Engine, address: str, chance: random.Random) -> None:
    for _ in range(EVENTS):
        make = partial(event, address, chance.random(), chance.randrange(len(VISITS)), new_ticket())
        await write_again(engine, make)


async def test_whatever_happens_at_once_the_auditor_agrees_and_no_seat_lies_idle_before_a_line(
    engine: Engine, other_engine: Engine
) -> None:
    chances = [random.Random(SEED + number) for number in range(RESIDENTS)]  # noqa: S311
    engines = (engine, other_engine)
    await asyncio.gather(
        *(lives(engines[number % 2], f"resident-{number}", chances[number]) for number in range(RESIDENTS))
    )
    kept = await engine.read(booking_audit.kept_since(NOW))
    assert len(kept.bookings) > RESIDENTS
    assert recount(kept, SEATS, LIMITS, NOW) == ()
    line = await engine.read(waitlist.waiting_slots(NOW, 10))
    assert {slot_id.starts_at for slot_id in line} <= {slot(0).starts_at, slot(1).starts_at}
    told = await engine.write(waitlist.offer(line, SEATS, NOW, lambda _: NOW + HALF, limits=LIMITS))
    kept = await engine.read(booking_audit.kept_since(NOW))
    assert recount(kept, SEATS, LIMITS, NOW) == ()
    assert await engine.write(waitlist.offer(line, SEATS, NOW, lambda _: NOW + HALF, limits=LIMITS)) == ()
    assert len(told) <= len(kept.bookings)
    await engine.write(conversations.forget("telegram", "resident-0"))
    assert recount(await engine.read(booking_audit.kept_since(NOW)), SEATS, LIMITS, NOW) == ()
