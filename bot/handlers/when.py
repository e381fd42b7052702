"""A day or a time of day that somebody types while choosing one: 7/5, 来週の火曜, tomorrow; 10時半, 2 pm.

A day without a year is the next such day: people book what is to come. What is no day of the calendar is none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum


class PartOfDay(StrEnum):
    """Which part of a day somebody means who names no time."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


_REIWA_ZERO = 2018
_FARTHEST = timedelta(days=730)
"""Nobody books a day further off: it is a slip."""
_JUST_PAST = timedelta(days=60)
"""A day of the last weeks is that day, and no day of next year."""
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_REIWA = re.compile(r"(?:令和|r)(\d{1,2}|元)[年/.](\d{1,2})[月/.](\d{1,2})日?")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:月|がつ|[/.])(\d{1,2})(?:日|にち)?(?!\d)")
_DAY_ALONE = re.compile(r"(?<![\d月/.])(\d{1,2})(?:日|にち)(?!間|後|まえ|前|以内)")
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(?=[時月日])")
_DAYS_ON = re.compile(r"(?<!\d)(\d{1,2})日後")
_NEXT = frozenset({"今度", "次"})
_NAMED = (
    (re.compile(r"明後日|あさって|day after tomorrow"), 2),
    (re.compile(r"明日|あした|あす|tomorrow"), 1),
    (re.compile(r"一昨日|おととい"), -2),
    (re.compile(r"昨日|きのう|yesterday"), -1),
    (re.compile(r"今日|(?<![ぁ-ん])きょう(?!だい)|本日|today"), 0),
)
_WEEKDAYS = "月火水木金土日"
_JAPANESE_WEEKDAY = re.compile(rf"(再来週|来週|今週|今度|次)?の?([{_WEEKDAYS}])(?:曜日?|よう(?:び)?)")
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
_WHEN = (
    _REIWA, _ISO, _MONTH_DAY, _DAYS_ON, _ENGLISH_MONTH, _DAY_ALONE, _JAPANESE_WEEKDAY, _ENGLISH_WEEKDAY,
    _ENGLISH_CLOCK, _CLOCK, *(pattern for pattern, _ in _NAMED),
)  # fmt: skip
_ASIDES = (
    "お願い", "いたします", "おねがい", "予約", "希望", "取って", "とって", "取りたい", "とりたい", "取れます",
    "空いて", "あいて", "空き", "行きたい", "行きます", "行けます", "いきたい", "大丈夫", "可能", "できれば",
    "できます", "いい", "良い", "よい", "ください", "下さい", "変更", "変えて", "変えたい", "して", "したい",
    "します", "います", "ます", "ごろ", "ころ", "頃", "です", "はい", "から", "より", "どう", "あります",
    *"はがをにでへのかねよもと",
)  # fmt: skip
"""What people put around a day or a time when they choose it."""
_FILLER = re.compile(
    "|".join(_ASIDES)
    + r"|[、。,.!?()「」~\s-]|\b(?:i'd like|i would like|can i|could i|is|it|on|at|the|of|a|for|to|please"
    r"|book|come|around|about|free|available|ok|o'clock|yes)\b"
)
_PARTS = (
    (PartOfDay.MORNING, re.compile(r"午前中?|ごぜん|朝(?:一番?)?|(?:in the )?\bmorning\b")),
    (PartOfDay.AFTERNOON, re.compile(r"午後|ごご|昼(?:過ぎ|から)?|夕方|(?:in the )?\bafternoon\b")),
    (PartOfDay.ANY, re.compile(r"(?:一番|いちばん)?早い(?:日|時間|ところ|順)?|最短|いつでも|何時でも|おまかせ")),
    (PartOfDay.ANY, re.compile(r"\b(?:the )?(?:earliest|soonest|asap|any ?time|any day|first available)\b")),
)
_ASIDE = 3
"""So many letters besides a day or a time may stand; more, and the text is about something else."""
_OPENS, _NOON = 7, 12
"""An hour before seven without a half of the day is the afternoon's: no desk opens at two in the morning."""


@dataclass(frozen=True, slots=True)
class When:
    """A day, a time of day, or both."""

    day: date | None
    time: time | None


