"""`booking/calendar.yaml` -> the calendar and the rules of a plan. Days and hours that the pack has are named, not
written twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum

from bot.booking.plan import Calendar, Closure, Deadline, MonthDay, Rules, SpecialHours
from bot.booking.services import Basis, Service, ServiceKind
from bot.booking.slots import TOKYO, Span, moment
from bot.content.faq_file import read_member
from bot.content.part import Part, did_you_mean

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
_LEAP_YEAR = 2024
_MOST = 9999
_REQUIRED = ("hours", "closed", "first_day", "last_day", "opens", "closures", "special_hours", "rules")
_DEADLINES = ("book_from", "book_until", "wait_until", "change_until", "cancel_until")
_COUNTS = (
    "bookings_per_person",
    "largest_party",
    "hold_minutes",
    "holds_per_person",
    "waits_per_person",
    "offer_minutes",
)


class _Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class _Holidays(StrEnum):
    CLOSED = "closed"
    OPEN = "open"


_WEEKDAYS = tuple(_Weekday)


def read_calendar(part: Part, values: Mapping[str, object], services: Mapping[str, Service]) -> Calendar | None:
    """The calendar; None where a day that everything hangs on is missing."""
    fields = part.fields(_REQUIRED)
    desks = [one.id for one in services.values() if one.kind is ServiceKind.DESK]
    closed = fields["closed"].fields(("weekdays", "national_holidays"), ("year_end",))
    first_on, last_on = _read_named_day(fields["first_day"], values), _read_named_day(fields["last_day"], values)
    opens_at = _read_opens(fields["opens"])
    if first_on and last_on and first_on > last_on:
        fields["first_day"].fault(f"{first_on} is after the last day, {last_on}; put the days in order")
    calendar = Calendar(
        hours=_read_named_hours(fields["hours"], values),
        closed_weekdays=_read_weekdays(closed["weekdays"]),
        closed_on_holidays=read_member(closed["national_holidays"], _Holidays, _Holidays.CLOSED) is _Holidays.CLOSED,
        year_end=_read_year_end(closed["year_end"]) if "year_end" in closed else None,
        first_on=first_on or date.min,
        last_on=last_on or date.min,
        opens_at=opens_at or datetime.min.replace(tzinfo=TOKYO),
        closures=tuple(_read_closure(one, desks) for one in _items(fields["closures"])),
        special_hours=tuple(_read_special(one, desks) for one in _items(fields["special_hours"])),
    )
    return calendar if first_on and last_on and opens_at else None


def read_rules(part: Part) -> Rules | None:
    """The rules; None where one of them is missing."""
    if not part.key.endswith("rules"):
        return None
    fields = part.fields(("basis", *_DEADLINES, *_COUNTS, "quiet", "remind"))
    read_member(fields["basis"], Basis, Basis.CITY)
    remind = fields["remind"].fields(("day_before_at", "minutes_before"))
    remind_at = _read_clock(remind["day_before_at"])
    deadline = {name: _read_deadline(fields[name]) for name in _DEADLINES}
    count = {name: read_count(fields[name]) for name in _COUNTS}
    remind_minutes, quiet = read_count(remind["minutes_before"]), _read_quiet(fields["quiet"])
    if quiet is None or remind_at is None:
        return None
    return Rules(
        book_from=deadline["book_from"],
        book_until=deadline["book_until"],
        wait_until=deadline["wait_until"],
        change_until=deadline["change_until"],
        cancel_until=deadline["cancel_until"],
        bookings_per_person=count["bookings_per_person"],
        largest_party=count["largest_party"],
        hold_minutes=count["hold_minutes"],
        holds_per_person=count["holds_per_person"],
        waits_per_person=count["waits_per_person"],
        offer_minutes=count["offer_minutes"],
        quiet=quiet,
        remind_at=remind_at,
        remind_minutes=remind_minutes,
    )


def read_count(part: Part, least: int = 1) -> int:
    """A whole number, `least` or larger, with which days and instants can still be reckoned."""
    number = part.number(least)
    if number > _MOST:
        part.fault(f"must be at most {_MOST}")
    return min(max(number, least), _MOST)


def _items(part: Part) -> tuple[Part, ...]:
    return () if part.is_absent else part.items()


def _read_named(part: Part, values: Mapping[str, object], group: str) -> object:
    """The value of that name in `pack.yaml`; None, with the fault noted, where the group has none."""
    if part.is_absent:
        return None
    names = values.get(group)
    known = {f"{group}.{name}": value for name, value in names.items()} if isinstance(names, dict) else {}
    name = part.text()
    if name and name not in known:
        part.fault(f"there is no {name!r} among the values of pack.yaml{did_you_mean(name, known)}")
    return known.get(name)


def _read_named_day(part: Part, values: Mapping[str, object]) -> date | None:
    found = _read_named(part, values, "dates")
    return found if isinstance(found, date) else None


def _read_named_hours(part: Part, values: Mapping[str, object]) -> tuple[Span, ...]:
    found = _read_named(part, values, "hours")
    spans = found if isinstance(found, list) else []
    # Spans with a fault of their own are told of at their place in pack.yaml.
    return tuple(Span(*map(time.fromisoformat, span)) for span in spans if _is_span(span))


def _is_span(span: object) -> bool:
    return isinstance(span, list) and len(span) == 2 and all(isinstance(c, str) and _CLOCK.fullmatch(c) for c in span)


def _read_weekdays(part: Part) -> frozenset[int]:
    if part.is_absent:
        return frozenset()
    days = frozenset(_WEEKDAYS.index(read_member(one, _Weekday, _Weekday.SUNDAY)) for one in part.items())
    if len(days) == len(_WEEKDAYS):
        part.fault("closes every day of the week; delete those that are open")
    return days


def _read_year_end(part: Part) -> tuple[MonthDay, MonthDay] | None:
    fields = part.fields(("from", "until"))
    first, last = _read_month_day(fields["from"]), _read_month_day(fields["until"])
    return (first, last) if first and last else None


def _read_month_day(part: Part) -> MonthDay | None:
    text = part.text()
    found = _MONTH_DAY.fullmatch(text)
    if found:
        month, day = int(found[1]), int(found[2])
        try:
            return (month, date(_LEAP_YEAR, month, day).day)
        except ValueError:
            found = None
    if text:
        part.fault(f'{text!r} is no day of every year; write month and day, as in "12-29"')
    return None


def _read_opens(part: Part) -> datetime | None:
    """The opening instant. Its weekday is written too: a date that is one day off shows."""
    fields = part.fields(("day", "weekday", "at"))
    day, clock = fields["day"].day(), _read_clock(fields["at"])
    weekday = read_member(fields["weekday"], _Weekday, _Weekday.MONDAY)
    if day and weekday is not _WEEKDAYS[day.weekday()] and not fields["weekday"].is_absent:
        fields["weekday"].fault(f"{day} is a {_WEEKDAYS[day.weekday()]}; correct the day or the weekday")
    return moment(day, clock) if day and clock is not None else None


def _read_closure(part: Part, desks: list[str]) -> Closure:
    fields = part.fields(("from", "until", "note"), ("service",))
    from_on, until_on = fields["from"].day() or date.min, fields["until"].day() or date.min
    if from_on > until_on > date.min:
        part.fault(f"begins on {from_on}, after its end on {until_on}; put the days in order")
    return Closure(from_on, until_on, _read_service(fields["service"], desks), fields["note"].text())


def _read_special(part: Part, desks: list[str]) -> SpecialHours:
    fields = part.fields(("day", "hours"), ("service",))
    day, service = fields["day"].day() or date.min, _read_service(fields["service"], desks)
    return SpecialHours(day, service, _read_spans(fields["hours"]))


def _read_service(part: Part, desks: list[str]) -> str | None:
    """A desk's id; None (every desk) where it is not written."""
    if part.is_absent:
        return None
    service = part.text()
    if service and service not in desks:
        part.fault(f"there is no desk {service!r} in services.yaml{did_you_mean(service, desks)}")
    return service


