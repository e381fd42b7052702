"""A question over LINE, end to end: a signed webhook in, turn, store, delivery, a reply out; and all that can go wrong.

The store is a real file, LINE a server on loopback; only the clock is set by hand. The pack is small, and where it has
no wording the message shows the text's key in angle brackets.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.line import Line
from bot.delivery import Delivery
from bot.dialogue import Desk, Incoming, Kind, Phrase, Say
from bot.language import Language
from bot.serving import build_app
from bot.settings import read_settings
from bot.store import conversations, outbox
from bot.store.conversations import Found
from bot.store.engine import engine_at
from bot.store.migrations import migrate
from bot.store.outbox import Letter
from bot.texts import Texts
from bot.turn import LEASE, Turns
from bot.web.webhooks import line_webhook
from bot.wiring import build_service
from tests.desk import AT, small_desk
from tests.fakes.line_api import LineApi
from tests.fakes.line_events import Json, body, signature, user
from tests.fakes.server import until
from tests.walks.test_telegram_walk import worded

pytestmark = pytest.mark.anyio
PARKING = "駐車場は無料ですか"
ANSWERED = "回答 desk.parking"
SEVEN = user(7)


class House:
    """The desk's whole house for LINE: one process of it. Another one may be opened on the same file."""

    def __init__(self, file: Path, desk: Desk, api: LineApi) -> None:
        self.now = AT
        self.api = api
        self.crashes_before_sending = False
        self.engine = engine_at(f"sqlite+aiosqlite:///{file}")
        self.line = Line(api.token, api.url, timeout_s=5.0)
        self.delivery = Delivery(self.engine, Texts(desk.content), {"line": self.line}, clock=lambda: self.now)
        self.turns = Turns(
            self.engine,
            desk,
            clock=lambda: self.now,
            keep=timedelta(days=30),
            pushed=frozenset({"line"}),
            said=self._said,
        )
        door = line_webhook(self.turns.take, self.line, api.secret, clock=lambda: self.now, patience_s=60)
        self.app = Starlette(routes=[door])  # however busy the machine is, the answer tells what came of the events

    def _said(self, incoming: Incoming, letters: tuple[Letter, ...]) -> None:
        if not self.crashes_before_sending:
            self.delivery.start(letters)

    async def receives(self, *events: Json) -> None:
        """LINE calls the webhook with each event; what is said is sent."""
        for event in events:
            assert await calls(self.app, self.api, event) == 200
            await self.delivers()

    async def delivers(self) -> None:
        await self.delivery.finish()
        while await self.delivery.send_due():
            pass

    async def later(self, seconds: float) -> None:
        self.now = self.now + timedelta(seconds=seconds)
        await self.delivers()

    async def found(self, person: int) -> Found:
        return await self.engine.read(conversations.find("line", user(person)))

    async def given_up(self) -> list[str]:
        return [dead.last_error for dead in await self.engine.read(outbox.dead(10))]


async def calls(app: Starlette, api: LineApi, *events: Json) -> int:
    content = body(*events)
    headers = {"X-Line-Signature": signature(content, api.secret)}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        return (await client.post("/line/webhook", content=content, headers=headers)).status_code


@asynccontextmanager
async def opened(file: Path, desk: Desk, api: LineApi) -> AsyncIterator[House]:
    house = House(file, desk, api)
    await house.engine.open()
    try:
        yield house
    finally:
        await house.delivery.finish()
        await house.line.close()
        await house.engine.close()


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = small_desk()
    return replace(desk, content=worded(desk.content))


@pytest.fixture
def api() -> Iterator[LineApi]:
    with LineApi() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "desk.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
async def house(file: Path, desk: Desk, api: LineApi) -> AsyncIterator[House]:
    async with opened(file, desk, api) as one:
        yield one


def heads(api: LineApi, person: int = 7) -> list[str]:
    """The first line of each message sent."""
    return [text.splitlines()[0] for text in api.texts(user(person))]


