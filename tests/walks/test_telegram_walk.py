"""A question over Telegram, end to end: update in, turn, store, delivery, message out; and all that can go wrong.

The store is a real file, Telegram a server on loopback; only the clock is set by hand. The pack is small, and where
it has no wording the message shows the text's key in angle brackets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.telegram import Telegram
from bot.content import Content, Formats
from bot.delivery import Delivery
from bot.dialogue import Desk, Incoming
from bot.language import Language
from bot.serving import build_app
from bot.settings import read_settings
from bot.store import conversations, outbox
from bot.store.engine import engine_at
from bot.store.migrations import migrate
from bot.store.outbox import Letter
from bot.texts import Texts
from bot.turn import LEASE, Turns
from bot.web.webhooks import telegram_webhook
from bot.wiring import build_service
from tests.desk import AT, small_content, small_desk
from tests.fakes.server import until
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json

pytestmark = pytest.mark.anyio
SECRET = "s3cret"
PARKING = "駐車場は無料ですか"
ANSWERED = "回答 desk.parking"
LONG_HELP = "この文は三十字ほどの長さで、何度も何度もくり返して言います。" * 300


class EveryKey(dict[str, str]):
    """Texts of a pack; a key it does not have is worded as `<key>`."""

    def get(self, key: str, default: object = None) -> str:
        return super().get(key, f"<{key}>")


def worded(content: Content) -> Content:
    texts = {code: EveryKey({**content.texts[code], "help.text": LONG_HELP}) for code in Language}
    formats = {code: Formats("", "", (), (), "", "", {}) for code in Language}
    return replace(content, texts=MappingProxyType(texts), formats=MappingProxyType(formats))


class House:
    """The desk's whole house for Telegram: one process of it. Another one may be opened on the same file."""

    def __init__(self, file: Path, desk: Desk, api: TelegramApi) -> None:
        self.now = AT
        self.api = api
        self.crashes_before_sending = False
        self.engine = engine_at(f"sqlite+aiosqlite:///{file}")
        self.telegram = Telegram(api.token, api.url, timeout_s=5.0, clock=self.clock)
        self.delivery = Delivery(self.engine, Texts(desk.content), {"telegram": self.telegram}, clock=self.clock)
        self.turns = Turns(
            self.engine,
            desk,
            clock=self.clock,
            keep=timedelta(days=30),
            pushed=frozenset({"telegram"}),
            said=self._said,
        )
        self.app = Starlette(routes=[telegram_webhook(self.turns.take, self.telegram, SECRET)])

    def clock(self) -> datetime:
        return self.now

    def _said(self, incoming: Incoming, letters: tuple[Letter, ...]) -> None:
        if not self.crashes_before_sending:
            self.delivery.start(letters)

    async def receives(self, *updates: Json) -> None:
        """Telegram calls the webhook with each update; what is said is sent."""
        for update in updates:
            await self.is_called(update)
            await self.delivers()

    async def is_called(self, update: Json) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://desk") as client:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            answer = await client.post("/telegram/webhook", json=update, headers=headers)
        assert answer.status_code == 200

    async def delivers(self) -> None:
        """Send all that is due now."""
        await self.delivery.finish()
        while await self.delivery.send_due():
            pass

    async def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await self.delivers()

    async def found(self, chat_id: int) -> conversations.Found:
        return await self.engine.read(conversations.find("telegram", str(chat_id)))

    async def given_up(self) -> list[str]:
        return [letter.last_error for letter in await self.engine.read(outbox.dead(10))]


@asynccontextmanager
async def opened(file: Path, desk: Desk, api: TelegramApi) -> AsyncIterator[House]:
    house = House(file, desk, api)
    await house.engine.open()
    try:
        yield house
    finally:
        await house.delivery.finish()
        await house.telegram.close()
        await house.engine.close()


@pytest.fixture(scope="module")
def desk() -> Desk:
    return replace(small_desk(), content=worded(small_content()))


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "desk.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
async def house(file: Path, desk: Desk, api: TelegramApi) -> AsyncIterator[House]:
    async with opened(file, desk, api) as one:
        yield one


