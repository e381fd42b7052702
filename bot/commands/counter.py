"""`madoguchi counter`: let a counter PC enrol, see which there are, and take one's token away."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import timedelta

from bot.enrolment import bare_code, digest, new_code
from bot.settings import Settings, read_settings
from bot.store import agents
from bot.store.agents import AgentRow
from bot.store.opened import opened
from bot.wiring import start_clock


def run(options: argparse.Namespace) -> int:
    """Do one of the three. 1: there is no such counter."""
    settings = read_settings()
    match options.action:
        case "enrol":
            return asyncio.run(_enrol(settings, timedelta(minutes=options.minutes), is_json=options.json))
        case "revoke":
            return asyncio.run(_revoke(settings, options.agent_id))
        case _:
            return _list(asyncio.run(_every(settings)), is_json=options.json)


async def _enrol(settings: Settings, holds_for: timedelta, *, is_json: bool) -> int:
    """Print a code that one counter can enrol with, once, and until when."""
    code, expires_at = new_code(), start_clock(settings)() + holds_for
    async with opened(settings.database_url) as engine:
        await engine.write(agents.add_code(digest(bare_code(code)), expires_at))
    if is_json:
        print(json.dumps({"code": code, "expires_at": expires_at.isoformat()}))
        return 0
    minutes = int(holds_for.total_seconds() // 60)
    print(f"{code}\nOn the counter's PC, within {minutes} minutes, once:  counter-agent enrol {code}")
    return 0


async def _every(settings: Settings) -> tuple[AgentRow, ...]:
    async with opened(settings.database_url) as engine:
        return await engine.read(agents.every())


def _list(found: tuple[AgentRow, ...], *, is_json: bool) -> int:
    if is_json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        state = f"revoked {one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else "may report"
        print(f"{one.agent_id}  enrolled {one.enrolled_at:%Y-%m-%d %H:%M}  {state}  {one.name}")
    print(f"{len(found)} counter(s).")
    return 0


async def _revoke(settings: Settings, agent_id: str) -> int:
    async with opened(settings.database_url) as engine:
        is_done = await engine.write(agents.revoke(agent_id, start_clock(settings)()))
    print(f"counter {agent_id}: {'revoked' if is_done else 'no such counter may report'}")
    return 0 if is_done else 1


def _as_json(one: AgentRow) -> dict[str, object]:
    return {
        "id": one.agent_id,
        "name": one.name,
        "enrolled_at": one.enrolled_at.isoformat(),
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
    }