async def test_a_question_is_answered_for_free_with_buttons_and_numbers(house: House, api: LineApi) -> None:
    await house.receives(api.events.text(7, PARKING))
    [answer] = api.sent
    assert (answer.by, heads(api)) == ("reply", [ANSWERED])
    tokens = [action["data"] for action in answer.actions]
    assert "ask:desk.hours" in tokens
    for place, action in enumerate(answer.actions, start=1):
        assert f"\n{place}. {action['displayText']}" in answer.text


async def test_a_button_and_its_typed_number_do_the_same(house: House, api: LineApi) -> None:
    await house.receives(api.events.text(7, PARKING), api.events.press(7, "ask:desk.hours"))
    await house.receives(api.events.text(8, PARKING), api.events.text(8, "１"))
    assert api.texts(user(7))[1] == api.texts(user(8))[1]
    assert "回答 desk.hours" in heads(api)[1]


async def test_the_same_event_twice_changes_nothing(house: House, api: LineApi) -> None:
    question = api.events.text(7, PARKING)
    await house.receives(question)
    before = await house.found(7)
    await house.receives(question, api.events.redelivered(question))
    assert heads(api) == [ANSWERED]
    assert await house.found(7) == before


async def test_who_follows_is_greeted_and_who_leaves_is_noted(house: House, api: LineApi) -> None:
    await house.receives(api.events.follow(7))
    assert len(api.sent) == 1
    await house.receives(api.events.unfollow(7))
    assert (await house.found(7)).is_blocked
    await house.receives(api.events.follow(7))
    assert not (await house.found(7)).is_blocked


async def test_a_sticker_is_explained(house: House, api: LineApi) -> None:
    await house.receives(api.events.message(7, {"type": "sticker", "packageId": "1", "stickerId": "1"}))
    assert heads(api) == ["<question.unreadable>"]


async def test_an_unsent_message_leaves_nothing_to_delete_and_says_nothing(house: House, api: LineApi) -> None:
    question = api.events.text(7, PARKING)
    await house.receives(question, api.events.unsend(7, question["message"]["id"]))
    assert heads(api) == [ANSWERED]


async def test_a_flood_is_waited_out_and_the_answer_comes_once(house: House, api: LineApi) -> None:
    api.flood("reply")
    await house.receives(api.events.text(7, PARKING))
    assert api.sent == []
    await house.later(5)
    await house.later(3600)
    assert heads(api) == [ANSWERED]


@pytest.mark.parametrize("trouble", ["fail", "lose_answer"])
async def test_a_fault_of_lines_neither_loses_nor_doubles_an_answer(house: House, api: LineApi, trouble: str) -> None:
    getattr(api, trouble)("reply", times=2)
    await house.receives(api.events.text(7, PARKING))
    for _ in range(3):
        await house.later(10)
    assert heads(api) == [ANSWERED]
    assert api.called("push") == []


async def test_out_of_reach_nothing_is_lost_and_nothing_doubled(house: House, api: LineApi) -> None:
    api.stop()
    await house.receives(api.events.text(7, PARKING), api.events.text(7, "何時まで開いていますか"))
    api.start()
    for _ in range(3):
        await house.later(10)
    assert heads(api) == [ANSWERED, "回答 desk.hours"]


async def test_a_crash_before_sending_loses_no_answer(file: Path, desk: Desk, api: LineApi) -> None:
    async with opened(file, desk, api) as first:
        first.crashes_before_sending = True
        assert await calls(first.app, api, api.events.text(7, PARKING)) == 200
    async with opened(file, desk, api) as second:
        await second.delivers()
        assert api.sent == []
        await second.later(LEASE.total_seconds())
        await second.later(3600)
    assert [(one.by, one.text.splitlines()[0]) for one in api.sent] == [("push", ANSWERED)]


async def test_a_crash_after_a_push_does_not_send_it_twice(file: Path, desk: Desk, api: LineApi) -> None:
    async with opened(file, desk, api) as first:
        first.crashes_before_sending = True
        assert await calls(first.app, api, api.events.text(7, PARKING)) == 200
    async with opened(file, desk, api) as second:
        second.now += LEASE
        stalled = api.stall("push", takes_it=True)
        sending = asyncio.create_task(second.delivery.send_due())
        await until(lambda: len(api.sent) == 1)
        sending.cancel()
        await asyncio.wait({sending})
        stalled.set()
    async with opened(file, desk, api) as third:
        await third.later(3 * LEASE.total_seconds())
        assert await third.delivery.send_due() == 0
    assert heads(api) == [ANSWERED]
    assert len(api.called("push")) == 2


