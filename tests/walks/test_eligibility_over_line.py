"""Am I entitled? Walked over LINE from the first message to the result card: typed, by number, and by buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialogue import Desk
from bot.settings import read_settings
from bot.store.migrations import migrate
from bot.wiring import make_desk
from tests.fakes.line_api import LineApi
from tests.fakes.line_events import user
from tests.walks.eligibility_walks import WALKS
from tests.walks.test_line_walk import House, opened

pytestmark = pytest.mark.anyio
SEVEN = user(7)


@pytest.fixture(scope="module")
def real_desk() -> Desk:
    return make_desk(read_settings({}).content)


@pytest.fixture
async def house(tmp_path: Path, real_desk: Desk) -> AsyncIterator[House]:
    migrate(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    with LineApi() as api:
        async with opened(tmp_path / "desk.db", real_desk, api) as one:
            yield one


@pytest.mark.parametrize("language", WALKS)
async def test_over_line_from_the_first_message_to_the_result_without_a_push(house: House, language: str) -> None:
    first, question, answers, total = WALKS[language]
    events = house.api.events
    if language == "ja-easy":
        await house.receives(events.text(7, "やさしい日本語"))
    await house.receives(events.text(7, first))
    assert question in house.api.texts(SEVEN)[-1]
    for answer in answers:
        await house.receives(events.text(7, answer))
    assert total in "".join(house.api.texts(SEVEN)[-2:])
    assert {sent.by for sent in house.api.sent} == {"reply"}


async def test_pressing_the_first_button_each_time_and_typing_1_say_the_same(house: House) -> None:
    events = house.api.events
    for person in (7, 8):
        await house.receives(events.text(person, "私は対象になりますか？"))
    for _ in range(3):
        pressed = next(sent for sent in reversed(house.api.sent) if sent.user == SEVEN).actions[0]["data"]
        await house.receives(events.press(7, pressed), events.text(8, "1"))
    assert house.api.texts(SEVEN) == house.api.texts(user(8))


async def test_an_old_button_shows_the_present_question(house: House) -> None:
    events = house.api.events
    await house.receives(events.text(7, "私は対象になりますか？"))
    await house.receives(events.press(7, "eligibility:1.card=has"), events.press(7, "eligibility:1.card=none"))
    assert "もう終わっています" in house.api.texts(SEVEN)[-1]
    assert "2/4" in house.api.texts(SEVEN)[-1]
