from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store import conversations, guesses
from bot.store.engine import Engine
from tests.bot.store.booked import NOW, person
from tests.bot.store.steps import every_row_of

pytestmark = pytest.mark.anyio

TARO, HANAKO = guesses.guesser("telegram", "taro-4711"), guesses.guesser("telegram", "hanako")


async def guessed(engine: Engine, times: int) -> int:
    return [await engine.write(guesses.wrong(TARO, NOW)) for _ in range(times)][-1]


async def test_ten_wrong_tickets_lock_for_an_hour(engine: Engine) -> None:
    assert await guessed(engine, 9) == 9
    assert not await engine.read(guesses.is_locked(TARO, NOW))
    assert await guessed(engine, 1) == 10
    assert await engine.read(guesses.is_locked(TARO, NOW))
    assert not await engine.read(guesses.is_locked(HANAKO, NOW))
    assert await engine.read(guesses.is_locked(TARO, NOW + guesses.WINDOW - timedelta(seconds=1)))
    assert not await engine.read(guesses.is_locked(TARO, NOW + guesses.WINDOW))


async def test_old_guesses_count_no_more(engine: Engine) -> None:
    await guessed(engine, 9)
    assert await engine.write(guesses.wrong(TARO, NOW + guesses.WINDOW)) == 1


async def test_to_be_forgotten_does_not_unlock_and_leaves_no_address(engine: Engine, url: str) -> None:
    await engine.write(person("taro-4711"))
    await guessed(engine, 10)
    await engine.write(conversations.forget("telegram", "taro-4711"))
    assert await engine.read(guesses.is_locked(TARO, NOW))
    assert "4711" not in every_row_of(url)
    assert await engine.write(guesses.purge(NOW + guesses.WINDOW, 10)) == 1
    assert not await engine.read(guesses.is_locked(TARO, NOW))
