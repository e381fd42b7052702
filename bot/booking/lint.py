"""What is odd about a plan as a whole: the slips that have undone other cities' bookings.

A number with a missing or extra zero, seats off by an order of magnitude, an opening on the wrong day, a rule that
nobody can ever meet, a closure that closes nothing. Each is a `Finding` at a place in the two files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from bot.booking.calendar import days_between, is_working_day, opening, slots_on
from bot.booking.plan import Deadline, Plan
from bot.booking.rules import limit, window
from bot.booking.services import Period, Service
from bot.booking.slots import Span, Visit, day_of
from bot.booking.visits import visit_at

_MAGNITUDE = 5
"""Seats that grow or shrink by more than this from one period to the next are taken for a slip."""

_USUAL: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "bookings_per_person": (1, 6),
        "largest_party": (1, 10),
        "hold_minutes": (3, 60),
        "holds_per_person": (1, 6),
        "waits_per_person": (1, 10),
        "offer_minutes": (10, 240),
    }
)
_USUAL_SEATS, _USUAL_SLOT_MINUTES, _USUAL_REMIND_MINUTES = (1, 30), (5, 180), (15, 1440)
_MOST_DAYS_AHEAD, _MOST_MINUTES_BEFORE = 130, 2880
_DEADLINES = ("book_from", "book_until", "wait_until", "change_until", "cancel_until")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd, at the key (list items count from 1) of `services` or `calendar`."""

    file: str
    key: tuple[str, ...]
    problem: str


def findings(plan: Plan) -> tuple[Finding, ...]:
    """All that is odd, in the order of the files."""
    return (*_in_services(plan), *_in_calendar(plan), *_in_rules(plan), *_never_bookable(plan))


