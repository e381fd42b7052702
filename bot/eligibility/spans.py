"""Stretches of the calendar: a month or part of it, a year, last week. No words here; those are `days.py`'s."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.eligibility.facts import Span, on_day

_FARTHEST_YEARS = 10
"""No answer is about a day further ahead than this."""


def is_near(year: int, today: date) -> bool:
    """Whether an answer may be about that year at all."""
    return 1900 <= year <= today.year + _FARTHEST_YEARS


def month_part(year: int | None, month: int, day: int | None, part: tuple[int, int] | None, today: date) -> Span | None:
    """The day or part of the month; without a year, the last one that had begun by today. None: no such day."""
    if not 1 <= month <= 12 or (year is not None and not is_near(year, today)):
        return None
    years = [today.year, *range(today.year - 1, today.year - 5, -1)] if year is None else [year]
    spans = [span for one in years if (span := _within(one, month, day, part))]
    begun = [span for span in spans if year is not None or (span.earliest and span.earliest <= today)]
    return begun[0] if begun else None


def _within(year: int, month: int, day: int | None, part: tuple[int, int] | None) -> Span | None:
    last = monthrange(year, month)[1]
    if day is not None:
        return on_day(date(year, month, day)) if 1 <= day <= last else None
    first, end = part or (1, last)
    return Span(date(year, month, min(first, last)), date(year, month, min(end, last)))


def whole_year(year: int) -> Span:
    """From New Year to New Year's Eve."""
    return Span(date(year, 1, 1), date(year, 12, 31))


def months_before(today: date, count: int) -> Span:
    """The whole month that many months ago."""
    months = today.year * 12 + today.month - 1 - count
    year, month = divmod(months, 12)
    return Span(date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1]))


def week_before(today: date) -> Span:
    """Last week, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday() + 7)
    return Span(monday, monday + timedelta(days=6))
