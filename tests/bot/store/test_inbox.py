from __future__ import annotations

import pytest

from bot.store import inbox
from bot.store.engine import Engine
from tests.bot.store.steps import AT, MINUTE

pytestmark = pytest.mark.anyio


async def test_an_event_is_taken_once(engine: Engine) -> None:
    assert await engine.write(inbox.mark("telegram", "1", AT))
    assert not await engine.write(inbox.mark("telegram", "1", AT + MINUTE))


async def test_the_same_id_on_another_channel_is_another_event(engine: Engine) -> None:
    assert await engine.write(inbox.mark("telegram", "1", AT))
    assert await engine.write(inbox.mark("line", "1", AT))


async def test_purging_forgets_the_events_before_an_instant_and_no_other(engine: Engine) -> None:
    await engine.write(inbox.mark("telegram", "old", AT))
    await engine.write(inbox.mark("telegram", "new", AT + MINUTE))
    assert await engine.write(inbox.purge(AT + MINUTE, 10)) == 1
    assert await engine.write(inbox.mark("telegram", "old", AT))
    assert not await engine.write(inbox.mark("telegram", "new", AT))


async def test_purging_deletes_at_most_so_many_the_oldest_first(engine: Engine) -> None:
    for minute in (3, 1, 2):
        await engine.write(inbox.mark("telegram", str(minute), AT + minute * MINUTE))
    assert await engine.write(inbox.purge(AT + 9 * MINUTE, 2)) == 2
    assert not await engine.write(inbox.mark("telegram", "3", AT))
    assert await engine.write(inbox.purge(AT + 9 * MINUTE, 2)) == 1
