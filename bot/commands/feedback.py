"""`madoguchi feedback`: how often residents said that an answer helped, or did not. Counts only, no persons."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict

from bot.settings import read_settings
from bot.store import counters
from bot.store.opened import opened


def run(options: argparse.Namespace) -> int:
    """Print one line for each entry that was rated."""
    rated = asyncio.run(_read(read_settings().database_url))
    if options.json:
        print(json.dumps([{"entry": entry, **counts} for entry, counts in sorted(rated.items())], ensure_ascii=False))
        return 0
    for entry, counts in sorted(rated.items()):
        print(f"{entry:40} helped {counts['helped']:6}   did not help {counts['not_helped']:6}")
    return 0


async def _read(database_url: str) -> dict[str, dict[str, int]]:
    async with opened(database_url) as engine:
        rows = await engine.read(counters.feedback())
    rated: dict[str, dict[str, int]] = defaultdict(lambda: {"helped": 0, "not_helped": 0})
    for row in rows:
        rated[row.entry_id]["helped" if row.helped else "not_helped"] += row.count
    return dict(rated)
