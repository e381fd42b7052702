"""Booking: what a resident or a clerk may do to a booking, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.booking.bookings import (
    Booking,
    Changed,
    EnteredBy,
    Full,
    Limit,
    Limits,
    Made,
    Stale,
    Status,
    TicketTaken,
    TooMany,
)
from bot.booking.slots import SlotId, Visit
from bot.store import booking_rows, bookings, conversations, holds, seats
from bot.store.engine import Engine
from bot.store.unit import Work
from tests.bot.store.booked import (
    HALF,
    LIMITS,
    NINE,
    NOW,
    TEN_MINUTES,
    books,
    both,
    cancelled,
    confirms,
    held,
    new_ticket,
    seats_for,
    slot,
    visit,
    wish,
)
from tests.bot.store.booked import holds as person_holds
from tests.bot.store.steps import every_row_of, run

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=1)


async def taken(engine: Engine, service: str = "points", now: object = NOW) -> dict[int, int]:
    """How many seats are taken in each slot of the morning."""
    found = await engine.read(seats.taken([service], NINE, NINE + timedelta(days=1), NOW))
    return {(at - NINE) // HALF: count for (_, at), count in found.items()}


async def now_is(engine: Engine, booking: Booking) -> Booking:
    found = await engine.read(booking_rows.by_id(booking.id))
    assert found is not None
    return found


async def test_a_held_seat_is_taken_and_nobody_elses(engine: Engine) -> None:
    made = await engine.write(held("taro"))
    assert isinstance(made, Made)
    assert made.booking.status is Status.HELD
    assert await now_is(engine, made.booking) == made.booking
    assert await taken(engine) == {0: 1}
    assert await engine.write(held("hanako")) == Full()
    assert await engine.read(booking_rows.by_id(made.booking.id + 1)) is None


async def test_a_party_gets_all_its_seats_or_none(engine: Engine) -> None:
    await books(engine, "taro", visit(seats=2), seats=4)
    assert await engine.write(held("hanako", visit(seats=3), seats=4)) == Full()
    assert await taken(engine) == {0: 2}
    assert isinstance(await engine.write(held("hanako", visit(seats=2), seats=4)), Made)
    assert await taken(engine) == {0: 4}


async def test_a_visit_to_both_desks_gets_both_slots_or_none(engine: Engine) -> None:
    await books(engine, "taro", visit(1))
    assert await engine.write(held("hanako", both(0))) == Full()
    assert await taken(engine, "insurance") == {}
    booking = await books(engine, "hanako", both(1))
    assert await now_is(engine, booking) == booking
    assert (await taken(engine, "insurance"), await taken(engine)) == ({1: 1}, {1: 1, 2: 1})


async def test_a_closed_slot_has_no_seat(engine: Engine) -> None:
    assert await engine.write(held("taro", seats=0)) == Full()


async def test_seats_taken_away_are_given_to_nobody_though_a_lower_number_is_free(engine: Engine) -> None:
    first = await books(engine, "a", seats=4)
    for address in ("b", "c", "d"):
        await books(engine, address, seats=4)
    await engine.write(cancelled(first, seats=3))
    assert await engine.write(held("e", seats=3)) == Full()
    assert isinstance(await engine.write(held("e", seats=4)), Made)


async def test_a_person_has_no_more_bookings_than_one_may_have(engine: Engine) -> None:
    limits = Limits(active=2, held=1, waiting=1)
    first = await engine.write(held("taro", visit(0), limits=limits))
    assert isinstance(first, Made)
    assert await engine.write(held("taro", visit(1), limits=limits)) == TooMany(Limit.HELD)
    await confirms(engine, first.booking)
    assert isinstance(await engine.write(held("taro", visit(1), limits=limits)), Made)
    assert await engine.write(held("taro", visit(2), limits=limits)) == TooMany(Limit.ACTIVE)
    assert isinstance(await engine.write(held("hanako", visit(2), limits=limits)), Made)


async def test_a_hold_that_is_over_counts_no_more(engine: Engine) -> None:
    limits = Limits(active=1, held=1, waiting=1)
    await engine.write(held("taro", visit(0), limits=limits))
    assert isinstance(await engine.write(held("taro", visit(1), limits=limits, now=NOW + TEN_MINUTES)), Made)


async def test_a_ticket_is_given_once(engine: Engine) -> None:
    ticket = new_ticket()
    await engine.write(held("taro", visit(0), ticket=ticket))
    assert await engine.write(held("hanako", visit(1), ticket=ticket)) == TicketTaken()
    assert await taken(engine) == {0: 1}


async def test_staff_book_without_a_chat_and_without_a_limit(engine: Engine) -> None:
    made = [
        await engine.write(bookings.enter(wish(visit(), None, entered_by=EnteredBy.PHONE), seats_for(3), NOW))
        for _ in range(4)
    ]
    assert [type(one) for one in made] == [Made, Made, Made, Full]
    assert isinstance(made[0], Made)
    assert (made[0].booking.status, made[0].booking.entered_by) == (Status.CONFIRMED, EnteredBy.PHONE)


async def test_an_expired_hold_is_taken_over_at_once(engine: Engine) -> None:
    first = await person_holds(engine, "taro", visit(0, 1))
    assert await engine.write(held("hanako", now=NOW + TEN_MINUTES - timedelta(seconds=1))) == Full()
    assert isinstance(await engine.write(held("hanako", now=NOW + TEN_MINUTES)), Made)
    assert (await now_is(engine, first)).status is Status.EXPIRED
    assert await taken(engine) == {0: 1}
    assert await engine.write(bookings.confirm(first, NOW + TEN_MINUTES, limits=LIMITS)) == Stale(
        await now_is(engine, first)
    )


async def test_who_confirms_late_still_gets_the_seat_if_nobody_took_it(engine: Engine) -> None:
    first = await person_holds(engine, "taro")
    assert isinstance(await engine.write(bookings.confirm(first, LATER, limits=LIMITS)), Changed)
    assert await engine.write(held("hanako", now=LATER)) == Full()


async def test_who_confirms_late_must_still_be_within_their_limit(engine: Engine) -> None:
    late = await person_holds(engine, "taro", visit(0))
    for number in (1, 2):
        made = await engine.write(held("taro", visit(number), now=LATER))
        assert isinstance(made, Made)
        await confirms(engine, made.booking)
    assert await engine.write(bookings.confirm(late, LATER, limits=LIMITS)) == Stale(late)
    assert isinstance(await engine.write(bookings.confirm(late, NOW, limits=LIMITS)), Changed)


async def test_the_sweeper_ends_holds_and_says_which(engine: Engine) -> None:
    first, second = await person_holds(engine, "taro", visit(0)), await books(engine, "hanako", visit(1))
    assert await engine.write(holds.expire(NOW, 10)) == ()
    (ended,) = await engine.write(holds.expire(NOW + TEN_MINUTES, 10))
    assert (ended.booking.id, ended.booking.status, ended.was) == (first.id, Status.EXPIRED, Status.HELD)
    assert await taken(engine) == {1: 1}
    assert (await now_is(engine, second)).status is Status.CONFIRMED


async def test_confirming_twice_changes_nothing_the_second_time(engine: Engine) -> None:
    first = await person_holds(engine, "taro")
    confirmed = await confirms(engine, first)
    assert (confirmed.status, confirmed.version, confirmed.held_until) == (Status.CONFIRMED, 1, None)
    assert await engine.write(bookings.confirm(first, NOW, limits=LIMITS)) == Stale(confirmed)


async def test_cancelling_frees_the_seat_at_once(engine: Engine) -> None:
    booking = await books(engine, "taro", visit(seats=2), seats=2)
    await engine.write(cancelled(booking))
    assert await taken(engine) == {}
    assert isinstance(await engine.write(held("hanako")), Made)
    assert (await now_is(engine, booking)).visit == booking.visit


async def test_cancelling_what_somebody_changed_meanwhile_changes_nothing(engine: Engine) -> None:
    booking = await books(engine, "taro")
    await engine.write(bookings.change(booking, Status.ARRIVED, LATER, "desk-1"))
    arrived = await now_is(engine, booking)
    assert await engine.write(bookings.cancel(booking, LATER)) == Stale(arrived)
    assert await engine.write(bookings.cancel(arrived, LATER)) == Stale(arrived)
    assert await taken(engine) == {0: 1}


async def test_a_booking_moves_under_the_same_ticket(engine: Engine) -> None:
    booking = await books(engine, "taro", visit(0))
    moved = await engine.write(bookings.reschedule(booking, visit(2), seats_for(1), LATER))
    assert isinstance(moved, Changed)
    assert (moved.booking.ticket, moved.booking.starts_at) == (booking.ticket, slot(2).starts_at)
    assert moved.booking == await now_is(engine, booking)
    assert await taken(engine) == {2: 1}


async def test_a_booking_that_cannot_move_keeps_its_seats(engine: Engine) -> None:
    booking = await books(engine, "taro", visit(0, seats=2), seats=2)
    await books(engine, "hanako", visit(1), seats=2)
    assert await engine.write(bookings.reschedule(booking, visit(0, 1, seats=2), seats_for(2), LATER)) == Full()
    assert await now_is(engine, booking) == booking
    assert await taken(engine) == {0: 2, 1: 1}


async def test_a_family_that_grows_may_use_its_own_seats(engine: Engine) -> None:
    booking = await books(engine, "taro", visit(0, seats=2), seats=3)
    assert isinstance(await engine.write(bookings.reschedule(booking, visit(0, seats=3), seats_for(3), LATER)), Changed)
    assert await taken(engine) == {0: 3}


async def test_a_hold_that_moves_has_a_new_end(engine: Engine) -> None:
    booking = await person_holds(engine, "taro")
    moved = await engine.write(
        bookings.reschedule(booking, visit(1), seats_for(1), LATER, held_until=LATER + TEN_MINUTES)
    )
    assert isinstance(moved, Changed)
    assert (moved.booking.status, moved.booking.held_until) == (Status.HELD, LATER + TEN_MINUTES)


async def test_a_cancelled_booking_does_not_move(engine: Engine) -> None:
    booking = await books(engine, "taro")
    await engine.write(cancelled(booking))
    stale = await engine.write(bookings.reschedule(booking, visit(1), seats_for(1), LATER))
    assert stale == Stale(await now_is(engine, booking))
    assert await taken(engine) == {}


async def test_a_visit_goes_through_the_counter_step_by_step(engine: Engine) -> None:
    booking = await books(engine, "taro")
    for target, counter in ((Status.ARRIVED, "desk-1"), (Status.IN_SERVICE, None), (Status.DONE, None)):
        changed = await engine.write(bookings.change(booking, target, LATER, counter))
        assert isinstance(changed, Changed)
        booking = changed.booking
    assert (booking.status, booking.version, booking.counter) == (Status.DONE, 4, "desk-1")
    assert await engine.write(bookings.change(booking, Status.ARRIVED, LATER)) == Stale(booking)
    assert await taken(engine) == {0: 1}


async def test_two_counters_cannot_serve_one_visit(engine: Engine, other_engine: Engine) -> None:
    booking = await books(engine, "taro")
    assert isinstance(await engine.write(bookings.change(booking, Status.ARRIVED, LATER, "desk-1")), Changed)
    stale = await other_engine.write(bookings.change(booking, Status.ARRIVED, LATER, "desk-2"))
    assert isinstance(stale, Stale)
    assert stale.booking is not None
    assert stale.booking.counter == "desk-1"


async def test_the_counter_cannot_confirm_what_the_resident_did_not(engine: Engine) -> None:
    booking = await person_holds(engine, "taro")
    assert isinstance(await engine.write(bookings.change(booking, Status.CONFIRMED, LATER)), Stale)


async def test_my_bookings_are_mine_and_still_to_come(engine: Engine) -> None:
    second, first = await books(engine, "taro", visit(3)), await books(engine, "taro", visit(1))
    await books(engine, "hanako", visit(2))
    mine = second.conversation_id
    assert mine is not None
    assert await engine.read(booking_rows.of_conversation(mine, NOW)) == (first, second)
    assert await engine.read(booking_rows.counts(mine, NOW)) == Limits(active=2, held=0, waiting=0)
    await engine.write(cancelled(first))
    assert await engine.read(booking_rows.of_conversation(mine, NOW)) == (second,)
    assert await engine.read(booking_rows.of_conversation(mine, second.ends_at)) == ()


async def test_a_booking_is_found_by_its_ticket(engine: Engine) -> None:
    booking = await books(engine, "taro")
    assert await engine.read(booking_rows.by_ticket(booking.ticket)) == booking
    assert await engine.read(booking_rows.by_ticket("nobody's")) is None


async def test_a_booking_outlives_forget_me_without_its_person(engine: Engine, url: str) -> None:
    booking = await books(engine, "taro-no-address")
    await engine.write(conversations.forget("telegram", "taro-no-address"))
    assert "taro-no-address" not in every_row_of(url)
    left = await now_is(engine, booking)
    assert (left.status, left.conversation_id) == (Status.CONFIRMED, None)
    assert await taken(engine) == {0: 1}


async def test_a_conversation_with_a_booking_to_come_is_not_expired(engine: Engine) -> None:
    booking = await books(engine, "taro")
    assert await engine.write(conversations.expire(LATER, 10)) == 0
    assert await engine.write(conversations.expire(booking.ends_at + HALF, 10)) == 1
    assert (await now_is(engine, booking)).conversation_id is None


async def test_the_days_list_has_everybody_and_says_whom_no_message_reaches(engine: Engine) -> None:
    late = await books(engine, "late", visit(3))
    gone, blocked = await books(engine, "gone", visit(0)), await books(engine, "blocked", visit(1))
    await engine.write(bookings.cancel(gone, NOW))
    await engine.write(conversations.mark_blocked("telegram", "blocked", NOW))
    phone = await engine.write(bookings.enter(wish(visit(2), None, entered_by=EnteredBy.PHONE), seats_for(1), NOW))
    assert isinstance(phone, Made)
    day = await engine.read(booking_rows.of_day(NINE, NINE + timedelta(hours=12)))
    assert [(entry.booking.ticket, entry.is_reachable) for entry in day] == [
        (gone.ticket, True),
        (blocked.ticket, False),
        (phone.booking.ticket, False),
        (late.ticket, True),
    ]
    assert await engine.read(booking_rows.of_day(NINE - HALF, NINE)) == ()


async def test_lowering_seats_names_whom_it_hits_the_last_comer_first(engine: Engine) -> None:
    await books(engine, "a", seats=5)
    family = await books(engine, "b", visit(seats=2), seats=5)
    last = await books(engine, "c", seats=5)
    hit = [await engine.write(seats.hit_by(slot().id, capacity)) for capacity in (4, 3, 2, 0)]
    assert [[booking.ticket for booking in one] for one in hit][:3] == [[], [last.ticket], [last.ticket, family.ticket]]
    assert len(hit[3]) == 3


async def test_old_bookings_are_purged_with_their_seats(engine: Engine, url: str) -> None:
    await books(engine, "taro", both(0))
    booking = await books(engine, "hanako", visit(3))
    assert await engine.write(bookings.purge(booking.starts_at, 10)) == 1
    assert len(run(url, "SELECT seat FROM seats")) == 1


def two_moves(first: Booking, second: Booking) -> Work[tuple[object, object]]:
    one = yield from bookings.reschedule(first, second.visit, seats_for(1), LATER)
    two = yield from bookings.reschedule(second, visit(5), seats_for(1), LATER)
    return one, two


async def test_a_full_slot_is_free_for_who_asks_after_it_was_left(engine: Engine) -> None:
    first, second = await books(engine, "taro", visit(0)), await books(engine, "hanako", visit(1))
    one, two = await engine.write(two_moves(first, second))
    assert isinstance(one, Full)
    assert isinstance(two, Changed)
    assert await taken(engine) == {0: 1, 5: 1}


async def test_capacity_may_differ_from_slot_to_slot(engine: Engine) -> None:
    def capacity(asked: SlotId) -> int:
        return 2 if asked.starts_at == slot(0).starts_at else 1

    wanted = Visit((slot(0), slot(1)), (2, 1))
    asked = wish(wanted, None)
    assert isinstance(await engine.write(bookings.enter(asked, capacity, NOW)), Made)
    assert await taken(engine) == {0: 2, 1: 1}
    assert LIMITS.active == 2
