"""A day or a time of day that somebody types while choosing one: 7/5, 来週の火曜, tomorrow; 10時半, 2 pm.

A day without a year is the next such day: people book what is to come. What is no day of the calendar is none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

_REIWA_ZERO = 2018
_FARTHEST = timedelta(days=730)
"""Nobody books a day further off: it is a slip."""
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_REIWA = re.compile(r"(?:令和|r)(\d{1,2}|元)[年/.](\d{1,2})[月/.](\d{1,2})日?")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:月|がつ|[/.])(\d{1,2})(?:日|にち)?(?!\d)")
_DAY_ALONE = re.compile(r"(?<![\d月/.])(\d{1,2})(?:日|にち)(?!間)")
_NAMED = (
    (re.compile(r"明後日|あさって|day after tomorrow"), 2),
    (re.compile(r"明日|あした|あす|tomorrow"), 1),
    (re.compile(r"今日|(?<!と)きょう(?!だい)|本日|today"), 0),
)
_WEEKDAYS = "月火水木金土日"
_JAPANESE_WEEKDAY = re.compile(rf"(再来週|来週|今週)?の?([{_WEEKDAYS}])(?:曜日?|よう(?:び)?)")
_ENGLISH_WEEKDAY = re.compile(r"\b(next |this )?(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b")
_ENGLISH_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)? (?:of )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2})(?:st|nd|rd|th)?\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(
    r"(午前|午後|ごぜん|ごご|朝)?\s*(\d{1,2})(?:時(?!間)|じ(?!かん)|[:：])(?:(半|はん)|(\d{1,2})分?)?\s*(am|pm|a\.m\.|p\.m\.)?"
)
_ENGLISH_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)")
_AFTERNOON = frozenset({"午後", "ごご", "pm", "p.m."})
_FORENOON = frozenset({"午前", "ごぜん", "朝", "am", "a.m."})
_OPENS, _NOON = 7, 12
"""An hour before seven without a half of the day is the afternoon's: no desk opens at two in the morning."""


def day_said(text: str, today: date) -> date | None:
    """The day a text names, today or later; None where it names none, or one that does not exist.

    >>> monday = date(2022, 7, 4)
    >>> [str(day_said(text, monday)) for text in ("7/5", "令和4年7月11日", "来週の火曜", "tomorrow", "2/30", "10時")]
    ['2022-07-05', '2022-07-11', '2022-07-12', '2022-07-05', 'None', 'None']
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    said = _written(plain, today) or _weekday(plain, today) or _named(plain, today)
    return said if said and abs(said - today) <= _FARTHEST else None


def time_said(text: str) -> time | None:
    """The time of day a text names.

    >>> [str(time_said(text)) for text in ("10時半", "午後2時", "2時", "14:30", "3 pm", "7/5")]
    ['10:30:00', '14:00:00', '14:00:00', '14:30:00', '15:00:00', 'None']
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    if found := _ENGLISH_CLOCK.search(plain):
        return _clock(int(found[1]), int(found[2] or 0), found[3])
    if found := _CLOCK.search(plain):
        minute = 30 if found[3] else int(found[4] or 0)
        return _clock(int(found[2]), minute, found[1] or found[5])
    return None


def _written(plain: str, today: date) -> date | None:
    if found := _REIWA.search(plain):
        year = 1 if found[1] == "元" else int(found[1])
        return _day(_REIWA_ZERO + year, int(found[2]), int(found[3]))
    if found := _ISO.search(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH_DAY.search(plain):
        return _next(int(found[1]), int(found[2]), today)
    if found := _ENGLISH_MONTH.search(plain):
        month = _MONTHS.index(found[2] or found[3]) + 1
        return _next(month, int(found[1] or found[4]), today)
    if found := _DAY_ALONE.search(plain):
        return _next_of_month(int(found[1]), today)
    return None


def _weekday(plain: str, today: date) -> date | None:
    if found := _JAPANESE_WEEKDAY.search(plain):
        weeks = {"来週": 1, "再来週": 2, "今週": 0}.get(found[1] or "")
        return _on_weekday(_WEEKDAYS.index(found[2]), weeks, today)
    if found := _ENGLISH_WEEKDAY.search(plain):
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        weeks = {"next ": 1, "this ": 0}.get(found[1] or "")
        return _on_weekday(names.index(found[2][:3]), weeks, today)
    return None


def _on_weekday(weekday: int, weeks: int | None, today: date) -> date | None:
    """That weekday of this week or a later one; without a week, the next one to come."""
    if weeks is None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    day = today + timedelta(days=weekday - today.weekday(), weeks=weeks)
    return day if day >= today else None


def _named(plain: str, today: date) -> date | None:
    return next((today + timedelta(days=days) for pattern, days in _NAMED if pattern.search(plain)), None)


def _next(month: int, day: int, today: date) -> date | None:
    this_year = _day(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _day(today.year + 1, month, day)


def _next_of_month(day: int, today: date) -> date | None:
    this_month = _day(today.year, today.month, day)
    if this_month is not None and this_month >= today:
        return this_month
    year, month = (today.year, today.month + 1) if today.month < 12 else (today.year + 1, 1)
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(hour: int, minute: int, half: str | None) -> time | None:
    if (half in _AFTERNOON and hour < _NOON) or (half not in _FORENOON and hour < _OPENS):
        hour += _NOON
    return time(hour, minute) if hour < 24 and minute < 60 else None
