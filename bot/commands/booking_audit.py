"""`madoguchi booking audit`: count bookings, seats, lines and reminders again, and name what does not agree."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from datetime import datetime

from bot.auditor import Audit, audit
from bot.booking.plan import Plan
from bot.booking.recount import Disagreement, Finding
from bot.booking.slots import TOKYO
from bot.errors import BotError
from bot.settings import Settings, read_settings
from bot.store.opened import opened
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
    counted = asyncio.run(_count(settings, plan, start_clock(settings)()))
    _show(counted.findings)
    seats = sum(row.count for row in counted.kept.seats)
    print(f"{len(counted.kept.bookings)} booking(s), {seats} seat(s): {len(counted.findings)} finding(s).")
    return 1 if counted.findings else 0


async def _count(settings: Settings, plan: Plan, now: datetime) -> Audit:
    async with opened(settings.database_url) as engine:
        return await engine.read(audit(plan, now))


def _show(findings: Iterable[Finding]) -> None:
    for one in findings:
        words = _WORDS[one.what].format(expected=one.expected, found=one.found)
        slot = f" {one.slot.service} {one.slot.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if one.slot else ""
        print(f"{one.what}:{slot} {', '.join(one.tickets) or '(no ticket)'}: {words}")