def _read_spans(part: Part) -> tuple[Span, ...]:
    items = _items(part)
    spans = tuple(span for one in items if (span := _read_span(one)))
    clocks = [clock for span in spans for clock in (span.start, span.end)]
    if clocks != sorted(set(clocks)):
        part.fault("the times are not in order; write them as the day goes")
    if not items and not part.is_absent:
        part.fault('has no hours; write them as in [["08:30", "11:00"]]')
    return spans


def _read_span(part: Part) -> Span | None:
    clocks = part.texts()
    if len(clocks) != 2 or not all(_CLOCK.fullmatch(clock) for clock in clocks):
        part.fault('must be two times, as in ["08:30", "11:00"]')
        return None
    return Span(*map(time.fromisoformat, clocks))


def _read_quiet(part: Part) -> Span | None:
    """The quiet hours, which may run over midnight."""
    if part.is_absent:
        return None
    span = _read_span(part)
    if span and span.start == span.end:
        part.fault("begins and ends at the same time; nothing would ever be offered")
    return span


def _read_clock(part: Part) -> time | None:
    text = "" if part.is_absent else part.text()
    if text and not _CLOCK.fullmatch(text):
        part.fault(f'{text!r} is no time of day; write it as in "08:30"')
        return None
    return time.fromisoformat(text) if text else None


def _read_deadline(part: Part) -> Deadline:
    """Either so many working days before at a time of day, or so many minutes before."""
    if part.is_absent:
        return Deadline()
    fields = part.fields((), ("working_days", "at", "minutes"))
    names = {name for name in ("working_days", "at", "minutes") if name in fields}
    in_days, in_minutes = names - {"minutes"}, names & {"minutes"}
    if bool(in_minutes) == bool(in_days) or len(in_days) == 1:
        part.fault('must be {working_days: 1, at: "17:00"} or {minutes: 30}')
        return Deadline()
    if in_minutes:
        return Deadline(minutes=read_count(fields["minutes"], least=0))
    return Deadline(working_days=read_count(fields["working_days"], least=0), at=_read_clock(fields["at"]) or time())