def shows(api: TelegramApi, *pieces: str) -> bool:
    """Whether the messages sent so far are these, each known by a piece of its text, in order."""
    texts = api.texts()
    return len(texts) == len(pieces) and all(piece in text for piece, text in zip(pieces, texts, strict=True))


async def test_a_question_is_answered_with_buttons(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, PARKING))
    assert shows(api, ANSWERED)
    assert "ask:desk.hours" in api.sent[0].tokens
    assert [row[0][0].split(".")[0] for row in api.sent[0].buttons] == [
        str(n + 1) for n in range(len(api.sent[0].buttons))
    ]


async def test_a_question_over_polling_is_answered(house: House, api: TelegramApi) -> None:
    polling = asyncio.create_task(house.telegram.poll(house.turns.take, {}))
    api.writes(7, PARKING)
    await until(lambda: shows(api, ANSWERED) and not api.unconfirmed)
    polling.cancel()
    await asyncio.wait({polling})


async def test_the_same_update_twice_changes_nothing(house: House, api: TelegramApi) -> None:
    question = api.updates.text(7, PARKING)
    await house.receives(question)
    before = await house.found(7)
    await house.receives(question, question)
    assert shows(api, ANSWERED)
    assert await house.found(7) == before


async def test_a_button_and_its_number_do_the_same(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, PARKING), api.updates.press(7, "ask:desk.hours"))
    await house.receives(api.updates.text(8, PARKING), api.updates.text(8, "１"))
    assert api.texts(7)[1] == api.texts(8)[1]
    assert "回答 desk.hours" in api.texts(7)[1]
    await until(lambda: len(api.answered) == 1)


async def test_a_button_of_long_ago_gets_a_kind_answer(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.press(7, "ask:desk.gone"))
    assert shows(api, "<question.past_button>")


async def test_an_edited_message_is_not_answered_again(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, PARKING))
    before = await house.found(7)
    await house.receives(api.updates.edited(7, "何時まで開いていますか"))
    assert shows(api, ANSWERED)
    assert await house.found(7) == before


async def test_a_photo_with_a_caption_is_explained(house: House, api: TelegramApi) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    await house.receives(api.updates.message(7, {"photo": photo, "caption": PARKING}))
    assert shows(api, "<question.unreadable>")


async def test_a_text_too_long_to_be_a_question_is_explained(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, "あ" * 10_000))
    assert shows(api, "<question.too_long>")


async def test_a_long_answer_comes_whole_in_parts(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, "ヘルプ"))
    assert len(api.sent) > 2
    assert "".join(api.texts(7)) == LONG_HELP
    assert all(text.endswith("。") for text in api.texts(7))
    assert [bool(message.buttons) for message in api.sent] == [False] * (len(api.sent) - 1) + [True]


async def test_a_flood_is_waited_out_and_the_answer_comes_once(house: House, api: TelegramApi) -> None:
    api.flood(20)
    await house.receives(api.updates.text(7, PARKING))
    await house.later(19)
    assert len(api.called("sendMessage")) == 1
    await house.later(1)
    await house.later(3600)
    assert shows(api, ANSWERED)


async def test_a_flood_in_the_middle_of_a_long_answer_repeats_nothing(house: House, api: TelegramApi) -> None:
    with api.stall() as stall:
        await house.is_called(api.updates.text(7, "ヘルプ"))
        await until(lambda: len(api.called("sendMessage")) == 1)
        api.flood(20)
        stall.end()
        await house.delivers()
    assert len(api.sent) == 1
    await house.later(20)
    assert "".join(api.texts(7)) == LONG_HELP


async def test_one_residents_flood_holds_up_nobody_else(house: House, api: TelegramApi) -> None:
    api.flood(600)
    await house.receives(api.updates.text(7, PARKING), api.updates.text(8, PARKING))
    assert (len(api.texts(7)), len(api.texts(8))) == (0, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 409])
