"""The nightly recount: once a night, at its hour, and what does not agree is told without a ticket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.bot.booking_house import House, opened_house
from tests.bot.store.steps import run

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as house:
        yield house


async def looks(house: House, at: str) -> int | None:
    house.now = datetime.fromisoformat(f"{at}+09:00")
    await house.auditor.look()
    return house.auditor.found


async def test_it_counts_at_three_at_night_and_not_before(house: House) -> None:
    await house.books("anna")
    assert await looks(house, "2022-07-01T23:59") is None
    assert await looks(house, "2022-07-02T02:59") is None
    assert await looks(house, "2022-07-02T03:00") == 0


async def test_a_seat_that_is_lacking_is_an_error_without_the_ticket(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await house.books("anna")
    (booked,) = await house.bookings("anna")
    run(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}", "DELETE FROM seats WHERE seat = 1")
    with caplog.at_level(logging.INFO, "bot.auditor"):
        assert await looks(house, "2022-07-02T03:00") == 1
    (error,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "seats_lacking points 2022-07-05 10:00 should be 2, is 1" in error
    assert booked.ticket not in caplog.text


async def test_a_night_that_was_missed_is_made_up_for_and_the_next_counts_again(house: House, tmp_path: Path) -> None:
    await house.books("anna")
    assert await looks(house, "2022-07-02T09:00") == 0
    run(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}", "DELETE FROM seats WHERE seat = 1")
    assert await looks(house, "2022-07-02T23:00") == 0
    assert await looks(house, "2022-07-03T03:00") == 1
