"""The line before a full slot: who is offered what, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.booking.bookings import Booking, Full, Limit, Limits, Made, Status, TooMany
from bot.store import booking_rows, bookings, conversations, holds, waitlist
from bot.store.engine import Engine
from bot.store.unit import Work
from tests.bot.store.booked import (
    HALF,
    LIMITS,
    NOW,
    TEN_MINUTES,
    books,
    both,
    cancelled,
    confirms,
    held,
    offered,
    person,
    seats_for,
    slot,
    visit,
    waiting,
    wish,
)
from tests.bot.store.booked import holds as person_holds

pytestmark = pytest.mark.anyio


async def status_of(engine: Engine, booking: Booking) -> Status:
    found = await engine.read(booking_rows.by_id(booking.id))
    assert found is not None
    return found.status


async def test_a_cancelled_seat_is_offered_to_the_first_in_line_in_the_same_breath(engine: Engine) -> None:
    booking = await books(engine, "taro")
    first, second = await engine.write(waiting("first")), await engine.write(waiting("second"))
    (told,) = await engine.write(cancelled(booking))
    assert (told.id, told.ticket, told.status, told.held_until) == (first.id, first.ticket, Status.OFFERED, NOW + HALF)
    assert await engine.write(held("passer-by")) == Full()
    assert await status_of(engine, second) is Status.WAITING
    assert (await confirms(engine, told)).status is Status.CONFIRMED


async def test_a_declined_offer_goes_to_the_next(engine: Engine) -> None:
    booking = await books(engine, "taro")
    await engine.write(waiting("first"))
    second = await engine.write(waiting("second"))
    (told,) = await engine.write(cancelled(booking))
    (next_told,) = await engine.write(cancelled(told))
    assert next_told.id == second.id
    assert await engine.write(cancelled(next_told)) == ()
    assert isinstance(await engine.write(held("passer-by")), Made)


def swept(now: timedelta) -> Work[tuple[list[holds.Ended], tuple[Booking, ...]]]:
    """What the sweeper does: ends what is over, and offers what that frees."""
    ended = yield from holds.expire(NOW + now, 10)
    slots = [slot_id for one in ended for slot_id in one.booking.slot_ids]
    return list(ended), (yield from offered(*slots, now=NOW + now))


async def test_an_offer_that_runs_out_goes_to_the_next_and_nobody_slips_in_between(engine: Engine) -> None:
    booking = await books(engine, "taro")
    first, second = await engine.write(waiting("first")), await engine.write(waiting("second"))
    await engine.write(cancelled(booking))
    assert await engine.write(held("passer-by", now=NOW + HALF)) == Full()
    ended, told = await engine.write(swept(HALF))
    assert [(one.booking.id, one.was) for one in ended] == [(first.id, Status.OFFERED)]
    assert [one.id for one in told] == [second.id]
    assert await status_of(engine, first) is Status.EXPIRED


async def test_a_hold_that_runs_out_is_offered_to_the_line(engine: Engine) -> None:
    await person_holds(engine, "taro")
    first = await engine.write(waiting("first"))
    assert await engine.write(held("passer-by", now=NOW + TEN_MINUTES)) == Full()
    _, told = await engine.write(swept(TEN_MINUTES))
    assert [one.id for one in told] == [first.id]


async def test_a_family_that_does_not_fit_keeps_its_place_and_does_not_block_the_line(engine: Engine) -> None:
    one, two = await books(engine, "one", seats=2), await books(engine, "two", seats=2)
    family = await engine.write(waiting("family", visit(seats=2)))
    single = await engine.write(waiting("single"))
    (told,) = await engine.write(cancelled(one, seats=2))
    assert told.id == single.id
    assert await engine.write(cancelled(told, seats=2)) == ()
    (told,) = await engine.write(cancelled(two, seats=2))
    assert told.id == family.id


async def test_who_waits_for_both_desks_is_offered_both_or_nothing(engine: Engine) -> None:
    one, two = await books(engine, "one", both(0)), await books(engine, "two", visit(3))
    waits = await engine.write(waiting("waits", both(0)))
    assert await engine.write(cancelled(two)) == ()
    (told,) = await engine.write(cancelled(one))
    assert told.id == waits.id
    assert await engine.write(held("passer-by", visit(1))) == Full()


async def test_who_cannot_be_reached_is_passed_over(engine: Engine) -> None:
    booking = await books(engine, "taro")
    await engine.write(waiting("blocked"))
    await engine.write(waiting("forgotten"))
    third = await engine.write(waiting("third"))
    await engine.write(conversations.mark_blocked("telegram", "blocked", NOW))
    await engine.write(conversations.forget("telegram", "forgotten"))
    (told,) = await engine.write(cancelled(booking))
    assert told.id == third.id


async def test_who_has_as_many_bookings_as_one_may_is_passed_over_until_they_have_fewer(engine: Engine) -> None:
    booking = await books(engine, "taro")
    busy = await engine.write(waiting("busy"))
    other, _ = await books(engine, "busy", visit(1)), await books(engine, "busy", visit(2))
    assert await engine.write(cancelled(booking)) == ()
    await engine.write(cancelled(other))
    (told,) = await engine.write(offered())
    assert told.id == busy.id


async def test_nothing_is_offered_when_it_is_too_late_to_come(engine: Engine) -> None:
    booking = await books(engine, "taro")
    first = await engine.write(waiting("first"))
    await engine.write(bookings.cancel(booking, NOW))
    assert await engine.write(waitlist.offer([slot().id], seats_for(1), NOW, lambda _: None, limits=LIMITS)) == ()
    assert await status_of(engine, first) is Status.WAITING


async def test_seats_that_staff_add_are_offered(engine: Engine) -> None:
    await books(engine, "taro")
    first = await engine.write(waiting("first"))
    assert await engine.read(waitlist.waiting_slots(NOW, 10)) == (slot().id,)
    assert await engine.read(waitlist.waiting_slots(NOW, 10, slot().id)) == ()
    (told,) = await engine.write(offered(seats=3))
    assert told.id == first.id
    assert await engine.read(waitlist.waiting_slots(NOW, 10)) == ()


async def test_who_leaves_the_line_is_not_offered(engine: Engine) -> None:
    booking = await books(engine, "taro")
    first, second = await engine.write(waiting("first")), await engine.write(waiting("second"))
    assert await engine.read(waitlist.place_in_line(second)) == 2
    await engine.write(bookings.cancel(first, NOW))
    assert await engine.read(waitlist.place_in_line(second)) == 1
    (told,) = await engine.write(cancelled(booking))
    assert told.id == second.id


async def test_a_line_ends_with_its_slot(engine: Engine) -> None:
    first = await engine.write(waiting("first"))
    (ended,) = await engine.write(holds.expire(slot().starts_at, 10))
    assert (ended.booking.id, ended.was, ended.booking.status) == (first.id, Status.WAITING, Status.EXPIRED)
    assert await engine.read(waitlist.waiting_slots(NOW, 10)) == ()


def one_wait_more() -> Work[object]:
    conversation_id = yield from person("taro")
    return (yield from waitlist.wait(wish(visit(2), conversation_id), Limits(9, 9, 2), NOW))


async def test_a_person_stands_in_no_more_lines_than_one_may(engine: Engine) -> None:
    for number in (0, 1):
        await engine.write(waiting("taro", visit(number)))
    assert await engine.write(one_wait_more()) == TooMany(Limit.WAITING)
    assert isinstance(await engine.write(held("taro", visit(3))), Made)
