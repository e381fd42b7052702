from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store import rates
from bot.store.engine import Engine
from tests.bot.store.steps import AT

pytestmark = pytest.mark.anyio

TENTH = timedelta(milliseconds=100)


async def test_the_first_places_begin_now(engine: Engine) -> None:
    assert await engine.write(rates.take("line", AT, 3 * TENTH)) == rates.Places(AT, AT + 3 * TENTH)


async def test_places_follow_one_another_whoever_takes_them(engine: Engine, other_engine: Engine) -> None:
    await engine.write(rates.take("line", AT, 3 * TENTH))
    assert (await other_engine.write(rates.take("line", AT + TENTH, TENTH))).first_at == AT + 3 * TENTH


async def test_places_that_nobody_took_are_gone(engine: Engine) -> None:
    await engine.write(rates.take("line", AT, TENTH))
    later = AT + timedelta(minutes=1)
    assert (await engine.write(rates.take("line", later, TENTH))).first_at == later


async def test_beyond_the_horizon_there_are_none_and_it_is_said_when(engine: Engine) -> None:
    await engine.write(rates.take("line", AT, rates.HORIZON))
    await engine.write(rates.take("line", AT, TENTH))
    refused = await engine.write(rates.take("line", AT, TENTH))
    assert refused.first_at is None
    assert (await engine.write(rates.take("line", refused.again_at, TENTH))).first_at == AT + rates.HORIZON + TENTH


async def test_channels_do_not_wait_for_one_another(engine: Engine) -> None:
    await engine.write(rates.take("telegram", AT, rates.HORIZON + TENTH))
    assert (await engine.write(rates.take("line", AT, TENTH))).first_at == AT


async def test_a_clock_set_back_begins_the_queue_anew(engine: Engine) -> None:
    await engine.write(rates.take("line", AT + timedelta(hours=1), TENTH))
    assert (await engine.write(rates.take("line", AT, TENTH))).first_at == AT


async def test_at_once_no_place_is_given_twice(engine: Engine, other_engine: Engine) -> None:
    asked = [one.write(rates.take("line", AT, TENTH)) for one in (engine, other_engine) for _ in range(5)]
    given = [places.first_at for places in await asyncio.gather(*asked)]
    assert sorted(at for at in given if at is not None) == [AT + place * TENTH for place in range(10)]
