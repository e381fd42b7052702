"""When residents are reminded of a booking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from bot.booking.plan import Plan
from bot.booking.slots import day_of, moment


class Reminder(StrEnum):
    """The reminders a resident may choose."""

    DAY_BEFORE = "day_before"
    HOURS_BEFORE = "hours_before"


def reminder_times(
    plan: Plan, starts_at: datetime, chosen: Iterable[Reminder], now: datetime
) -> tuple[tuple[Reminder, datetime], ...]:
    """The chosen reminders that are still to come, by time. The day before is the calendar's, also a Sunday."""
    times = ((_time_of(plan, one, starts_at), one) for one in set(chosen))
    return tuple((one, at) for at, one in sorted(times) if at > now)


def _time_of(plan: Plan, reminder: Reminder, starts_at: datetime) -> datetime:
    if reminder is Reminder.DAY_BEFORE:
        return moment(day_of(starts_at) - timedelta(days=1), plan.rules.remind_at)
    return starts_at - timedelta(minutes=plan.rules.remind_minutes)
