"""`madoguchi booking rehearse`: the rush at the opening instant, through the whole dialogue, on a copy of the calendar.

The database is an empty one of its own, with what staff have changed so far; the real one is only read.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.auditor import audit
from bot.booking.plan import Plan
from bot.booking.slots import TOKYO, Override, day_of
from bot.booking.visits import next_visits
from bot.dialogue import Desk, Incoming, Kind, Phrase, Pressed
from bot.errors import BotError, StoreError
from bot.language import Language
from bot.settings import read_settings
from bot.store import outbox, overrides
from bot.store.engine import Engine
from bot.store.migrations import migrate
from bot.store.opened import opened
from bot.texts import Texts
from bot.turn import Turns
from bot.wiring import open_desk

_CHANNEL = "webchat"
_MOST_LETTERS = 50


@dataclass
class _Rush:
    """What came of the residents."""

    plan: Plan
    engine: Engine
    turns: Turns
    word: Callable[[Phrase], str]
    waited_s: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    async def one(self, number: int, wanted: datetime) -> None:
        """One resident books the first free time, or takes the nearest one that is offered, at most three times."""
        address = f"resident-{number}"
        begun = time.perf_counter()
        service = next(iter(self.plan.desks)).id
        for step in ("booking", f"booking:1.service={service}", "booking:1.ready", "booking:1.party=1"):
            await self._press(address, step)
        await self._press(address, f"booking:1.day={wanted.astimezone(TOKYO).date().isoformat()}")
        said = await self._press(address, f"booking:1.time={wanted.isoformat()}")
        for _ in range(3):
            nearest = next((token for token in said if ".time=" in token), None)
            if _to_confirm(said) or nearest is None:
                break
            said = await self._press(address, nearest)
        if confirm := _to_confirm(said):
            await self._press(address, confirm)
        self.waited_s.append(time.perf_counter() - begun)
        last = (await self.engine.read(outbox.after(_CHANNEL, address, 0, _MOST_LETTERS)))[-1].say
        self.ended["booked" if last.kind is Kind.TICKET else self.word(last.phrases[0])] += 1

    async def _press(self, address: str, token: str) -> tuple[str, ...]:
        event = f"{address} {token} {time.perf_counter_ns()}"
        await self.turns.take(Incoming(_CHANNEL, event, address, self.plan.calendar.opens_at, Pressed(token)))
        letters = await self.engine.read(outbox.after(_CHANNEL, address, 0, _MOST_LETTERS))
        return tuple(choice.token for choice in letters[-1].say.choices)


def _to_confirm(tokens: tuple[str, ...]) -> str | None:
    """The button that books, if it is on the screen."""
    return next((token for token in tokens if token.partition("=")[0].endswith(".confirm")), None)


def run(options: argparse.Namespace) -> int:
    """Print how the rush went; 1 if a seat was given twice."""
    settings = read_settings()
    desk = open_desk(settings.content, settings.cache)
    if desk.content.booking is None:
        raise BotError(f"{settings.content}: the pack has no booking folder")
    plan = desk.content.booking
    changes = asyncio.run(_changes(settings.database_url, plan))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'rehearsal.db'}"
        migrate(url)
        return asyncio.run(_rehearse(desk, plan, changes, url, options.residents, options.at_once))


async def _changes(url: str, plan: Plan) -> tuple[Override, ...]:
    """What staff have changed, by the real database; nothing if there is none yet, and it says so."""
    try:
        async with opened(url) as engine:
            found = await engine.read(overrides.between(plan.calendar.first_on, plan.calendar.last_on))
    except StoreError as error:
        print(f"with the pack's calendar alone: {error}")
        return ()
    print(f"with the pack's calendar and {len(found)} change(s) by staff, on an empty SQLite database of its own")
    return tuple(one.override for one in found)


async def _rehearse(desk: Desk, plan: Plan, changes: Sequence[Override], url: str, residents: int, at_once: int) -> int:
    now = plan.calendar.opens_at
    async with opened(url) as engine:
        for change in changes:
            await engine.write(overrides.add(change))
        turns = Turns(engine, desk, clock=lambda: now, keep=timedelta(days=1), pushed=frozenset(), said=lambda *_: None)
        texts = Texts(desk.content)
        rush = _Rush(plan, engine, turns, lambda phrase: texts.word(phrase, Language.JA, day_of(now)))
        first = next_visits(plan, next(iter(plan.desks)).id, 1, now, most=1, overrides=changes)
        if not first:
            raise BotError("nothing can be booked at the opening instant; see `madoguchi content check`")
        crowd = asyncio.Semaphore(at_once)

        async def comes(number: int) -> None:
            async with crowd:
                await rush.one(number, first[0].starts_at)

        begun = time.perf_counter()
        await asyncio.gather(*(comes(number) for number in range(residents)))
        took_s = time.perf_counter() - begun
        counted = await engine.read(audit(plan, now))
    waited = sorted(rush.waited_s)
    print(f"{residents} residents, {at_once} at once, all wanting {first[0].starts_at:%Y-%m-%d %H:%M}: {took_s:.1f} s")
    print(f"from the first press to the end: p50 {_at(waited, 50):.2f} s, p99 {_at(waited, 99):.2f} s")
    for what, count in rush.ended.most_common():
        print(f"  {count:6}  {what}")
    print(f"seats taken {sum(row.count for row in counted.kept.seats)}, findings of the audit {len(counted.findings)}")
    return 1 if counted.findings else 0


def _at(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
