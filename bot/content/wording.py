"""How one language words dates, times and numbers: the filters of the templates. Pure; the patterns are the pack's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta

from bot.content.pack import Formats

Pattern = Callable[..., str]
"""A compiled pattern of `Formats`: named values in, text out."""

_HEISEI_BEGAN_ON, _REIWA_BEGAN_ON = date(1989, 1, 8), date(2019, 5, 1)
_REIWA_ZERO, _HEISEI_ZERO = 2018, 1988
_LAST_ERA_YEAR = 2100
"""Beyond it a day is somebody's slip, and 「令和7981年」 would hide that."""


class Wording:
    """The filters. Each raises TypeError or ValueError for a value it cannot word.

    Days may be `date` or ISO text ("2022-07-01"), since arguments of a phrase are text or numbers.
    """

    def __init__(self, formats: Formats, compile_pattern: Callable[[str], Pattern]) -> None:
        self._formats = formats
        self._patterns: Mapping[str, Pattern] = {
            name: compile_pattern(source) for name, source in formats.patterns.items()
        }

    def day(self, value: object) -> str:
        """令和4年9月30日"""
        return self._dated("day", _day_of(value))

    def weekday_day(self, value: object) -> str:
        """令和4年9月30日（金曜日）"""
        return self._dated("weekday_day", _day_of(value))

    def month(self, value: object) -> str:
        """令和4年7月"""
        return self._dated("month", _day_of(value))

    def month_end(self, value: object) -> str:
        """令和4年9月末（9月30日）, of a month's last day only."""
        day = _day_of(value)
        if (day + timedelta(days=1)).day != 1:
            raise ValueError(f"{day} is not the last day of its month")
        return self._dated("month_end", day)

    def yen(self, value: object) -> str:
        """7,500円"""
        return self._patterns["yen"](number=_grouped(value))

    def number(self, value: object) -> str:
        """90,000"""
        return self._patterns["number"](number=_grouped(value))

    def hours(self, value: object) -> str:
        """午前8時30分から午前11時まで、午後1時から午後4時まで, of [["08:30", "11:00"], ["13:00", "16:00"]]."""
        spans = [{"start": self.time(start), "end": self.time(end)} for start, end in _spans_of(value)]
        return self._patterns["hours"](spans=spans)

    def time(self, value: str) -> str:
        """午前8時30分, of "08:30"."""
        at = time.fromisoformat(value)
        half = self._formats.am if at.hour < 12 else self._formats.pm
        return self._patterns["time"](hour=at.hour, hour12=at.hour % 12 or 12, minute=at.minute, half=half)

    def days_left(self, value: object, today: date) -> str:
        """あと12日 / 今日まで / 期限を過ぎています"""
        return self._patterns["days_left"](days=(_day_of(value) - today).days)

    def _dated(self, pattern: str, day: date) -> str:
        era, era_year = self._era(day)
        return self._patterns[pattern](
            year=day.year,
            era=era,
            era_year=era_year,
            month=self._formats.months[day.month - 1],
            day=day.day,
            weekday=self._formats.weekdays[day.weekday()],
        )

    def _era(self, day: date) -> tuple[str, int]:
        """The era's name and its year; for a day of no era this knows, no name and the western year."""
        if day >= _REIWA_BEGAN_ON and day.year <= _LAST_ERA_YEAR:
            return self._formats.reiwa, day.year - _REIWA_ZERO
        if _HEISEI_BEGAN_ON <= day < _REIWA_BEGAN_ON:
            return self._formats.heisei, day.year - _HEISEI_ZERO
        return "", day.year


def _day_of(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise TypeError(f"{value!r} is no date")


def _grouped(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return f"{value:,}"


def _spans_of(value: object) -> Sequence[Sequence[str]]:
    if isinstance(value, list) and value and all(isinstance(span, list) and len(span) == 2 for span in value):
        return value
    raise TypeError(f"{value!r} is no list of times from and until")
