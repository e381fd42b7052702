"""Which days and hours the desks are open, and which slots that makes. No rule about persons is here.

What staff changed at run time (`Override`) goes before the pack's calendar, except that nothing opens a day before the
first or after the last one: after it, no points can be applied for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from bot.booking.holidays import holiday_name
from bot.booking.plan import Calendar, Plan, SpecialHours
from bot.booking.slots import Override, OverrideKind, Slot, SlotId, Span, day_of, moment

_DAY = timedelta(days=1)
_NO_ARGS: Mapping[str, str] = MappingProxyType({})


class ClosedReason(StrEnum):
    """Why a desk is closed on a day."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    YEAR_END = "year_end"
    CLOSURE = "closure"
    BEFORE_FIRST_DAY = "before_first_day"
    AFTER_LAST_DAY = "after_last_day"
    STAFF_CLOSED = "staff_closed"


@dataclass(frozen=True, slots=True)
class Closed:
    """A desk is closed: the text that says why, with its arguments. `note_key` is a text that says more."""

    reason: ClosedReason
    args: Mapping[str, str] = field(default_factory=lambda: _NO_ARGS)
    note_key: str | None = None

    @property
    def key(self) -> str:
        return f"booking.closed.{self.reason}"


@dataclass(frozen=True, slots=True)
class Opening:
    """A desk on a day. Where it is `closed`, there are no hours and no seats."""

    hours: tuple[Span, ...]
    seats: int
    slot_minutes: int
    closed: Closed | None


def opening(plan: Plan, service: str, day: date, overrides: Iterable[Override] = ()) -> Opening:
    """How a desk is open on `day`; of a chain, closed where one of its desks is."""
    desks = [_desk_opening(plan, step, day, overrides) for step in plan.steps_of(service)]
    if not desks:
        raise ValueError(f"{service!r} cannot be booked")
    return next((one for one in desks if one.closed), desks[0])


def slots_on(plan: Plan, service: str, day: date, overrides: Iterable[Override] = ()) -> tuple[Slot, ...]:
    """A desk's slots of the day by time; each ends within the opening hours. A chain has visits, not slots."""
    if plan.steps_of(service) != (service,):
        raise ValueError(f"{service!r} has no slots of its own")
    opened = opening(plan, service, day, overrides)
    length = timedelta(minutes=opened.slot_minutes)
    return tuple(Slot(service, at, at + length) for span in opened.hours for at in _starts(day, span, length))


def slot_at(plan: Plan, slot_id: SlotId, overrides: Iterable[Override] = ()) -> Slot | None:
    """The slot of that id; None where the calendar has none."""
    if plan.steps_of(slot_id.service) != (slot_id.service,):
        return None
    slots = slots_on(plan, slot_id.service, day_of(slot_id.starts_at), overrides)
    return next((slot for slot in slots if slot.id == slot_id), None)


def seats_of(plan: Plan, slot_id: SlotId, overrides: Iterable[Override] = ()) -> int:
    """How many seats the slot has; 0 where there is no such slot, or none any more."""
    given = tuple(overrides)
    if slot_at(plan, slot_id, given) is None:
        return 0
    return opening(plan, slot_id.service, day_of(slot_id.starts_at), given).seats


def is_working_day(plan: Plan, day: date) -> bool:
    """Whether the city hall works that day. A closed desk makes no day off: deadlines count these days."""
    return _day_off(plan.calendar, day) is None