async def test_a_store_out_of_order_makes_line_ask_again(house: House, api: LineApi) -> None:
    question = api.events.text(7, PARKING)
    await house.engine.close()
    assert await calls(house.app, api, question) == 500
    await house.engine.open()
    await house.receives(api.events.redelivered(question))
    assert heads(api) == [ANSWERED]


async def test_an_event_that_reaches_two_replicas_at_once_is_answered_once(
    file: Path, desk: Desk, api: LineApi
) -> None:
    async with opened(file, desk, api) as one, opened(file, desk, api) as other:
        question = api.events.text(7, PARKING)
        answers = await asyncio.gather(*(calls(house.app, api, question) for house in (one, other, one, other)))
        assert answers == [200] * 4
        await asyncio.gather(one.delivers(), other.delivers())
    assert [(sent.by, sent.text.splitlines()[0]) for sent in api.sent] == [("reply", ANSWERED)]


async def test_a_reminder_is_pushed_long_after_its_event(house: House, api: LineApi) -> None:
    await house.receives(api.events.text(7, PARKING))
    conversation_id = await house.engine.write(
        conversations.save("line", SEVEN, (await house.found(7)).conversation, house.now)
    )
    reminder, due = Say(Kind.NOTICE, (Phrase("reminder"),)), house.now + timedelta(days=1)
    await house.engine.write(
        outbox.put(conversation_id, "line", None, Language.JA, (reminder,), said_at=house.now, not_before=due)
    )
    await house.later(3600)
    assert len(api.sent) == 1
    await house.later(24 * 3600)
    assert [(sent.by, sent.text) for sent in api.sent[1:]] == [("push", "<reminder>")]


async def test_a_spent_budget_is_told_to_operators(house: House, api: LineApi) -> None:
    api.quota, api.pushed = 200, 200
    question = api.events.text(7, PARKING)
    del question["replyToken"]
    await house.receives(question)
    assert await house.given_up() == ["refused: the month's push budget is spent"]


async def test_what_was_typed_is_in_no_log(house: House, api: LineApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await house.receives(api.events.text(7, "たろうのひみつ"))
    assert "ひみつ" not in caplog.text
    assert api.token not in caplog.text


async def test_a_stop_waits_for_the_turns_that_a_slow_store_holds_up(tmp_path: Path, api: LineApi) -> None:
    file = tmp_path / "desk.db"
    settings = read_settings(
        {
            "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{file}",
            "MADOGUCHI_LINE_CHANNEL_SECRET": api.secret,
            "MADOGUCHI_LINE_ACCESS_TOKEN": api.token,
            "MADOGUCHI_LINE_HOST": api.url,
        }
    )
    migrate(settings.database_url)
    service = build_service(settings)
    app = build_app(service)
    another = sqlite3.connect(file, isolation_level=None)
    async with app.router.lifespan_context(app):
        another.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(1.5, another.rollback)
        assert await calls(app, api, *(api.events.text(7, PARKING) for _ in range(3))) == 503
    [(left,)] = another.execute("SELECT count(*) FROM outbox").fetchall()
    another.close()
    assert service.turns.taken == {"line": 3}
    assert len(api.sent) + left == 3  # no letter is sent and waits to be sent all the same


async def test_the_real_service_answers_over_line(tmp_path: Path, api: LineApi) -> None:
    settings = read_settings(
        {
            "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}",
            "MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00",
            "MADOGUCHI_LINE_CHANNEL_SECRET": api.secret,
            "MADOGUCHI_LINE_ACCESS_TOKEN": api.token,
            "MADOGUCHI_LINE_HOST": api.url,
        }
    )
    migrate(settings.database_url)
    app = build_app(build_service(settings))
    async with app.router.lifespan_context(app):
        assert await calls(app, api, api.events.text(7, "駐車場はありますか")) == 200
        await until(lambda: any("駐車" in text for text in api.texts(SEVEN)))
    assert api.sent[0].by == "reply"
