"""Fills the demonstration's day with bookings, as staff enter them for whoever rings: usage `demo_day.py`.

Reads MADOGUCHI_DATABASE_URL and MADOGUCHI_CLOCK. A day on which the desk is closed stays empty.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime

from bot import content as packs
from bot.booking.bookings import EnteredBy, Made, Wish
from bot.booking.calendar import seats_of, slots_on
from bot.booking.plan import Plan
from bot.booking.slots import Visit, day_of
from bot.booking.tickets import SPACE, make
from bot.booking.visits import visit_at
from bot.language import Language
from bot.settings import read_settings
from bot.store import bookings
from bot.store.migrations import migrate
from bot.store.opened import opened

_EXPECTED = (("points", 1, Language.JA), ("points", 2, Language.EN), ("both", 1, Language.JA_EASY))
_IN_BETWEEN = 2


def main() -> None:
    """Prints the tickets, a line each."""
    settings = read_settings()
    now, plan = settings.clock_starts_at, packs.load_pack(settings.content).booking
    migrate(settings.database_url)
    if plan is not None and now is not None:
        for ticket in asyncio.run(_enter(settings.database_url, plan, now)):
            print(ticket)


async def _enter(database_url: str, plan: Plan, now: datetime) -> list[str]:
    async with opened(database_url) as engine:
        tickets = []
        for service, party, language, visit in _visits(plan, now):
            wish = Wish(make(secrets.randbelow(SPACE)), service, visit, party, "", None, language, EnteredBy.PHONE)
            made = await engine.write(bookings.enter(wish, lambda slot: seats_of(plan, slot, ()), now))
            tickets += [made.booking.ticket] if isinstance(made, Made) else []
        return tickets


def _visits(plan: Plan, now: datetime) -> list[tuple[str, int, Language, Visit]]:
    """Visits still to come today, spread over its slots so that none is in another's way."""
    found = []
    for place, (service, party, language) in enumerate(_EXPECTED):
        starts = [slot.starts_at for slot in slots_on(plan, plan.steps_of(service)[0], day_of(now))]
        free = [visit for at in starts if at >= now and (visit := visit_at(plan, service, at, party))]
        if len(free) > place * _IN_BETWEEN:
            found.append((service, party, language, free[place * _IN_BETWEEN]))
    return found


if __name__ == "__main__":
    main()
