"""SHELL: what staff do with bookings, for somebody at the telephone or at the door, and to the calendar.

The same works write as for a chat (`bot/store/bookings.py`), so a telephone booking and a chat cannot take one seat.
Staff are bound by the calendar and by seats; not by deadlines and limits.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.booking.bookings import Booking, Changed, EnteredBy, Made, Status, Wish
from bot.booking.calendar import opening, slots_on
from bot.booking.plan import Plan
from bot.booking.rules import Booker, Reason, Refusal, may_book, may_choose
from bot.booking.slots import Override, SlotId, Visit, day_of, moment
from bot.booking.tickets import SPACE, make
from bot.booking.visits import next_visits, visit_at
from bot.following import offer_freed
from bot.house import House, house_of
from bot.language import Language
from bot.store import booking_rows, bookings, overrides, seats
from bot.store.booking_rows import DayEntry
from bot.store.unit import Work

_MIDNIGHT = datetime.min.time()
_TICKETS_TRIED = 5


@dataclass(frozen=True, slots=True)
class NotEntered:
    """Why a booking was not made (`refusal` None: no seat is left), and what is free next."""

    refusal: Refusal | None
    nearest: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Who is affected by a change of the calendar; nothing was changed if it was not forced."""

    bookings: tuple[Booking, ...]
    is_done: bool


def day_list(day: date) -> Work[tuple[DayEntry, ...]]:
    """All bookings of a day, whatever became of them."""
    return (yield from booking_rows.of_day(moment(day, _MIDNIGHT), moment(day + timedelta(days=1), _MIDNIGHT)))


def enter(
    plan: Plan, service: str, starts_at: datetime, party: int, by: EnteredBy, now: datetime
) -> Work[Booking | NotEntered]:
    """Book for somebody who rang or came: confirmed at once."""
    house = yield from house_of(plan, now)
    if refusal := may_choose(plan, service) or _too_many(plan, party):
        return NotEntered(refusal, ())
    visit = visit_at(plan, service, starts_at, party, overrides=house.changes)
    refusal = _refusal(house, service, visit, starts_at, party)
    if refusal or visit is None:
        return NotEntered(refusal, (yield from _nearest(house, service, party, starts_at)))
    taken = yield from seats.taken(plan.steps_of(service), *_bounds(day_of(starts_at)), now)
    free = visit_at(plan, service, starts_at, party, taken, house.changes)
    for _ in range(_TICKETS_TRIED if free else 0):
        wish = Wish(make(secrets.randbelow(SPACE)), service, free or visit, party, by.value, None, Language.JA, by)
        made = yield from bookings.enter(wish, house.capacity, now)
        if isinstance(made, Made):
            return made.booking
    return NotEntered(None, (yield from _nearest(house, service, party, starts_at)))


def _too_many(plan: Plan, party: int) -> Refusal | None:
    most = plan.rules.largest_party
    return Refusal(Reason.PARTY_TOO_LARGE, {"most": most}) if party > most else None


def _nearest(house: House, service: str, party: int, starts_at: datetime) -> Work[tuple[Visit, ...]]:
    """The next free visits after the one that was wanted."""
    plan, now = house.plan, house.now
    ahead = yield from seats.taken(plan.steps_of(service), now, moment(plan.calendar.last_on, _MIDNIGHT), now)
    return next_visits(plan, service, party, now, ahead, house.changes, after=starts_at)


def cancel(plan: Plan, ticket: str, now: datetime) -> Work[Booking | None]:
    """Cancel for somebody who rang; the seats go to who is next in line. None: there is nothing to cancel."""
    found = yield from booking_rows.by_ticket(ticket)
    changed = (yield from bookings.cancel(found, now)) if found else None
    if not isinstance(changed, Changed):
        return None
    yield from offer_freed(changed.booking.slot_ids, plan, now)
    return changed.booking


@dataclass(frozen=True, slots=True)
class NotYet:
    """The visit has not begun, so nobody can have failed to come."""

    booking: Booking


def no_show(ticket: str, now: datetime) -> Work[Booking | NotYet | None]:
    """Note that nobody came. None: there is no such booking, or it has been served."""
    found = yield from booking_rows.by_ticket(ticket)
    if found is not None and now < found.starts_at:
        return NotYet(found)
    changed = (yield from bookings.change(found, Status.NO_SHOW, now)) if found else None
    return changed.booking if isinstance(changed, Changed) else None


def change_day(plan: Plan, override: Override, now: datetime, *, is_forced: bool) -> Work[Hit]:
    """Close a day, give it other hours or seats; whom that hits is named, and keeps their seats.

    Nothing is changed while somebody is hit and it is not forced. Seats that are added go to who is next in line.
    """
    house = yield from house_of(plan, now)
    after = House(plan, now, (*house.changes, override), house.stops)
    hit: list[Booking] = []
    slots = _slots(plan, override, house.changes)
    for slot in slots:
        hit += yield from seats.hit_by(slot, after.capacity(slot))
    named = tuple({one.id: one for one in hit if one.status in _TO_COME}.values())
    if named and not is_forced:
        return Hit(named, is_done=False)
    yield from overrides.add(override)
    yield from offer_freed(_slots(plan, override, after.changes), plan, now)
    return Hit(named, is_done=True)


_TO_COME = frozenset({Status.HELD, Status.OFFERED, Status.CONFIRMED})


def _slots(plan: Plan, override: Override, changes: Sequence[Override]) -> tuple[SlotId, ...]:
    """The slots that a change concerns, as the calendar has them without or with it."""
    desks = [desk.id for desk in plan.desks if override.concerns(desk.id, override.day)]
    return tuple(slot.id for desk in desks for slot in slots_on(plan, desk, override.day, changes))


def _refusal(house: House, service: str, visit: Visit | None, starts_at: datetime, party: int) -> Refusal | None:
    if visit is not None:
        return may_book(house.plan, visit, house.now, party=party, overrides=house.changes, by=Booker.STAFF)
    closed = opening(house.plan, service, day_of(starts_at), house.changes).closed
    day = {"day": day_of(starts_at).isoformat()}
    return Refusal(Reason.CLOSED_THEN, day, closed) if closed else Refusal(Reason.NO_SUCH_SLOT)


def _bounds(day: date) -> tuple[datetime, datetime]:
    return moment(day, _MIDNIGHT), moment(day + timedelta(days=1), _MIDNIGHT)
