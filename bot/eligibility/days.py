"""What day a resident means: 令和4年9月末, 9/30, 先月, last year. A day, or the span it lies in.

A day without a year is the last such day up to today: residents tell what they did. Anything else that looks like a day
but is not in the calendar (2022-02-30, 令和99年) is `Impossible`, never bent into another day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.eligibility.facts import Span, on_day
from bot.eligibility.spans import is_near, month_part, months_before, week_before, whole_year


@dataclass(frozen=True, slots=True)
class Impossible:
    """What was typed cannot be: a day that is not in the calendar, a number out of bounds."""

    text: str


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A day in a text, and where it stands there."""

    span: Span
    start: int
    end: int


_ERAS = {
    "令和": 2018,
    "れいわ": 2018,
    "reiwa": 2018,
    "r": 2018,
    "平成": 1988,
    "へいせい": 1988,
    "heisei": 1988,
    "h": 1988,
}
_LAST_OF_ERA = {1988: 31}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_KANJI = {char: number for number, char in enumerate("一二三四五六七八九", start=1)}
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=[年月日か]|がつ)")

_YEAR = (
    r"(?:(?P<era>令和|れいわ|平成|へいせい|reiwa ?|heisei ?|[rh](?=\d))(?P<era_year>\d{1,3}|元)年?度?"
    r"|(?P<year>\d{4})年?)の?"
)
_RELATIVE_YEAR = r"(?P<which>一昨年|おととし|昨年|去年|きょねん|今年|ことし|来年|らいねん)の?"
_PART = r"(?P<part>末日|末|の?終わり|の?おわり|初め|はじめ|の?初旬|上旬|中旬|半ば|なかば|下旬)"
_JAPANESE = re.compile(
    rf"(?:{_YEAR}|{_RELATIVE_YEAR})?(?P<month>\d{{1,2}})(?:月|がつ)(?:{_PART}|(?P<day>\d{{1,2}})(?:日|にち)?)?"
)
_NUMBERS = re.compile(
    r"(?<!\d)(?:(?:(?P<year>\d{4})|(?P<era>[rh])(?P<era_year>\d{1,2}))[/.\-])?(?P<month>\d{1,2})[/.\-](?P<day>\d{1,2})(?!\d)"
)
_YEAR_MONTH = re.compile(r"(?<!\d)(?P<year>\d{4})[/.\-](?P<month>\d{1,2})(?![\d/.\-])")
_YEAR_ALONE = re.compile(rf"(?:{_YEAR.replace('年?)', '年)').replace('年?度?', '年度?')}|{_RELATIVE_YEAR})")
_ENGLISH = re.compile(
    rf"\b(?P<part>end of |beginning of |early |late |mid )?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?"
    rf"(?P<name>{_MONTH})\b(?: (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d))?(?:,? (?P<year>\d{{4}}))?"
)
_ENGLISH_YEAR = re.compile(r"\b(?:in )?(?P<year>(?:19|20)\d{2})\b")
_AGO = re.compile(
    r"(?P<count>\d{1,3}) ?(?P<unit>年|か月|ヶ月|カ月|ヵ月|かげつ|週間|しゅうかん|日|years?|months?|weeks?|days?) ?"
    r"(?:くらい|ぐらい|ほど)?(?:前|まえ|ago)"
)

_UP_TO = re.compile(r"^ ?(?:日)?(?:まで|以前|いぜん)(?:に|には)?")
_BEFORE = re.compile(r"^ ?(?:より|よりも)(?:前|まえ)")
_FROM = re.compile(r"^ ?(?:以降|いこう|以後|から)")
_AFTER = re.compile(r"^ ?(?:より|よりも)?(?:後|あと|過ぎ|すぎ)")
_LEADING = re.compile(r"(?P<word>before|by|until|till|after|since|from) (?:the )?$")


def find_day(text: str, today: date) -> Mentioned | Impossible | None:
    """The day a text mentions, with "by", "from" and the like taken in. `text` is `folded`."""
    for read in _READERS:
        found = read(text, today)
        if isinstance(found, Mentioned):
            return _with_direction(text, found)
        if found is not None:
            return found
    return None


def with_digits(text: str) -> str:
    """Numbers in kanji as digits, where a year, month or day follows.

    >>> with_digits("令和四年九月三十日")
    '令和4年9月30日'
    """
    return _KANJI_NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    tens, ten, ones = match.group().rpartition("十")
    number = (_KANJI.get(tens, 1) * 10 if ten else 0) + _KANJI.get(ones, 0)
    return str(number)


def _with_direction(text: str, found: Mentioned) -> Mentioned:
    """ "by the end of September" has no beginning, "from October" no end."""
    before, after = text[: found.start], text[found.end :]
    for pattern, apply in _DIRECTIONS:
        match = pattern.match(after)
        if match:
            return Mentioned(apply(found.span), found.start, found.end + match.end())
    leading = _LEADING.search(before)
    if leading:
        return Mentioned(_LEADING_WORDS[leading["word"]](found.span), leading.start(), found.end)
    return found


def _until_end(span: Span) -> Span:
    return Span(None, span.latest)


def _until_begin(span: Span) -> Span:
    return Span(None, span.earliest - _DAY if span.earliest else None)


def _from_begin(span: Span) -> Span:
    return Span(span.earliest, None)


def _from_end(span: Span) -> Span:
    return Span(span.latest + _DAY if span.latest else None, None)


