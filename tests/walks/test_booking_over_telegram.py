"""A slot booked over Telegram: the ticket comes with its QR code and calendar entry, and a reminder comes in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.dialogue import Desk
from bot.settings import read_settings
from bot.store.migrations import migrate
from bot.wiring import make_desk
from tests.fakes.telegram_api import TelegramApi
from tests.walks.test_telegram_walk import House, opened

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def real_desk() -> Desk:
    return make_desk(read_settings({}).content)


@pytest.fixture
async def house(tmp_path: Path, real_desk: Desk) -> AsyncIterator[House]:
    migrate(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    with TelegramApi() as api:
        async with opened(tmp_path / "desk.db", real_desk, api) as one:
            yield one


async def says(house: House, *texts: str) -> str:
    """The resident types; the last message that comes."""
    for text in texts:
        await house.receives(house.api.updates.text(7, text))
    return house.api.texts(7)[-1]


async def test_booked_changed_reminded(house: House) -> None:
    assert "予約できました" in await says(house, "窓口サポートを予約したいです", "1", "1", "1", "7/5", "10時", "1")
    assert "変更しました" in await says(house, "日時を変える", "7/6", "9時", "1")
    house.now = datetime.fromisoformat("2022-07-05T16:59:00+09:00")
    await house.delivers()
    assert "あしたは" not in house.api.texts(7)[-1]
    house.now = datetime.fromisoformat("2022-07-05T17:00:00+09:00")
    await house.delivers()
    assert "あしたは窓口のご予約の日です" in house.api.texts(7)[-1]
    assert sum("あしたは" in text for text in house.api.texts(7)) == 1


async def test_two_residents_and_one_seat(house: House) -> None:
    await says(house, "窓口サポートを予約したいです", "1", "1", "2", "7/5", "10時", "1")
    house.api.allow(8)
    for text in ("窓口サポートを予約したいです", "1", "1", "1", "7/5"):
        await house.receives(house.api.updates.text(8, text))
    assert "空き待ち" in "".join(str(row) for row in house.api.sent[-1].buttons)


async def test_who_waits_is_offered_the_seat_that_is_given_back_and_takes_it(house: House) -> None:
    await says(house, "窓口サポートを予約したいです", "1", "1", "2", "7/5", "10時", "1")
    house.api.allow(8)
    for text in ("窓口サポートを予約したいです", "1", "1", "1", "7/5", "10時", "空きを待つ"):
        await house.receives(house.api.updates.text(8, text))
    assert "空き待ちに登録しました（1番目）" in house.api.texts(8)[-1]
    await says(house, "取り消す", "はい")
    assert "空きが出ました" in house.api.texts(8)[-1]
    await house.receives(house.api.updates.text(8, "はい"))
    assert "予約できました" in house.api.texts(8)[-1]
