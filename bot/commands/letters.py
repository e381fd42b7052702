"""`madoguchi letters`: messages that were given up, with why; send one again, or let it go."""

from __future__ import annotations

import argparse
import asyncio
import json

from bot.settings import read_settings
from bot.store import dead_letters, outbox
from bot.store.opened import opened
from bot.store.outbox import DeadLetter

_MOST = 1000


def run(options: argparse.Namespace) -> int:
    """Print them, newest first; or act on one. 1: there is no such letter."""
    if options.resend is not None or options.drop is not None:
        return asyncio.run(_act(read_settings().database_url, options.resend, options.drop))
    found = asyncio.run(_read(read_settings().database_url))
    if options.json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        tried = f"given up {one.dead_at:%Y-%m-%d %H:%M} after {one.attempts}"
        print(f"{one.id:>10}  {one.channel:10} {tried}: {one.last_error}")
    print(f"{len(found)} letter(s) given up.")
    return 0


async def _read(database_url: str) -> tuple[DeadLetter, ...]:
    async with opened(database_url) as engine:
        return await engine.read(outbox.dead(_MOST))


async def _act(database_url: str, resend: int | None, drop: int | None) -> int:
    async with opened(database_url) as engine:
        work = dead_letters.drop(drop) if resend is None and drop is not None else dead_letters.resend(resend or 0)
        is_done = await engine.write(work)
    letter_id = drop if resend is None else resend
    print(f"letter {letter_id}: {'done' if is_done else 'no such letter was given up'}")
    return 0 if is_done else 1


def _as_json(one: DeadLetter) -> dict[str, object]:
    return {
        "id": one.id,
        "channel": one.channel,
        "said_at": one.said_at.isoformat(),
        "given_up_at": one.dead_at.isoformat(),
        "attempts": one.attempts,
        "error": one.last_error,
    }
