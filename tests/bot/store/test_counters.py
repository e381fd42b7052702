from __future__ import annotations

import pytest

from bot.store import counters
from bot.store.counters import Feedback
from bot.store.engine import Engine

pytestmark = pytest.mark.anyio


async def test_nothing_is_counted_at_first(engine: Engine) -> None:
    assert await engine.read(counters.feedback()) == ()


async def test_votes_are_counted_for_each_entry_and_each_kind(engine: Engine) -> None:
    for entry_id, helped in (("desk.hours", True), ("desk.hours", True), ("desk.hours", False), ("a.b", False)):
        await engine.write(counters.count_feedback(entry_id, helped))
    assert await engine.read(counters.feedback()) == (
        Feedback("a.b", helped=False, count=1),
        Feedback("desk.hours", helped=True, count=2),
        Feedback("desk.hours", helped=False, count=1),
    )
