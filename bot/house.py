"""SHELL: the town's booking plan as it stands inside one transaction, and what is free in it. Looks, claims nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.booking.bookings import Booking, Limits, Status
from bot.booking.calendar import opening, seats_of, slots_on
from bot.booking.days import outlook
from bot.booking.plan import Plan
from bot.booking.requests import (
    DaysFound,
    FindDays,
    FindTimes,
    Hold,
    Outcome,
    Refused,
    Time,
    TimesFound,
    Wait,
)
from bot.booking.rules import (
    Reason,
    Refusal,
    in_time,
    may_book,
    may_choose,
    stopped_by,
    told,
)
from bot.booking.slots import Override, SlotId, StopSwitch, Visit, day_of, moment, stop_for
from bot.booking.visits import Taken, marked_days, next_visits, visit_at, visits_for
from bot.language import Language
from bot.store import booking_rows, overrides, seats
from bot.store.unit import Work

_DAY = timedelta(days=1)
_MIDNIGHT = datetime.min.time()


@dataclass(frozen=True, slots=True)
class Resident:
    """Who asks: the chat they are in, locked for this transaction."""

    conversation_id: int
    channel: str
    address: str
    language: Language


@dataclass(frozen=True, slots=True)
class House:
    """The plan with what staff changed, as it stands in this transaction."""

    plan: Plan
    now: datetime
    changes: tuple[Override, ...]
    stops: tuple[StopSwitch, ...]

    def capacity(self, slot: SlotId) -> int:
        return seats_of(self.plan, slot, self.changes)

    @property
    def limits(self) -> Limits:
        rules = self.plan.rules
        return Limits(rules.bookings_per_person, rules.holds_per_person, rules.waits_per_person)


def house_of(plan: Plan, now: datetime) -> Work[House]:
    """What holds now: the pack's calendar, and what staff changed of the days still to come."""
    entered = yield from overrides.between(day_of(now), plan.calendar.last_on)
    stops = yield from overrides.stops()
    return House(plan, now, tuple(one.override for one in entered), stops)


def find_days(request: FindDays, resident: Resident, house: House) -> Work[Outcome]:
    """The days ahead with what is free on each, or why nothing can be booked at all."""
    refusal = stopped_by(stop_for(house.stops, resident.channel)) or may_choose(house.plan, request.service)
    if refusal:
        return Refused(refusal)
    if house.now < house.plan.calendar.opens_at:
        return Refused(Refusal(Reason.NOT_OPEN_YET, told("opens", house.plan.calendar.opens_at)))
    if not request.changing and (full := (yield from _has_as_many_as_allowed(resident, house))):
        return Refused(full)
    taken = yield from _taken_by_others(request, resident, house)
    return DaysFound(marked_days(house.plan, request.service, request.party, house.now, taken, house.changes))


def _has_as_many_as_allowed(resident: Resident, house: House) -> Work[Refusal | None]:
    """Said before a day is chosen; the claim looks again."""
    most = house.limits.active
    mine = yield from booking_rows.of_conversation(resident.conversation_id, house.now)
    count = sum(one.status in {Status.CONFIRMED, Status.OFFERED} for one in mine)
    return Refusal(Reason.TOO_MANY_BOOKINGS, {"most": most}) if count >= most else None


def find_times(request: FindTimes, resident: Resident, house: House) -> Work[Outcome]:
    """The times that could be booked on the day, free or full; not the one that the booking to change has."""
    plan, service, party = house.plan, request.service, request.party
    if refusal := may_choose(plan, service):
        return Refused(refusal)
    day = request.day
    own = yield from own_booking(request.changing, resident)
    taken = without(own, (yield from taken_seats(house, service, day)))
    visits = visits_for(plan, service, day, party, house.now, overrides=house.changes)
    every = tuple(visit for visit in visits if own is None or visit.starts_at != own.starts_at)
    free = {visit.starts_at for visit in visits_for(plan, service, day, party, house.now, taken, house.changes)}
    times = tuple(Time(visit.starts_at, visit.ends_at, visit.starts_at in free) for visit in every)
    if times:
        return TimesFound(day, times)
    closed = opening(plan, service, day, house.changes).closed
    return TimesFound(day, (), closed, None if closed else _why_untimely(house, service, day))


