"""The auditor: counts bookings, seats, lines and reminders again from what is kept, and names whatever does not agree.

Pure, and written without a look at how bookings are written: it would share the mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.booking.bookings import AWAITING_CONFIRMATION, SEATED, Booking, Capacity, Limits, Status
from bot.booking.slots import SlotId

SWEPT_WITHIN = timedelta(hours=1)
"""A hold that is over for longer was overlooked by the sweeper."""


class Disagreement(StrEnum):
    """What does not agree."""

    SEATS_LACKING = "seats_lacking"
    SEATS_TO_SPARE = "seats_to_spare"
    SEAT_OF_NOBODY = "seat_of_nobody"
    OVERBOOKED = "overbooked"
    TOO_MANY_OF_ONE_PERSON = "too_many_of_one_person"
    OUT_OF_LINE = "out_of_line"
    REMINDERS_DIFFER = "reminders_differ"
    HOLD_OVERLOOKED = "hold_overlooked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: where, whose (tickets, no person), and the number there should be and the one there is."""

    what: Disagreement
    tickets: tuple[str, ...]
    slot: SlotId | None = None
    expected: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Seats:
    """How many seats a booking has in a slot."""

    slot: SlotId
    booking_id: int
    count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept from an instant on. `lines` has (slot, booking id); of the reminders, by booking, `planned` are
    the instants the booking says, `pending` those of the letters that wait."""

    bookings: tuple[Booking, ...]
    seats: tuple[Seats, ...]
    lines: tuple[tuple[SlotId, int], ...]
    planned: Mapping[int, tuple[datetime, ...]]
    pending: Mapping[int, tuple[datetime, ...]]


def recount(kept: Kept, capacity: Capacity, limits: Limits, now: datetime) -> tuple[Finding, ...]:
    """Every disagreement; none is what a night should find."""
    tickets = {booking.id: booking.ticket for booking in kept.bookings}
    return (
        *_seats(kept),
        *_overbooked(kept.seats, tickets, capacity, now),
        *_persons(kept.bookings, limits, now),
        *_lines(kept),
        *_reminders(kept, now),
        *_overlooked(kept.bookings, now),
    )


def _seats(kept: Kept) -> Iterator[Finding]:
    """Every booking has exactly its seats, and no seat has no booking."""
    found = {(seats.booking_id, seats.slot): seats.count for seats in kept.seats}
    wanted = {
        (booking.id, slot.id): seats
        for booking in kept.bookings
        if booking.status in SEATED
        for slot, seats in booking.visit.claims
    }
    seated = {booking_id for booking_id, _ in wanted}
    tickets = {booking.id: (booking.ticket,) for booking in kept.bookings}
    for key in sorted(found.keys() | wanted.keys()):
        booking_id, slot = key
        expected, counted = wanted.get(key, 0), found.get(key, 0)
        if expected != counted:
            what = Disagreement.SEATS_LACKING if counted < expected else Disagreement.SEATS_TO_SPARE
            yield Finding(
                what if booking_id in seated else Disagreement.SEAT_OF_NOBODY,
                tickets.get(booking_id, ()),
                slot,
                expected,
                counted,
            )


def _overbooked(
    seats: Iterable[Seats], tickets: Mapping[int, str], capacity: Capacity, now: datetime
) -> Iterator[Finding]:
    """No slot to come has more seats taken than it has."""
    taken = Counter[SlotId]()
    for row in seats:
        taken[row.slot] += row.count
    for slot, count in sorted(taken.items()):
        most = capacity(slot)
        if slot.starts_at > now and count > most:
            whose = sorted(row.booking_id for row in seats if row.slot == slot)
            there = tuple(tickets[booking_id] for booking_id in whose if booking_id in tickets)
            yield Finding(Disagreement.OVERBOOKED, there, slot, most, count)


def _persons(bookings: Iterable[Booking], limits: Limits, now: datetime) -> Iterator[Finding]:
    """Nobody has more bookings than one may have."""
    theirs: dict[int, list[str]] = {}
    for booking in bookings:
        if booking.conversation_id is not None and _is_active(booking, now):
            theirs.setdefault(booking.conversation_id, []).append(booking.ticket)
    for tickets in theirs.values():
        if len(tickets) > limits.active:
            yield Finding(Disagreement.TOO_MANY_OF_ONE_PERSON, tuple(tickets), None, limits.active, len(tickets))


def _is_active(booking: Booking, now: datetime) -> bool:
    if booking.ends_at <= now:
        return False
    is_held = booking.status in AWAITING_CONFIRMATION and booking.held_until is not None and booking.held_until > now
    return is_held or booking.status is Status.CONFIRMED


def _lines(kept: Kept) -> Iterator[Finding]:
    """Who waits stands in the line of each slot they wait for, and nobody else does."""
    waiting = {
        (slot, booking.id) for booking in kept.bookings if booking.status is Status.WAITING for slot in booking.slot_ids
    }
    tickets = {booking.id: (booking.ticket,) for booking in kept.bookings}
    for slot, booking_id in sorted(waiting ^ set(kept.lines)):
        is_waiting = (slot, booking_id) in waiting
        yield Finding(Disagreement.OUT_OF_LINE, tickets.get(booking_id, ()), slot, int(is_waiting), int(not is_waiting))


def _reminders(kept: Kept, now: datetime) -> Iterator[Finding]:
    """The letters that wait are those the booking asks for, each once."""
    for booking in kept.bookings:
        is_reminded = booking.status is Status.CONFIRMED and booking.conversation_id is not None
        planned = _to_come(kept.planned.get(booking.id, ()), now) if is_reminded else []
        pending = _to_come(kept.pending.get(booking.id, ()), now)
        if planned != pending:
            yield Finding(Disagreement.REMINDERS_DIFFER, (booking.ticket,), None, len(planned), len(pending))


def _to_come(instants: Iterable[datetime], now: datetime) -> list[datetime]:
    return sorted(at for at in instants if at > now)


def _overlooked(bookings: Iterable[Booking], now: datetime) -> Iterator[Finding]:
    """The sweeper ends what is over."""
    for booking in bookings:
        if booking.held_until is not None and booking.held_until < now - SWEPT_WITHIN:
            yield Finding(Disagreement.HOLD_OVERLOOKED, (booking.ticket,))
