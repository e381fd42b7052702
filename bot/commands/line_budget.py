"""`madoguchi line budget`: how many messages were pushed over LINE this month, and how many still may be."""

from __future__ import annotations

import argparse
import asyncio
import json

from bot.channels.line import Line
from bot.channels.line_budget import Month
from bot.errors import SettingsError
from bot.settings import LineSettings, read_settings


def run(options: argparse.Namespace) -> int:
    """Print the month as LINE counts it."""
    settings = read_settings()
    if settings.line is None:
        raise SettingsError("MADOGUCHI_LINE_ACCESS_TOKEN", "is needed to ask LINE for its count")
    month = asyncio.run(_ask(settings.line))
    if options.json:
        print(json.dumps({"used": month.used, "most": month.most, "kept_for_notices": month.kept}))
    else:
        print(f"pushed this month {month.used} of {'no limit' if month.most is None else month.most}")
        print(f"kept for reminders, cancellations and tickets {month.kept}")
    return 0


async def _ask(settings: LineSettings) -> Month:
    line = Line(
        settings.access_token.reveal(),
        settings.host,
        push_budget=settings.push_budget,
        kept_percent=settings.push_kept_percent,
    )
    try:
        return await line.month()
    finally:
        await line.close()
