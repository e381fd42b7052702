"""`madoguchi console`: the same bot in a terminal, through the same turn, store and wording."""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid

from bot.channels.webchat import Shown
from bot.dialogue import Body, Incoming, Opened, Text
from bot.running import Running
from bot.settings import read_settings
from bot.store.migrations import migrate
from bot.wiring import Service, build_service

_NAME = "console"
_PROMPT = "> "


def run(options: argparse.Namespace) -> int:
    """Talk until the end of input."""
    del options
    settings = read_settings()
    service = build_service(settings)
    migrate(settings.database_url)
    asyncio.run(_talk(service))
    return 0


async def _talk(service: Service) -> None:
    address = uuid.uuid4().hex
    async with Running(service):
        await _say(service, address, Opened())
        while (line := await asyncio.to_thread(_read_line)) is not None:
            await _say(service, address, Text(line))


async def _say(service: Service, address: str, body: Body) -> None:
    event_id = uuid.uuid4().hex
    await service.turns.take(Incoming(_NAME, event_id, address, service.clock(), body))
    for message in await service.letterboxes[_NAME].for_event(address, event_id):
        print(_laid_out(message))


def _laid_out(message: Shown) -> str:
    numbered = (f"  {number}. {label}" for number, (label, _) in enumerate(message.choices, start=1))
    return "\n".join(["", message.text, *numbered, ""])


def _read_line() -> str | None:
    if sys.stdin.isatty():
        print(_PROMPT, end="", flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
