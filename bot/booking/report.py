"""What a plan comes to, for the person who edits it: seats a week, closed days, what opens when. Plain lines of text.

Says what is; whether it is odd is `lint.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from bot.booking.calendar import Closed, days_between, opening, slots_on
from bot.booking.days import bookable_days, outlook
from bot.booking.lint import lost_slots, seats_a_day
from bot.booking.plan import Plan
from bot.booking.services import Service
from bot.booking.slots import TOKYO

_BLINK = timedelta(microseconds=1)

Week = tuple[date, int, int]
"""A week's Monday, its slots and its seats."""


def report(plan: Plan) -> tuple[str, ...]:
    """The plan in lines, service by service."""
    return (*_opening(plan), *(line for desk in plan.desks for line in _desk(plan, desk)), *_closed_days(plan))


def _opening(plan: Plan) -> Iterator[str]:
    opens_at = plan.calendar.opens_at.astimezone(TOKYO)
    yield f"booking opens on {opens_at:%Y-%m-%d (%a) at %H:%M}"
    for desk in plan.desks:
        early = len(bookable_days(plan, desk.id, opens_at - _BLINK))
        yield f"  an instant earlier, {desk.id}: {_counted(early, 'day')} can be booked"
        days = bookable_days(plan, desk.id, opens_at)
        slots = sum(len(ahead.slots) for ahead in outlook(plan, desk.id, opens_at))
        told = (
            f"{_counted(len(days), 'day')}, {days[0]} to {days[-1]}, {_counted(slots, 'slot')}" if days else "nothing"
        )
        yield f"  at that instant, {desk.id}: {told}"


def _desk(plan: Plan, desk: Service) -> Iterator[str]:
    hours = plan.calendar.hours
    for before, period in zip((None, *desk.periods), desk.periods, strict=False):
        were = f" (before: {seats_a_day(before, hours)})" if before else ""
        each = f"{period.slot_minutes} minutes, {_counted(period.seats, 'seat')} a slot"
        yield f"{desk.id} from {period.from_on}: {each}, {seats_a_day(period, hours)} seats a day{were}"
    for (slots, seats), same in groupby(_weeks(plan, desk), key=lambda week: week[1:]):
        mondays = [monday for monday, _, _ in same]
        until_on = mondays[-1] + timedelta(days=6)
        yield f"  {mondays[0]} to {until_on}: {_counted(len(mondays), 'week')} of {slots} slots, {seats} seats"
    if lost := lost_slots(plan, desk.id):
        yield f"  {_counted(lost, 'slot')} can never be booked: booking opens too late for them"


def _weeks(plan: Plan, desk: Service) -> Iterator[Week]:
    """Weeks from Monday, also where the calendar begins in the middle of one."""
    days = days_between(plan.calendar.first_on, plan.calendar.last_on)
    for monday, week in groupby(days, key=_monday_of):
        numbers = [(len(slots_on(plan, desk.id, day)), opening(plan, desk.id, day).seats) for day in week]
        yield monday, sum(slots for slots, _ in numbers), sum(slots * seats for slots, seats in numbers)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _closed_days(plan: Plan) -> Iterator[str]:
    """Days of the week on which the desks are open as a rule, but closed this time; and days opened besides."""
    for day in days_between(plan.calendar.first_on, plan.calendar.last_on):
        told: dict[str, list[str]] = {}
        for desk in plan.desks:
            closed = opening(plan, desk.id, day).closed
            told.setdefault(_why(closed) if closed else "special hours", []).append(desk.id)
        is_day_off = day.weekday() in plan.calendar.closed_weekdays
        for why, desks in told.items():
            if (why == "special hours") == is_day_off:
                who = "every desk" if len(desks) == len(plan.desks) else " and ".join(desks)
                yield f"{'open' if is_day_off else 'closed'} {day:%Y-%m-%d (%a)}: {who}, {why}"


def _why(closed: Closed) -> str:
    return " ".join((closed.reason.value, *closed.args.values(), closed.note_key or "")).strip()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
