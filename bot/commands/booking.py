"""`madoguchi booking …`: the day's list, bookings for the telephone and the door, and changes of the calendar."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
from collections.abc import Callable
from datetime import datetime, time
from typing import TypeVar

from bot import staff
from bot.booking.bookings import Booking, EnteredBy, Status
from bot.booking.plan import Plan
from bot.booking.slots import TOKYO, Override, OverrideKind, Span, StopSwitch, day_of
from bot.booking.tickets import Misread, parse
from bot.dialogue import Desk, Phrase
from bot.errors import BotError
from bot.handlers import booked
from bot.language import Language
from bot.settings import Settings, read_settings
from bot.staff import Hit, NotEntered
from bot.store import overrides
from bot.store.again import write_again
from bot.store.booking_rows import DayEntry
from bot.store.opened import opened
from bot.store.unit import Work
from bot.texts import Texts
from bot.wiring import open_desk, start_clock

T = TypeVar("T")
_COLUMNS = ("time", "until", "services", "party", "ticket", "status_of", "entered_by", "call")
_UNREACHED = frozenset({Status.CONFIRMED, Status.OFFERED})


class _Office:
    """What every action needs: the settings, the desk, the clock, and a way to the database."""

    def __init__(self) -> None:
        self.settings: Settings = read_settings()
        self.desk: Desk = open_desk(self.settings.content, self.settings.cache)
        if self.desk.content.booking is None:
            raise BotError(f"{self.settings.content}: the pack has no booking folder")
        self.plan: Plan = self.desk.content.booking
        self.now: datetime = start_clock(self.settings)()
        self._texts = Texts(self.desk.content)

    def word(self, key: str) -> str:
        return self.words(Phrase(key))

    def words(self, phrase: Phrase) -> str:
        return self._texts.word(phrase, Language.JA, day_of(self.now))

    def does(self, work: Callable[[], Work[T]]) -> T:
        return asyncio.run(self._do(work))

    async def _do(self, work: Callable[[], Work[T]]) -> T:
        async with opened(self.settings.database_url) as engine:
            return await write_again(engine, work)


def run(options: argparse.Namespace) -> int:
    """Do one action; 1 where it was not done."""
    return _ACTIONS[options.action](_Office(), options)


def _day(office: _Office, options: argparse.Namespace) -> int:
    """The day's list as a table, or as CSV that Excel opens (UTF-8 with its mark, CRLF)."""
    day = options.date or day_of(office.now)
    entries = office.does(lambda: staff.day_list(day))
    heads = [office.word(f"staff.{name}") for name in _COLUMNS]
    rows = [_row(office, entry) for entry in entries if entry.booking.status is not Status.HELD]
    if options.csv:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([heads, *rows])
        options.csv.write_bytes(out.getvalue().encode("utf-8-sig"))
        print(f"{options.csv}: {len(rows)} booking(s) of {day}")
        return 0
    for row in [heads, *rows]:
        print("\t".join(row))
    print(f"{len(rows)} booking(s) on {day}.")
    return 0


def _row(office: _Office, entry: DayEntry) -> list[str]:
    booking = entry.booking
    is_to_call = not entry.is_reachable and booking.status in _UNREACHED and booking.entered_by is EnteredBy.CHAT
    return [
        f"{booking.starts_at.astimezone(TOKYO):%H:%M}",
        f"{booking.ends_at.astimezone(TOKYO):%H:%M}",
        office.word(f"booking.service.{booking.service}.label"),
        str(booking.party),
        booking.ticket,
        office.word(f"staff.status.{booking.status}"),
        office.word(f"staff.by.{booking.entered_by}"),
        office.word("staff.call_them") if is_to_call else "",
    ]


def _enter(office: _Office, options: argparse.Namespace) -> int:
    by = EnteredBy.WALK_IN if options.walk_in else EnteredBy.PHONE
    starts_at = datetime.combine(options.date, options.at, TOKYO)
    if options.service not in office.plan.services:
        raise BotError(f"there is no service {options.service!r}; it may be {', '.join(office.plan.services)}")
    made = office.does(lambda: staff.enter(office.plan, options.service, starts_at, options.party, by, office.now))
    if isinstance(made, NotEntered):
        why = booked.refusal(made.refusal) or (Phrase("booking.full"),)
        print("".join(office.words(phrase) for phrase in why))
        for visit in made.nearest:
            print(f"  free: {visit.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}")
        return 1
    print(f"{made.ticket}\t{_when(made)}")
    return 0


