"""`madoguchi faq forget-unanswered`: delete every question that was kept because it found no sure answer."""

from __future__ import annotations

import argparse
import asyncio

from bot.settings import Settings, read_settings
from bot.store import unanswered
from bot.store.opened import opened


def run(options: argparse.Namespace) -> int:
    """Delete them and say how many there were."""
    del options
    print(f"{asyncio.run(_forget(read_settings()))} kept question(s) deleted.")
    return 0


async def _forget(settings: Settings) -> int:
    async with opened(settings.database_url) as engine:
        return await engine.write(unanswered.forget_all())