def _why_untimely(house: House, service: str, day: date) -> Refusal | None:
    """Why nothing of an open day can be booked now."""
    slots = slots_on(house.plan, house.plan.steps_of(service)[0], day, house.changes)
    return next((why for slot in reversed(slots) if (why := in_time(house.plan, slot.starts_at, house.now))), None)


def _taken_by_others(request: FindDays, resident: Resident, house: House) -> Work[Taken]:
    own = yield from own_booking(request.changing, resident)
    return without(own, (yield from taken_seats(house, request.service)))


def taken_seats(house: House, service: str, day: date | None = None) -> Work[Taken]:
    """Seats taken at the desks of a service, on one day or in all the days ahead."""
    plan, now = house.plan, house.now
    days = [day] if day else [ahead.day for ahead in outlook(plan, service, now, house.changes)]
    if not days:
        return {}
    from_at, to_at = moment(days[0], _MIDNIGHT), moment(days[-1] + _DAY, _MIDNIGHT)
    return (yield from seats.taken(plan.steps_of(service), from_at, to_at, now))


def without(booking: Booking | None, taken: Taken) -> Taken:
    """The seats that others have: one's own are free for oneself, where the new time overlaps the old one."""
    if booking is None:
        return taken
    others = dict(taken)
    for slot, seats_had in booking.visit.claims:
        others[slot.id] = max(0, others.get(slot.id, 0) - seats_had)
    return others


def own_booking(ticket: str, resident: Resident) -> Work[Booking | None]:
    """The resident's own booking of that ticket."""
    found = (yield from booking_rows.by_ticket(ticket)) if ticket else None
    return found if found and found.conversation_id == resident.conversation_id else None


def nearest(house: House, service: str, party: int, starts_at: datetime) -> Work[tuple[Time, ...]]:
    """Free times after the one that is full, or else before it."""
    taken = yield from taken_seats(house, service)
    plan, now, changes = house.plan, house.now, house.changes
    after = next_visits(plan, service, party, now, taken, changes, after=starts_at)
    found = after or next_visits(plan, service, party, now, taken, changes)
    return tuple(Time(visit.starts_at, visit.ends_at, is_free=True) for visit in found)


def visit_to_hold(request: Hold, resident: Resident, house: House) -> Work[Visit | Refused]:
    """The visit of that time, as far as it may be booked and has seats."""
    plan, service, party, starts_at = house.plan, request.service, request.party, request.starts_at
    whole = visit_at(plan, service, starts_at, party, overrides=house.changes)
    if refusal := why_not(request, whole, resident, house):
        return Refused(refusal)
    taken = yield from taken_seats(house, service, day_of(starts_at))
    visit = visit_at(plan, service, starts_at, party, taken, house.changes)
    return visit or Refused(None, (yield from nearest(house, service, party, starts_at)))


def why_not(request: Hold | Wait, visit: Visit | None, resident: Resident, house: House) -> Refusal | None:
    """Why it may not be booked, seats aside. How many bookings a person may have, the claim itself looks at."""
    plan = house.plan
    if refusal := stopped_by(stop_for(house.stops, resident.channel)) or may_choose(plan, request.service):
        return refusal
    if visit is None:
        closed = opening(plan, request.service, day_of(request.starts_at), house.changes).closed
        day = {"day": day_of(request.starts_at).isoformat()}
        return Refusal(Reason.CLOSED_THEN, day, closed) if closed else Refusal(Reason.NO_SUCH_SLOT)
    return may_book(plan, visit, house.now, party=request.party, overrides=house.changes)
