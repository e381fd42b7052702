"""Am I entitled? Walked over Telegram from the first message to the result card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialogue import Desk
from bot.settings import read_settings
from bot.store.migrations import migrate
from bot.wiring import make_desk
from tests.fakes.telegram_api import TelegramApi
from tests.walks.eligibility_walks import WALKS
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


@pytest.mark.parametrize("language", WALKS)
async def test_over_telegram_from_the_first_message_to_the_result(house: House, language: str) -> None:
    first, question, answers, total = WALKS[language]
    updates = house.api.updates
    if language == "ja-easy":
        await house.receives(updates.text(7, "やさしい日本語"))
    await house.receives(updates.text(7, first))
    assert question in house.api.texts(7)[-1]
    for answer in answers:
        await house.receives(updates.text(7, answer))
    assert total in "".join(house.api.texts(7)[-2:])


async def test_over_telegram_an_old_button_shows_the_present_question(house: House) -> None:
    updates = house.api.updates
    await house.receives(updates.text(7, "私は対象になりますか？"))
    await house.receives(updates.press(7, "eligibility:1.card=has"), updates.press(7, "eligibility:1.card=none"))
    assert "もう終わっています" in house.api.texts(7)[-1]
    assert "2/4" in house.api.texts(7)[-1]
