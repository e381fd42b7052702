"""`madoguchi booking audit`: count bookings, seats, lines and reminders again, and name what does not agree."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from datetime import datetime

from bot.booking.bookings import Limits
from bot.booking.calendar import seats_of
from bot.booking.plan import Plan
from bot.booking.recount import Disagreement, Finding, Kept, recount
from bot.booking.slots import TOKYO, Override, day_of, moment
from bot.errors import BotError
from bot.settings import Settings, read_settings
from bot.store import booking_audit, overrides
from bot.store.opened import opened
from bot.store.unit import Work
from bot.wiring import open_desk, start_clock

_WORDS = {
    Disagreement.SEATS_LACKING: "booked {expected} seat(s), has {found}",
    Disagreement.SEATS_TO_SPARE: "booked {expected} seat(s), has {found}",
    Disagreement.SEAT_OF_NOBODY: "{found} seat(s) taken that no booking has",
    Disagreement.OVERBOOKED: "{found} seat(s) taken of {expected}",
    Disagreement.TOO_MANY_OF_ONE_PERSON: "one person has {found} bookings, at most {expected} allowed",
    Disagreement.OUT_OF_LINE: "in line {found} time(s), should be {expected}",
    Disagreement.REMINDERS_DIFFER: "{found} reminder(s) wait, should be {expected}",
    Disagreement.HOLD_OVERLOOKED: "held for long after its time; is `madoguchi serve` running?",
}


def run(options: argparse.Namespace) -> int:
    """Print every disagreement; 1 if there is one."""
    del options
    settings = read_settings()
    plan = open_desk(settings.content).content.booking
    if plan is None:
        raise BotError(f"{settings.content}: the pack has no booking folder")
    now = start_clock(settings)()
    kept, made = asyncio.run(_read(settings, plan, now))
    limits = Limits(plan.rules.bookings_per_person, plan.rules.holds_per_person, plan.rules.waits_per_person)
    findings = recount(kept, lambda slot: seats_of(plan, slot, made), limits, now)
    _show(findings)
    seats = sum(row.count for row in kept.seats)
    print(f"{len(kept.bookings)} booking(s), {seats} seat(s): {len(findings)} finding(s).")
    return 1 if findings else 0


async def _read(settings: Settings, plan: Plan, now: datetime) -> tuple[Kept, tuple[Override, ...]]:
    async with opened(settings.database_url) as engine:
        return await engine.read(_view(plan, now))


def _view(plan: Plan, now: datetime) -> Work[tuple[Kept, tuple[Override, ...]]]:
    today = day_of(now)
    kept = yield from booking_audit.kept_since(moment(today, datetime.min.time()))
    entered = yield from overrides.between(today, plan.calendar.last_on)
    return kept, tuple(one.override for one in entered)


def _show(findings: Iterable[Finding]) -> None:
    for one in findings:
        words = _WORDS[one.what].format(expected=one.expected, found=one.found)
        slot = f" {one.slot.service} {one.slot.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if one.slot else ""
        print(f"{one.what}:{slot} {', '.join(one.tickets) or '(no ticket)'}: {words}")
