"""`madoguchi booking audit` as the night's job runs it."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.booking.bookings import Made, Wish
from bot.booking.slots import Slot, Visit
from bot.commands import booking_audit
from bot.language import Language
from bot.store import bookings
from bot.store.migrations import migrate
from bot.store.opened import opened

NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
NINE = datetime(2022, 7, 5, 0, 0, tzinfo=UTC)
WISH = Wish(
    "23F4-56HJ", "points", Visit((Slot("points", NINE, NINE + timedelta(minutes=30)),), (1,)), 1, "", None, Language.JA
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one booking, as the command finds it."""
    file = tmp_path / "desk.sqlite3"
    url = f"sqlite+aiosqlite:///{file}"
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    monkeypatch.setenv("MADOGUCHI_CLOCK", "2022-07-01T10:00:00+09:00")
    migrate(url)
    asyncio.run(_book(url))
    return file


async def _book(url: str) -> None:
    async with opened(url) as engine:
        assert isinstance(await engine.write(bookings.enter(WISH, lambda _: 1, NOW)), Made)


def test_a_night_without_a_finding_says_what_was_counted(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert booking_audit.run(argparse.Namespace()) == 0
    assert capsys.readouterr().out == "1 booking(s), 1 seat(s): 0 finding(s).\n"


def test_a_lost_seat_is_named_by_ticket_and_time(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM seats")
    connection.close()
    assert booking_audit.run(argparse.Namespace()) == 1
    assert capsys.readouterr().out == (
        "seats_lacking: points 2022-07-05 09:00 23F4-56HJ: booked 1 seat(s), has 0\n"
        "1 booking(s), 0 seat(s): 1 finding(s).\n"
    )