_DAY = timedelta(days=1)
_DIRECTIONS: tuple[tuple[re.Pattern[str], Callable[[Span], Span]], ...] = (
    (_UP_TO, _until_end),
    (_BEFORE, _until_begin),
    (_FROM, _from_begin),
    (_AFTER, _from_end),
)
_LEADING_WORDS: Mapping[str, Callable[[Span], Span]] = {
    "before": _until_begin,
    "by": _until_end,
    "until": _until_end,
    "till": _until_end,
    "after": _from_end,
    "since": _from_begin,
    "from": _from_begin,
}


def _read_relative(text: str, today: date) -> Mentioned | None:
    for words, span_of in _RELATIVE.items():
        match = re.search(words, text)
        if match:
            return Mentioned(span_of(today), match.start(), match.end())
    return None


def _read_ago(text: str, today: date) -> Mentioned | None:
    match = _AGO.search(text)
    if not match:
        return None
    count, unit = int(match["count"]), match["unit"][0]
    if unit in "年y":
        span = whole_year(today.year - count)
    elif unit in "かヶカヵm":
        span = months_before(today, count)
    elif unit in "週しw":
        span = Span(today - timedelta(days=7 * count + 6), today - timedelta(days=max(0, 7 * count - 6)))
    else:
        span = on_day(today - timedelta(days=count))
    return Mentioned(span, match.start(), match.end())


def _read_japanese(text: str, today: date) -> Mentioned | Impossible | None:
    match = _JAPANESE.search(text)
    return _month_and_day(match, today, _year_of(match, today)) if match else None


def _read_numbers(text: str, today: date) -> Mentioned | Impossible | None:
    match = _NUMBERS.search(text)
    return _month_and_day(match, today, _year_of(match, today)) if match else None


def _read_year_month(text: str, today: date) -> Mentioned | Impossible | None:
    match = _YEAR_MONTH.search(text)
    return _month_and_day(match, today, int(match["year"])) if match else None


def _read_year(text: str, today: date) -> Mentioned | Impossible | None:
    match = _YEAR_ALONE.search(text) or _ENGLISH_YEAR.search(text)
    year = _year_of(match, today) if match else None
    if not match or year is None:
        return None
    span = whole_year(year) if isinstance(year, int) and is_near(year, today) else None
    return Mentioned(span, match.start(), match.end()) if span else Impossible(match.group())


def _read_english(text: str, today: date) -> Mentioned | Impossible | None:
    match = _ENGLISH.search(text)
    if not match:
        return None
    month = _MONTHS.index(match["name"][:3]) + 1
    day = match["day"] or match["day2"]
    year = int(match["year"]) if match["year"] else None
    part = (match["part"] or "").strip()
    return _placed(match, month_part(year, month, int(day) if day else None, _ENGLISH_PARTS.get(part), today))


def _month_and_day(match: re.Match[str], today: date, year: int | Impossible | None) -> Mentioned | Impossible:
    if isinstance(year, Impossible):
        return year
    groups = match.groupdict()
    day, part = groups.get("day"), (groups.get("part") or "").removeprefix("の")
    return _placed(match, month_part(year, int(match["month"]), int(day) if day else None, _PARTS.get(part), today))


def _placed(match: re.Match[str], span: Span | None) -> Mentioned | Impossible:
    return Mentioned(span, match.start(), match.end()) if span else Impossible(match.group().strip())


def _year_of(match: re.Match[str], today: date) -> int | Impossible | None:
    """The year a match names; None if it names none."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    if groups.get("which"):
        return today.year + _WHICH[groups["which"]]
    if not groups.get("era"):
        return None
    begin = _ERAS[groups["era"].strip()]
    count = 1 if groups["era_year"] == "元" else int(groups["era_year"])
    is_in_era = 1 <= count <= _LAST_OF_ERA.get(begin, count)
    return begin + count if is_in_era and is_near(begin + count, today) else Impossible(match.group())


_WHICH = {
    "一昨年": -2, "おととし": -2, "昨年": -1, "去年": -1, "きょねん": -1,
    "今年": 0, "ことし": 0, "来年": 1, "らいねん": 1,
}  # fmt: skip
_LAST = (31, 31)
_PARTS = {
    "末日": _LAST, "末": _LAST, "終わり": _LAST, "おわり": _LAST,
    "初め": (1, 10), "はじめ": (1, 10), "初旬": (1, 10), "上旬": (1, 10),
    "中旬": (11, 20), "半ば": (11, 20), "なかば": (11, 20), "下旬": (21, 31),
}  # fmt: skip
_ENGLISH_PARTS = {"end of": _LAST, "beginning of": (1, 10), "early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_RELATIVE: Mapping[str, Callable[[date], Span]] = {
    r"一昨日|おととい|day before yesterday": lambda today: on_day(today - 2 * _DAY),
    r"昨日|きのう|yesterday": lambda today: on_day(today - _DAY),
    r"今日|きょう|本日|\btoday": on_day,
    r"先々月|せんせんげつ|month before last": lambda today: months_before(today, 2),
    r"先月|せんげつ|last month": lambda today: months_before(today, 1),
    r"今月|こんげつ|this month": lambda today: months_before(today, 0),
    r"先週|せんしゅう|last week": week_before,
    r"year before last": lambda today: whole_year(today.year - 2),
    r"last year": lambda today: whole_year(today.year - 1),
    r"this year": lambda today: whole_year(today.year),
}
_READERS = (
    _read_ago, _read_relative, _read_japanese, _read_numbers, _read_year_month, _read_english, _read_year
)  # fmt: skip
