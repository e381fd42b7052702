"""Each kind of disagreement is found, and a list that agrees has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.booking.bookings import Booking, EnteredBy, Limits, Status
from bot.booking.recount import Disagreement, Finding, Kept, Seats, recount
from bot.booking.slots import Slot, Visit
from bot.language import Language

NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
NINE = datetime(2022, 7, 5, 0, 0, tzinfo=UTC)
SLOT = Slot("points", NINE, NINE + timedelta(minutes=30))
LIMITS = Limits(1, 1, 1)
REMINDER = NINE - timedelta(hours=2)

BOOKING = Booking(
    id=1,
    ticket="T1",
    service="points",
    status=Status.CONFIRMED,
    version=1,
    visit=Visit((SLOT,), (2,)),
    party=2,
    channel="telegram",
    conversation_id=7,
    language=Language.JA,
    reminders=("hours_before",),
    entered_by=EnteredBy.CHAT,
    created_at=NOW,
    changed_at=NOW,
    held_until=None,
    counter=None,
)
LINED = replace(BOOKING, id=2, ticket="T2", status=Status.WAITING, conversation_id=8, held_until=NINE)
GOOD = Kept(
    bookings=(BOOKING, LINED),
    seats=(Seats(SLOT.id, 1, 2),),
    lines=((SLOT.id, 2),),
    planned={1: (REMINDER,)},
    pending={1: (REMINDER,)},
)


def found(kept: Kept, seats: int = 2, now: datetime = NOW) -> tuple[Finding, ...]:
    return recount(kept, lambda _: seats, LIMITS, now)


def test_a_list_that_agrees_has_no_finding() -> None:
    assert found(GOOD) == ()


@pytest.mark.parametrize(
    ("kept", "what", "tickets"),
    [
        (replace(GOOD, seats=(Seats(SLOT.id, 1, 1),)), Disagreement.SEATS_LACKING, ("T1",)),
        (replace(GOOD, seats=()), Disagreement.SEATS_LACKING, ("T1",)),
        (replace(GOOD, seats=(Seats(SLOT.id, 1, 2), Seats(SLOT.id, 9, 0))), None, ()),
        (replace(GOOD, lines=()), Disagreement.OUT_OF_LINE, ("T2",)),
        (replace(GOOD, lines=((SLOT.id, 2), (SLOT.id, 1))), Disagreement.OUT_OF_LINE, ("T1",)),
        (replace(GOOD, pending={}), Disagreement.REMINDERS_DIFFER, ("T1",)),
        (replace(GOOD, pending={1: (REMINDER, REMINDER)}), Disagreement.REMINDERS_DIFFER, ("T1",)),
        (replace(GOOD, planned={}), Disagreement.REMINDERS_DIFFER, ("T1",)),
    ],
    ids=[
        "a seat lacks", "no seat at all", "nothing of nobody", "not in line", "in line with a seat",
        "no reminder", "twice reminded", "a reminder not asked for",
    ],
)  # fmt: skip
def test_what_does_not_agree_is_named(kept: Kept, what: Disagreement | None, tickets: tuple[str, ...]) -> None:
    assert [(one.what, one.tickets) for one in found(kept)] == ([(what, tickets)] if what else [])


def test_a_seat_too_many_and_a_seat_of_nobody_are_told_apart() -> None:
    kept = replace(GOOD, seats=(Seats(SLOT.id, 1, 3), Seats(SLOT.id, 9, 1)))
    assert found(kept, seats=4) == (
        Finding(Disagreement.SEATS_TO_SPARE, ("T1",), SLOT.id, 2, 3),
        Finding(Disagreement.SEAT_OF_NOBODY, (), SLOT.id, 0, 1),
    )


def test_a_cancelled_booking_with_a_seat_has_it_of_nobodys_right() -> None:
    kept = replace(GOOD, bookings=(replace(BOOKING, status=Status.CANCELLED), LINED), pending={})
    assert found(kept) == (Finding(Disagreement.SEAT_OF_NOBODY, ("T1",), SLOT.id, 0, 2),)


def test_a_slot_with_more_taken_than_it_has_names_the_tickets_until_it_begins() -> None:
    assert found(GOOD, seats=1) == (Finding(Disagreement.OVERBOOKED, ("T1",), SLOT.id, 1, 2),)
    assert found(replace(GOOD, bookings=(BOOKING,), lines=()), seats=1, now=NINE) == ()


def test_one_person_with_two_bookings_is_named_and_two_persons_are_not() -> None:
    other = replace(BOOKING, id=3, ticket="T3", reminders=())
    twice = replace(GOOD, bookings=(BOOKING, other, LINED), seats=(*GOOD.seats, Seats(SLOT.id, 3, 2)))
    assert found(twice, seats=4) == (Finding(Disagreement.TOO_MANY_OF_ONE_PERSON, ("T1", "T3"), None, 1, 2),)
    apart = replace(twice, bookings=(BOOKING, replace(other, conversation_id=9), LINED))
    assert found(apart, seats=4) == ()


def test_a_hold_the_sweeper_overlooked_is_named_after_an_hour() -> None:
    held = replace(BOOKING, status=Status.HELD, held_until=NOW)
    kept = replace(GOOD, bookings=(held, LINED), planned={}, pending={})
    assert found(kept, now=NOW + timedelta(minutes=60)) == ()
    assert found(kept, now=NOW + timedelta(minutes=61)) == (Finding(Disagreement.HOLD_OVERLOOKED, ("T1",)),)


def test_who_was_forgotten_is_not_reminded() -> None:
    kept = replace(GOOD, bookings=(replace(BOOKING, conversation_id=None), LINED), pending={})
    assert found(kept) == ()