def _cancel(office: _Office, options: argparse.Namespace) -> int:
    return _told(office.does(lambda: staff.cancel(office.plan, _ticket(options.ticket), office.now)), "cancelled")


def _no_show(office: _Office, options: argparse.Namespace) -> int:
    found = office.does(lambda: staff.no_show(_ticket(options.ticket), office.now))
    if isinstance(found, staff.NotYet):
        print(f"{found.booking.ticket} has not begun: {_when(found.booking)}; nothing was changed")
        return 1
    return _told(found, "noted as not come")


def _close(office: _Office, options: argparse.Namespace) -> int:
    return _changed(office, options, OverrideKind.CLOSED, reason=options.reason)


def _open(office: _Office, options: argparse.Namespace) -> int:
    return _changed(office, options, OverrideKind.HOURS, hours=options.hours)


def _seats(office: _Office, options: argparse.Namespace) -> int:
    return _changed(office, options, OverrideKind.SEATS, seats=options.seats)


def _changed(
    office: _Office,
    options: argparse.Namespace,
    kind: OverrideKind,
    *,
    hours: tuple[Span, ...] = (),
    seats: int | None = None,
    reason: str = "",
) -> int:
    if options.service not in {None, *(desk.id for desk in office.plan.desks)}:
        raise BotError(f"there is no desk {options.service!r}; it may be {', '.join(d.id for d in office.plan.desks)}")
    calendar = office.plan.calendar
    first_on, last_on = max(calendar.first_on, day_of(office.now)), calendar.last_on
    if not first_on <= options.date <= last_on:
        raise BotError(f"{options.date} is not a day to change; it may be one from {first_on} to {last_on}")
    override = Override(options.date, options.service, kind, hours, seats, reason, office.now)
    hit: Hit = office.does(lambda: staff.change_day(office.plan, override, office.now, is_forced=options.force))
    for booking in hit.bookings:
        print(f"  hits {booking.ticket}\t{_when(booking)}")
    if not hit.is_done:
        print("Nothing was changed. Move or cancel these first, or say --force: they keep their seats.")
        return 1
    print(f"{options.date}: {kind} from now on.")
    return 0


def _stop(office: _Office, options: argparse.Namespace) -> int:
    office.does(lambda: overrides.stop(StopSwitch(options.channel, options.message), office.now))
    print(f"no bookings on {options.channel or 'any channel'} until `madoguchi booking resume`")
    return 0


def _resume(office: _Office, options: argparse.Namespace) -> int:
    was_stopped = office.does(lambda: overrides.resume(options.channel))
    print("bookings are taken again" if was_stopped else "nothing was stopped")
    return 0 if was_stopped else 1


def _ticket(typed: str) -> str:
    ticket = parse(typed)
    if isinstance(ticket, Misread):
        raise BotError(f"{typed!r} is no ticket; it has eight signs, like P8K7-WT9F")
    return ticket


def _told(booking: Booking | None, what: str) -> int:
    print(f"{booking.ticket}\t{_when(booking)}\t{what}" if booking else "there is no such booking to change")
    return 0 if booking else 1


def _when(booking: Booking) -> str:
    return f"{booking.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M} {booking.service} ({booking.party})"


_ACTIONS: dict[str, Callable[[_Office, argparse.Namespace], int]] = {
    "day": _day,
    "enter": _enter,
    "cancel": _cancel,
    "no-show": _no_show,
    "close": _close,
    "open": _open,
    "seats": _seats,
    "stop": _stop,
    "resume": _resume,
}


def hours(text: str) -> tuple[Span, ...]:
    """Opening hours as typed: `09:00-12:00` or `09:00-11:00,13:00-15:00`. Raises ValueError."""
    spans = [Span(*(time.fromisoformat(end) for end in part.split("-"))) for part in text.split(",")]
    if not spans or any(span.start >= span.end for span in spans):
        raise ValueError(text)
    return tuple(spans)
