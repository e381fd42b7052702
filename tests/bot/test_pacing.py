"""Messages go out no faster than a platform takes them, from however many processes."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.pacing import Gates
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from tests.desk import AT

pytestmark = pytest.mark.anyio


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    await asyncio.to_thread(migrate, url)
    engine = engine_at(url)
    await engine.open()
    yield engine
    await engine.close()


def real_gates(engine: Engine, **per_second: float) -> Gates:
    return Gates(engine, per_second, clock=lambda: datetime.now(UTC))


async def passed_at(gates: Gates, times: int) -> list[float]:
    """When messages passed that all came at once, in seconds."""
    clock = asyncio.get_running_loop().time

    async def one() -> float | None:
        return clock() if await gates.admits("telegram") else None

    return sorted(at for at in await asyncio.gather(*(one() for _ in range(times))) if at is not None)


async def test_a_channel_without_a_rate_is_never_held_up(engine: Engine) -> None:
    gates = real_gates(engine, telegram=1)
    assert all([await gates.admits("webchat") for _ in range(100)])


async def test_two_processes_together_keep_to_the_rate(engine: Engine) -> None:
    one, other = (real_gates(engine, telegram=40) for _ in range(2))
    begun = asyncio.get_running_loop().time()
    passed = sorted(at for each in await asyncio.gather(passed_at(one, 15), passed_at(other, 15)) for at in each)
    assert len(passed) == 30
    for number, at in enumerate(passed):
        assert at - begun >= number / 40 - 0.01  # never early; on a busy machine they may all be late


async def test_those_whom_a_busy_machine_held_up_go_one_by_one_all_the_same(engine: Engine) -> None:
    gates = real_gates(engine, telegram=40)
    passing = asyncio.create_task(passed_at(gates, 30))
    await asyncio.sleep(0.2)
    time.sleep(0.4)  # noqa: ASYNC251 - this is the busy machine
    passed = await passing
    assert len(passed) == 30
    for first, fifth_after in itertools.pairwise(passed[::5]):
        assert fifth_after - first >= 5 / 40 - 0.06  # as many as 50 ms are worth may make up for being late


async def test_what_does_not_fit_into_the_next_second_stays_outside(engine: Engine) -> None:
    gates = real_gates(engine, telegram=20)
    assert 20 <= len(await passed_at(gates, 100)) <= 45


async def test_a_full_gate_says_so_until_there_is_room(engine: Engine) -> None:
    now = AT
    gates = Gates(engine, {"telegram": 1}, clock=lambda: now)
    assert await gates.admits("telegram")
    waiting = [asyncio.create_task(gates.admits("telegram")) for _ in range(3)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert not gates.is_open("telegram")
    now += timedelta(seconds=5)
    assert gates.is_open("telegram")
    assert await gates.admits("telegram")
    await asyncio.gather(*waiting)


async def test_places_taken_ahead_are_let_go_when_they_are_old(engine: Engine) -> None:
    now = AT
    gates = Gates(engine, {"line": 1000}, clock=lambda: now)
    assert await gates.admits("line")
    now += timedelta(seconds=10)
    other = Gates(engine, {"line": 1000}, clock=lambda: now)
    assert await other.admits("line")
    assert await gates.admits("line")
    places = gates._gates["line"]._places
    assert min(places) > now + timedelta(milliseconds=49)  # behind the other's, not those of ten seconds ago
