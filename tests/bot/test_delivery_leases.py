"""A letter in hand is this process's for as long as its sending takes; a stop gives back what is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery import Delivery
from bot.store import outbox
from bot.store.engine import engine_at
from bot.store.instant import to_micros
from bot.store.migrations import migrate
from bot.texts import Texts
from tests.bot.store.steps import run
from tests.bot.test_delivery import HOURS, PARKING, PostOffice
from tests.desk import small_content

pytestmark = pytest.mark.anyio

LEASE = timedelta(seconds=60)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    await asyncio.to_thread(migrate, url)
    engine = engine_at(url)
    await engine.open()
    yield PostOffice(engine)
    await engine.close()


def another(office: PostOffice, *, renewed_every_s: float = 20.0, **per_second: float) -> Delivery:
    """A delivery of another process, with the same platform."""
    return Delivery(
        office.engine,
        Texts(small_content()),
        {"telegram": office.platform},
        clock=lambda: office.now,
        per_second=per_second,
        renewed_every_s=renewed_every_s,
    )


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def is_claimed_by_another(office: PostOffice) -> bool:
    return bool(await office.engine.write(outbox.claim(["telegram"], office.now, office.now, 10)))


async def until_begun(office: PostOffice) -> None:
    async with asyncio.timeout(60):
        await office.platform.has_begun.wait()


async def until_renewed(url: str, until: datetime) -> None:
    async with asyncio.timeout(60):
        while run(url, "SELECT leased_until FROM outbox") != [(to_micros(until),)]:  # noqa: ASYNC110 - it happens in the database
            await asyncio.sleep(0.02)


async def test_a_sending_that_outlasts_its_lease_stays_in_one_hand(office: PostOffice, tmp_path: Path) -> None:
    office.platform.answers.clear()
    await office.posts("desk.parking")
    delivery = another(office, renewed_every_s=0.02)
    running = asyncio.create_task(delivery.run())
    await until_begun(office)
    for _ in range(5):
        office.now += LEASE / 2
        await until_renewed(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}", office.now + LEASE)
        assert not await is_claimed_by_another(office)
    office.platform.answers.set()
    await delivery.finish()
    await stopped(running)
    assert office.taken() == [PARKING]


async def test_without_renewal_the_lease_runs_out_as_after_a_kill(office: PostOffice) -> None:
    office.platform.answers.clear()
    await office.posts("desk.parking")
    delivery = another(office)
    running = asyncio.create_task(delivery.run())
    await until_begun(office)
    await stopped(running)
    office.now += LEASE
    assert await is_claimed_by_another(office)
    office.platform.answers.set()
    await delivery.finish()


async def test_a_stop_gives_back_what_a_silent_platform_keeps_waiting(
    office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    office.platform.answers.clear()
    await office.posts("desk.parking", "desk.hours")
    delivery = another(office)
    sending = asyncio.create_task(delivery.run())
    await until_begun(office)
    await stopped(sending)
    await delivery.finish(timeout_s=0.1)
    assert "1 letter(s) given back" in caplog.text
    office.platform.answers.set()
    await office.sends_all()
    assert office.taken() == [PARKING, HOURS]


async def test_a_stop_in_the_middle_of_a_claim_leaves_nothing_leased(office: PostOffice) -> None:
    for number in range(20):
        await office.posts("desk.parking", address=str(number))
        running = asyncio.create_task(another(office).run())
        for _ in range(number):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})
    left = await office.engine.write(outbox.claim(["telegram"], office.now, office.now + LEASE, 50))
    assert len(left) + len(office.taken()) >= 20  # what had been handed over was, all else is free at once


async def test_what_the_platform_cannot_take_now_waits_in_the_outbox_unleased(office: PostOffice) -> None:
    for number in range(8):
        await office.posts("desk.parking", address=str(number))
    delivery = another(office, telegram=2)
    assert await delivery.send_due() == 8
    assert delivery.outcomes["held_back"] > 0
    assert delivery.outcomes["held_back"] + delivery.outcomes["delivered"] == 8
    assert await is_claimed_by_another(office)
    assert await delivery.send_due() == 0  # until there is room again
    for _ in range(8):
        office.now += timedelta(seconds=3)
        await delivery.send_due()
    assert len(office.taken()) == 8


@pytest.mark.parametrize("moments", range(5))
async def test_a_stop_in_the_moment_of_a_call_to_look_again_is_a_stop(office: PostOffice, moments: int) -> None:
    delivery = another(office)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.3)  # it has looked, and rests
    delivery.look()
    for _ in range(moments):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait({running}, timeout=30)
    running.cancel()
    assert ended == {running}