def seats_a_day(period: Period, hours: tuple[Span, ...]) -> int:
    """The seats of a day with those hours."""
    return period.seats * sum(_minutes(span) // period.slot_minutes for span in hours)


def lost_slots(plan: Plan, service: str) -> int:
    """How many of a desk's slots nobody can book, because booking opens too late for them."""
    slots = (slot for day in days_between(*_ends(plan)) for slot in slots_on(plan, service, day))
    windows = (window(plan, slot.starts_at) for slot in slots)
    return sum(not one.is_ever for one in windows)


def _in_services(plan: Plan) -> Iterator[Finding]:
    for desk in plan.desks:
        for number, period in enumerate(desk.periods, start=1):
            place = (desk.id, "periods", str(number))
            yield from _unusual("services", ("services", *place, "seats"), period.seats, _USUAL_SEATS)
            yield from _unusual(
                "services", ("services", *place, "slot_minutes"), period.slot_minutes, _USUAL_SLOT_MINUTES
            )
        yield from _leaps(plan, desk)


def _leaps(plan: Plan, desk: Service) -> Iterator[Finding]:
    """Seats a day against the period before."""
    for number, (before, after) in enumerate(pairwise(desk.periods), start=2):
        were, are = seats_a_day(before, plan.calendar.hours), seats_a_day(after, plan.calendar.hours)
        if max(were, are) > _MAGNITUDE * min(were, are):
            problem = f"{are} seats a day, but {were} in the period before; is a zero missing or too many?"
            yield Finding("services", ("services", desk.id, "periods", str(number), "seats"), problem)


def _in_calendar(plan: Plan) -> Iterator[Finding]:
    opens_on = day_of(plan.calendar.opens_at)
    if not is_working_day(plan, opens_on):
        yield Finding("calendar", ("opens", "day"), f"{opens_on:%Y-%m-%d, a %A,} is no working day; correct the day")
    yield from _idle_closures(plan)
    yield from _idle_special_hours(plan)


def _idle_closures(plan: Plan) -> Iterator[Finding]:
    """Closures that close nothing: outside the calendar, or on days off."""
    first_on, last_on = _ends(plan)
    for number, closure in enumerate(plan.calendar.closures, start=1):
        place = ("closures", str(number))
        days = [*days_between(max(closure.from_on, first_on), min(closure.until_on, last_on))]
        special = {one.day for one in plan.calendar.special_hours}
        if not days:
            yield Finding("calendar", place, f"lies outside {first_on} to {last_on}; correct the days or delete it")
        elif not any(is_working_day(plan, day) or day in special for day in days):
            yield Finding("calendar", place, "closes nothing: the city hall is closed then anyway; correct the days")


def _idle_special_hours(plan: Plan) -> Iterator[Finding]:
    """Special hours that open nothing, or stand twice."""
    first_on, last_on = _ends(plan)
    seen: set[tuple[object, str | None]] = set()
    for number, special in enumerate(plan.calendar.special_hours, start=1):
        place = ("special_hours", str(number))
        desks = [desk for desk in plan.desks if special.service in {None, desk.id}]
        if not first_on <= special.day <= last_on:
            yield Finding("calendar", place, f"lies outside {first_on} to {last_on}; correct the day or delete it")
        elif all(opening(plan, desk.id, special.day).closed for desk in desks):
            yield Finding("calendar", place, f"opens nothing: {special.day} is in closures too; delete one of them")
        if (special.day, special.service) in seen:
            yield Finding("calendar", place, f"{special.day} has special hours already; keep one")
        seen.add((special.day, special.service))


def _in_rules(plan: Plan) -> Iterator[Finding]:
    rules = plan.rules
    for name, usual in _USUAL.items():
        yield from _unusual("calendar", ("rules", name), getattr(rules, name), usual)
    yield from _unusual("calendar", ("rules", "remind", "minutes_before"), rules.remind_minutes, _USUAL_REMIND_MINUTES)
    for name in _DEADLINES:
        deadline: Deadline = getattr(rules, name)
        yield from _unusual("calendar", ("rules", name), deadline.working_days, (0, _MOST_DAYS_AHEAD))
        yield from _unusual("calendar", ("rules", name), deadline.minutes, (0, _MOST_MINUTES_BEFORE))
    if not _has_lead(plan):
        problem = "leaves no time to book: it comes after book_until; make it earlier"
        yield Finding("calendar", ("rules", "book_from"), problem)


def _has_lead(plan: Plan) -> bool:
    """Whether booking begins before it ends, on an ordinary day."""
    slots = [slot for desk in plan.desks for day in days_between(*_ends(plan)) for slot in slots_on(plan, desk.id, day)]
    rules = plan.rules
    return not slots or any(
        limit(plan, rules.book_from, slot.starts_at) < limit(plan, rules.book_until, slot.starts_at) for slot in slots
    )


def _never_bookable(plan: Plan) -> Iterator[Finding]:
    """Services that nobody could ever book, on any day of the calendar."""
    for service in plan.services.values():
        if service.is_bookable and not any(_bookable_visits(plan, service.id)):
            yield Finding(
                "services", ("services", service.id), "can never be booked: no slot fits the calendar's rules"
            )


def _bookable_visits(plan: Plan, service: str) -> Iterator[Visit]:
    for day in days_between(*_ends(plan)):
        for slot in slots_on(plan, plan.steps_of(service)[0], day):
            visit = visit_at(plan, service, slot.starts_at, 1)
            if visit and window(plan, slot.starts_at).is_ever:
                yield visit


def _ends(plan: Plan) -> tuple[date, date]:
    return plan.calendar.first_on, plan.calendar.last_on


def _minutes(span: Span) -> int:
    return (span.end.hour - span.start.hour) * 60 + span.end.minute - span.start.minute


def _unusual(file: str, key: tuple[str, ...], number: int, usual: tuple[int, int]) -> Iterator[Finding]:
    least, most = usual
    if not least <= number <= most:
        yield Finding(file, key, f"{number} is unusual ({least} to {most} is not); is a zero missing or too many?")