def working_day_before(plan: Plan, day: date, number: int) -> date:
    """The n-th working day before `day`; the day itself for 0."""
    return _working_day_before(plan.calendar, day, number)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day, both ends included."""
    return (first + timedelta(days=by) for by in range((last - first).days + 1))


def _desk_opening(plan: Plan, service: str, day: date, overrides: Iterable[Override]) -> Opening:
    ours = [one for one in overrides if one.concerns(service, day)]
    period = plan.services[service].period_on(day)
    closed = _outside(plan, service, day)
    hours = _latest(ours, OverrideKind.CLOSED, OverrideKind.HOURS)
    if closed is None:
        closed = _shut_by_staff(hours) if hours else _shut_by_plan(plan.calendar, service, day)
    seats = _latest(ours, OverrideKind.SEATS)
    number = seats.seats if seats and seats.seats is not None else period.seats if period else 0
    if closed is None and number == 0:
        closed = _staff_closed(seats)
    if closed or period is None:
        return Opening((), 0, period.slot_minutes if period else 0, closed)
    return Opening(hours.hours if hours else _hours(plan.calendar, service, day), number, period.slot_minutes, None)


def _outside(plan: Plan, service: str, day: date) -> Closed | None:
    """Before the first day (of the calendar, or of the desk), or after the last one."""
    calendar, periods = plan.calendar, plan.services[service].periods
    first_on = max(calendar.first_on, periods[0].from_on)
    if day < first_on:
        return Closed(ClosedReason.BEFORE_FIRST_DAY, {"first_on": first_on.isoformat()})
    if day > calendar.last_on:
        return Closed(ClosedReason.AFTER_LAST_DAY, {"last_on": calendar.last_on.isoformat()})
    return None


def _latest(overrides: Sequence[Override], *kinds: OverrideKind) -> Override | None:
    found = [one for one in overrides if one.kind in kinds]
    return max(found, key=lambda one: one.made_at, default=None)


def _shut_by_staff(override: Override) -> Closed | None:
    return _staff_closed(override) if override.kind is OverrideKind.CLOSED or not override.hours else None


def _staff_closed(override: Override | None) -> Closed:
    return Closed(ClosedReason.STAFF_CLOSED, {"note": override.reason if override else ""})


def _shut_by_plan(calendar: Calendar, service: str, day: date) -> Closed | None:
    closure = next((one for one in calendar.closures if one.concerns(service, day)), None)
    if closure:
        return Closed(ClosedReason.CLOSURE, note_key=closure.note_key)
    return None if _special(calendar, service, day) else _day_off(calendar, day)


def _special(calendar: Calendar, service: str, day: date) -> SpecialHours | None:
    return next((one for one in calendar.special_hours if one.concerns(service, day)), None)


def _hours(calendar: Calendar, service: str, day: date) -> tuple[Span, ...]:
    special = _special(calendar, service, day)
    return special.hours if special else calendar.hours


# Every slot of a list of days asks for the same few days, and a calendar never changes.
@lru_cache(maxsize=4096)
def _working_day_before(calendar: Calendar, day: date, number: int) -> date:
    for _ in range(number):
        day -= _DAY
        while _day_off(calendar, day):
            day -= _DAY
    return day


@lru_cache(maxsize=4096)
def _day_off(calendar: Calendar, day: date) -> Closed | None:
    """Why the city hall does not work; a holiday at the year's end is told as the holiday it is."""
    tests: tuple[Callable[[Calendar, date], Closed | None], ...] = (_holiday, _year_end, _weekend)
    return next((closed for test in tests if (closed := test(calendar, day))), None)


def _holiday(calendar: Calendar, day: date) -> Closed | None:
    name = holiday_name(day) if calendar.closed_on_holidays else None
    return Closed(ClosedReason.HOLIDAY, {"name": name}) if name else None


def _year_end(calendar: Calendar, day: date) -> Closed | None:
    if calendar.year_end is None:
        return None
    first, last = calendar.year_end
    here = (day.month, day.day)
    is_within = first <= here <= last if first <= last else here >= first or here <= last
    return Closed(ClosedReason.YEAR_END) if is_within else None


def _weekend(calendar: Calendar, day: date) -> Closed | None:
    return Closed(ClosedReason.WEEKEND) if day.weekday() in calendar.closed_weekdays else None


def _starts(day: date, span: Span, length: timedelta) -> Iterator[datetime]:
    at, end = moment(day, span.start), moment(day, span.end)
    while length and at + length <= end:
        yield at
        at += length