async def test_a_fault_of_telegrams_is_tried_again(house: House, api: TelegramApi, status: int) -> None:
    api.fail(status, times=3)
    await house.receives(api.updates.text(7, PARKING))
    for _ in range(3):
        assert shows(api)
        await house.later(10)
    assert shows(api, ANSWERED)


async def test_an_answer_too_slow_is_tried_again(house: House, api: TelegramApi) -> None:
    with api.stall():
        await house.receives(api.updates.text(7, PARKING))
        api.stop()
    api.start()
    await house.later(10)
    assert shows(api, ANSWERED)


async def test_out_of_reach_nothing_is_lost_and_nothing_doubled(house: House, api: TelegramApi) -> None:
    api.stop()
    await house.receives(api.updates.text(7, PARKING), api.updates.text(7, "何時まで開いていますか"))
    api.start()
    for _ in range(3):
        await house.later(10)
    assert shows(api, ANSWERED, "回答 desk.hours")


async def test_answers_stay_in_order_when_the_first_is_late(house: House, api: TelegramApi) -> None:
    with api.stall() as stall:
        await house.is_called(api.updates.text(7, PARKING))
        await until(lambda: len(api.called("sendMessage")) == 1)
        await house.is_called(api.updates.text(7, "何時まで開いていますか"))
        assert await house.delivery.send_due() == 0
        stall.end()
        await house.delivers()
    assert shows(api, ANSWERED, "回答 desk.hours")


async def test_who_blocked_the_desk_is_noted_until_they_write_again(house: House, api: TelegramApi) -> None:
    api.forbid(7)
    await house.receives(api.updates.text(7, PARKING))
    assert (await house.found(7)).is_blocked
    assert await house.given_up() == ["blocked"]
    api.allow(7)
    await house.receives(api.updates.text(7, PARKING))
    assert not (await house.found(7)).is_blocked
    assert shows(api, ANSWERED)


async def test_who_leaves_is_noted_and_not_written_to(house: House, api: TelegramApi) -> None:
    await house.receives(api.updates.text(7, PARKING), api.updates.membership(7, "kicked"))
    assert (await house.found(7)).is_blocked
    assert shows(api, ANSWERED)


async def test_a_crash_before_sending_loses_no_answer(file: Path, desk: Desk, api: TelegramApi) -> None:
    async with opened(file, desk, api) as first:
        first.crashes_before_sending = True
        await first.is_called(api.updates.text(7, PARKING))
    async with opened(file, desk, api) as second:
        await second.delivers()
        assert shows(api)
        await second.later(LEASE.total_seconds())
        await second.later(3600)
    assert shows(api, ANSWERED)


async def test_a_store_out_of_order_makes_telegram_ask_again(house: House, api: TelegramApi) -> None:
    question = api.updates.text(7, PARKING)
    await house.engine.close()
    with pytest.raises(AssertionError):
        await house.is_called(question)
    await house.engine.open()
    await house.receives(question)
    assert shows(api, ANSWERED)


async def test_without_telegram_the_web_chat_works_and_telegram_joins_later(tmp_path: Path, api: TelegramApi) -> None:
    api.stop()
    settings = read_settings(
        {
            "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}",
            "MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00",
            "MADOGUCHI_TELEGRAM_TOKEN": api.token,
            "MADOGUCHI_TELEGRAM_API_URL": api.url,
        }
    )
    migrate(settings.database_url)
    service = build_service(settings)
    app = build_app(service)
    async with app.router.lifespan_context(app):
        assert "駐車" in await asked_in_web_chat(app, "駐車場はありますか")
        assert api.calls == []
        api.start()
        api.writes(7, "駐車場はありますか")
        await until(lambda: any("駐車" in text for text in api.texts(7)))


async def asked_in_web_chat(app: Starlette, question: str) -> str:
    """The text of the first answer."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        await client.get("/")
        event = {"event_id": "walk-1", "text": question}
        answer = await client.post("/webchat/v1/messages", json=event, headers={"Origin": "http://desk"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["messages"][0]["text"])