def when_said(text: str, today: date) -> When | None:
    """The day and the time of day a text names; None where it names neither, none that exists, or is
    about something else besides.

    >>> def said(text: str) -> str:
    ...     when = when_said(text, date(2022, 7, 4))
    ...     return f"{when.day} {when.time}" if when else "-"
    >>> [said(text) for text in ("7/5", "令和4年7月11日", "来週の火曜", "tomorrow", "3日後", "2/30")]
    ['2022-07-05 None', '2022-07-11 None', '2022-07-12 None', '2022-07-05 None', '2022-07-07 None', '-']
    >>> [said(text) for text in ("10時半", "2時", "3 pm please", "7/5の14:30でお願いします")]
    ['None 10:30:00', 'None 14:00:00', 'None 15:00:00', '2022-07-05 14:30:00']
    >>> said("9月30日までにカードを申請すれば良いですか")
    '-'
    """
    plain = _KANJI_NUMBER.sub(_in_digits, unicodedata.normalize("NFKC", text).lower())
    when = When(_day_said(plain, today), _time_said(plain))
    return when if (when.day or when.time) and len(_besides(plain)) <= _ASIDE else None


def is_no_day(text: str, today: date) -> bool:
    """Whether a text names a date that no calendar has, and nothing besides.

    >>> texts = ("2/30でお願いします", "2月29日", "7/5", "13/1", "2/30までに申請すればよいですか")
    >>> [is_no_day(text, date(2022, 7, 4)) for text in texts]
    [True, True, False, True, False]
    """
    plain = _KANJI_NUMBER.sub(_in_digits, unicodedata.normalize("NFKC", text).lower())
    is_date = any(pattern.search(plain) for pattern in (_REIWA, _ISO, _MONTH_DAY, _ENGLISH_MONTH))
    return is_date and _written(plain, today) is None and len(_besides(plain)) <= _ASIDE


def part_of_day_said(text: str) -> PartOfDay | None:
    """The part of a day, or ANY where somebody wants the first there is; None where the text is about something else.

    >>> [part_of_day_said(text) for text in ("一番早い日", "午後でお願いします", "朝一番", "午前は混みますか")]
    [<PartOfDay.ANY: 'any'>, <PartOfDay.AFTERNOON: 'afternoon'>, <PartOfDay.MORNING: 'morning'>, None]
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    part = next((part for part, pattern in _PARTS if pattern.search(plain)), None)
    besides = plain
    for _, pattern in _PARTS:
        besides = pattern.sub(" ", besides)
    return part if part and not "".join(_FILLER.sub(" ", besides).split()) else None


def names_a_moment(text: str, today: date) -> bool:
    """Whether a text names a day or a time of day, whatever it is about."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _day_said(plain, today) is not None or _time_said(plain) is not None


def _in_digits(found: re.Match[str]) -> str:
    """A number of a day or an hour in digits: 十, 十一, 二十, 三十一."""
    tens, ten, ones = found[0].rpartition("十")
    return str((_unit(tens) or 1) * 10 + _unit(ones)) if ten else str(_unit(ones))


def _unit(sign: str) -> int:
    return "一二三四五六七八九".find(sign) + 1 if sign else 0


def _besides(plain: str) -> str:
    """What a text says besides a day and a time."""
    for pattern in _WHEN:
        plain = pattern.sub(" ", plain)
    return "".join(_FILLER.sub(" ", plain).split())


def _day_said(plain: str, today: date) -> date | None:
    said = _written(plain, today) or _days_on(plain, today) or _weekday(plain, today) or _named(plain, today)
    return said if said and abs(said - today) <= _FARTHEST else None


def _time_said(plain: str) -> time | None:
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


def _days_on(plain: str, today: date) -> date | None:
    found = _DAYS_ON.search(plain)
    return today + timedelta(days=int(found[1])) if found else None


def _weekday(plain: str, today: date) -> date | None:
    if found := _JAPANESE_WEEKDAY.search(plain):
        weeks = {"来週": 1, "再来週": 2, "今週": 0}.get(found[1] or "")
        from_day = today + timedelta(days=1) if found[1] in _NEXT else today
        return _on_weekday(_WEEKDAYS.index(found[2]), weeks, from_day)
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
    is_meant = this_year is None or this_year >= today - _JUST_PAST
    return this_year if is_meant else _day(today.year + 1, month, day)


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
