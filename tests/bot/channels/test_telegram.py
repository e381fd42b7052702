"""The Telegram channel through the real library, against a server that behaves like the Bot API."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram import Telegram, parse
from bot.dialogue import Body, Incoming, Left, Opened, Pressed, Rendered, RenderedChoice, Text, Unreadable
from bot.errors import Blocked, ChannelError, Flooded, Refused, StoreError, Unreachable
from bot.language import Language
from tests.fakes.server import until
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json, Updates, private

pytestmark = pytest.mark.anyio
NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
COMMANDS = {Language.JA: [("menu", "メニュー")], Language.EN: [("menu", "Menu")]}
HELLO = Rendered("こんにちは。")
TALKATIVE = Rendered("\n\n".join(["あ" * 4000] * 3), (RenderedChoice("メニュー", "menu"),))


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as running:
        yield running


@pytest.fixture
async def telegram(api: TelegramApi) -> AsyncIterator[Telegram]:
    channel = Telegram(api.token, api.url, timeout_s=5, clock=lambda: NOW)
    yield channel
    await channel.close()


class Desk:
    """Takes events and remembers them; may be out of order."""

    def __init__(self) -> None:
        self.taken: list[Incoming] = []
        self.faults: list[Exception] = []

    async def take(self, incoming: Incoming) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(incoming)

    @property
    def bodies(self) -> list[Body]:
        return [incoming.body for incoming in self.taken]


@asynccontextmanager
async def polling(telegram: Telegram, desk: Desk) -> AsyncIterator[None]:
    task = asyncio.create_task(telegram.poll(desk.take, COMMANDS))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def parsed(update: Json) -> Incoming | None:
    return parse(Update.de_json(update, None), NOW)


def body_of(update: Json) -> Body | None:
    incoming = parsed(update)
    return incoming.body if incoming else None


def in_group(update: Json) -> Json:
    update["message"]["chat"] = {"id": -5, "type": "supergroup", "title": "G"}
    return update


# What comes in.


def test_a_text_is_an_event_with_the_updates_number() -> None:
    update = Updates().text(7, "駐車場は？")
    assert parsed(update) == Incoming("telegram", str(update["update_id"]), "7", NOW, Text("駐車場は？"), Language.JA)


PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
STICKER = {
    "file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text": "/start"}, Opened()),
        ({"text": "/start desk"}, Opened("desk")),
        ({"text": "/start@desk_bot"}, Opened()),
        ({"text": "/starting"}, Text("/starting")),
        ({"text": "/menu"}, Text("/menu")),
        ({"photo": PHOTO}, Unreadable("photo")),
        ({"photo": PHOTO, "caption": "これは？"}, Unreadable("photo")),
        ({"sticker": STICKER}, Unreadable("sticker")),
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}}, Unreadable("voice")),
        ({"location": {"latitude": 35.7, "longitude": 139.5}}, Unreadable("location")),
        ({"something_new": {"a": 1}}, Unreadable("other")),
        ({"write_access_allowed": {"from_request": True}}, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_a_resident_sends(content: Json, body: Body | None) -> None:
    assert body_of(Updates().message(7, content)) == body


def test_a_pressed_button_carries_its_token() -> None:
    assert body_of(Updates().press(7, "ask:desk.parking")) == Pressed("ask:desk.parking")


def test_a_button_under_a_message_too_old_to_show_still_counts() -> None:
    update = Updates().press(7, "menu")
    update["callback_query"]["message"] = {"chat": private(7), "message_id": 1, "date": 0}
    assert body_of(update) == Pressed("menu")


def test_who_blocks_the_desk_left_and_who_lets_it_in_again_says_nothing_yet() -> None:
    assert body_of(Updates().membership(7, "kicked")) == Left()
    assert body_of(Updates().membership(7, "member")) is None


def test_an_edited_message_is_no_event() -> None:
    assert parsed(Updates().edited(7, "やっぱり")) is None


def test_groups_are_left_alone() -> None:
    assert parsed(in_group(Updates().text(7, "駐車場は？"))) is None


def test_an_unknown_kind_of_update_is_no_event() -> None:
    assert parsed({"update_id": 1, "something_new": {"chat": private(7)}}) is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ja", Language.JA),
        ("fr", None),
        ("en-GB", Language.EN),
        ("zh-hans", Language.JA_EASY),
        ("ko", Language.EN),
        ("vi", Language.EN),
    ],
)
def test_the_language_of_the_app_is_a_hint(code: str, hint: Language | None) -> None:
    incoming = parsed(Updates().text(7, "/start", language_code=code))
    assert incoming is not None
    assert incoming.hint == hint


WORDS = st.sampled_from(
    [
        "update_id", "message", "callback_query", "my_chat_member", "edited_message", "chat", "from", "id", "type", "private",
        "text", "data", "date", "message_id", "new_chat_member", "old_chat_member", "status", "kicked", "user", "language_code",
        "photo", "sticker", "entities", "reply_to_message", "first_name", "is_bot", "\ud800", "",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5))
UPDATES = st.dictionaries(WORDS, JSON).map(lambda update: {"update_id": 1} | update)


def replaced(tree: Any, path: list[int], with_: object) -> Any:
    """A copy of a true update with one place of it replaced."""
    if not path or not isinstance(tree, dict) or not tree:
        return with_
    name = list(tree)[path[0] % len(tree)]
    return tree | {name: replaced(tree[name], path[1:], with_)}


NEARLY = st.builds(
    replaced,
    st.sampled_from([Updates().text(7, "x"), Updates().press(7, "x"), Updates().membership(7, "kicked")]),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    JSON,
)


def test_whatever_json_a_stranger_sends_is_refused_or_taken() -> None:
    """Nothing is raised, and what is taken has an address that can be written to."""
    telegram, desk = Telegram("1:t", "http://127.0.0.1:9", timeout_s=0.1), Desk()

    @settings(max_examples=300, deadline=None)
    @given(JSON | UPDATES | NEARLY)
    def send(payload: object) -> None:
        runner.run(telegram.take_update(payload, desk.take))
        assert all(re.fullmatch(r"-?[0-9]+", incoming.address) for incoming in desk.taken)
        desk.taken.clear()

    with asyncio.Runner() as runner:
        send()
        runner.run(telegram.close())


# What goes out.


async def test_a_message_goes_out_with_one_numbered_button_a_row(telegram: Telegram, api: TelegramApi) -> None:
    choices = (RenderedChoice("駐車場", "ask:desk.parking"), RenderedChoice("メニュー", "menu"))
    await telegram.send("7", Rendered("どれですか。", choices))
    assert api.texts(7) == ["どれですか。"]
    assert api.sent[0].buttons == ((("1. 駐車場", "ask:desk.parking"),), (("2. メニュー", "menu"),))


async def test_a_choice_longer_than_its_button_is_told_in_full(telegram: Telegram, api: TelegramApi) -> None:
    question = "マイナポイントの申込みには何を持っていけばよいですか"
    await telegram.send("7", Rendered("もしかして", (RenderedChoice(question, "ask:items.what"),)))
    assert api.texts(7) == [f"もしかして\n\n1. {question}"]


async def test_a_long_message_goes_out_whole_with_its_buttons_at_the_end(telegram: Telegram, api: TelegramApi) -> None:
    await telegram.send("7", TALKATIVE)
    assert api.texts(7) == ["あ" * 4000] * 3
    assert [message.tokens for message in api.sent] == [[], [], ["menu"]]


async def test_a_long_message_broken_off_goes_on_where_it_stopped(telegram: Telegram, api: TelegramApi) -> None:
    await telegram.send("7", HELLO)
    with api.stall() as stall:
        sending = asyncio.create_task(telegram.send("7", TALKATIVE))
        await until(lambda: len(api.called("sendMessage")) == 2)
        api.flood(3)
        stall.end()
        with pytest.raises(Flooded):
            await sending
    assert len(api.sent) == 2
    await telegram.send("7", TALKATIVE)
    assert api.texts(7) == ["こんにちは。", *["あ" * 4000] * 3]


async def test_the_same_long_message_said_again_is_said_whole(telegram: Telegram, api: TelegramApi) -> None:
    await telegram.send("7", TALKATIVE)
    await telegram.send("7", TALKATIVE)
    assert len(api.sent) == 6


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        pytest.param(500, Unreachable, id="a server fault"),
        pytest.param(502, Unreachable, id="a bad gateway"),
        pytest.param(200, Unreachable, id="a page instead of an answer"),
        pytest.param(429, Flooded, id="a proxy that floods"),
    ],
)
async def test_what_is_not_the_bot_apis_answer_can_be_tried_again(
    telegram: Telegram, api: TelegramApi, status: int, raised: type[ChannelError]
) -> None:
    api.fail(status)
    with pytest.raises(raised):
        await telegram.send("7", HELLO)
    await telegram.send("7", HELLO)
    assert api.texts(7) == ["こんにちは。"]


async def test_a_flood_says_how_long_to_wait(telegram: Telegram, api: TelegramApi) -> None:
    api.flood(17)
    with pytest.raises(Flooded) as raised:
        await telegram.send("7", HELLO)
    assert raised.value.retry_after_s == 17
    assert len(api.called("sendMessage")) == 1


async def test_who_blocked_the_desk_cannot_be_reached(telegram: Telegram, api: TelegramApi) -> None:
    api.forbid(7)
    with pytest.raises(Blocked):
        await telegram.send("7", HELLO)


async def test_a_chat_that_is_gone_cannot_be_reached(telegram: Telegram, api: TelegramApi) -> None:
    api.lose_chat(7)
    with pytest.raises(Blocked):
        await telegram.send("7", HELLO)


@pytest.mark.parametrize(("token", "is_refused"), [("x" * 64, False), ("x" * 65, True)], ids=["64 bytes", "65 bytes"])
async def test_a_token_too_long_for_a_button_is_refused(
    telegram: Telegram, api: TelegramApi, token: str, is_refused: bool
) -> None:
    message = Rendered("どれですか。", (RenderedChoice("メニュー", token),))
    if is_refused:
        with pytest.raises(Refused, match=r"(?i)button_data_invalid"):
            await telegram.send("7", message)
    else:
        await telegram.send("7", message)
        assert api.sent[0].tokens == [token]


async def test_an_empty_message_is_refused(telegram: Telegram) -> None:
    with pytest.raises(Refused):
        await telegram.send("7", Rendered("  "))


async def test_a_slow_answer_is_given_up_and_can_be_tried_again(api: TelegramApi) -> None:
    hasty = Telegram(api.token, api.url, timeout_s=0.2)
    with api.stall(), pytest.raises(Unreachable):
        await hasty.send("7", HELLO)
    await hasty.close()


async def test_out_of_reach_and_back_again(telegram: Telegram, api: TelegramApi) -> None:
    api.stop()
    with pytest.raises(Unreachable):
        await telegram.send("7", HELLO)
    api.start()
    await telegram.send("7", HELLO)
    assert api.texts(7) == ["こんにちは。"]


# Fetching updates.


async def test_updates_are_taken_and_confirmed_afterwards(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    api.writes(7, "駐車場は？")
    api.writes(8, "持ち物は？")
    async with polling(telegram, desk):
        await until(lambda: len(desk.taken) == 2 and not api.unconfirmed)
    assert {incoming.address: incoming.body for incoming in desk.taken} == {
        "7": Text("駐車場は？"),
        "8": Text("持ち物は？"),
    }
    assert {code: [one["command"] for one in menu] for code, menu in api.commands.items()} == {
        "": ["menu"],
        "en": ["menu"],
    }


async def test_one_residents_updates_stay_in_order(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    for number in range(20):
        api.writes(7 + number % 2, str(number))
    async with polling(telegram, desk):
        await until(lambda: len(desk.taken) == 20)
    assert [one.body for one in desk.taken if one.address == "7"] == [Text(str(number)) for number in range(0, 20, 2)]


async def test_what_could_not_be_stored_is_not_confirmed_and_comes_again(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    desk.faults.append(StoreError("the disk is full"))
    update = api.writes(7, "駐車場は？")
    async with polling(telegram, desk):
        await until(lambda: not desk.faults)
        assert api.unconfirmed == [update["update_id"]]
        await until(lambda: not api.unconfirmed)
    assert desk.bodies == [Text("駐車場は？")]


async def test_an_update_that_always_fails_does_not_stop_the_others(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    desk.faults.append(KeyError("a fault of ours"))
    api.writes(7, "毒")
    api.writes(7, "駐車場は？")
    async with polling(telegram, desk):
        await until(lambda: not api.unconfirmed)
    assert desk.bodies == [Text("駐車場は？")]


async def test_a_pressed_button_stops_spinning(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    pressed = api.presses(7, "menu")
    async with polling(telegram, desk):
        await until(lambda: api.answered == [pressed["callback_query"]["id"]])


async def test_a_button_is_taken_even_if_it_cannot_be_answered(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    api.refuse(400, "Bad Request: query is too old", "answerCallbackQuery")
    api.presses(7, "menu")
    async with polling(telegram, desk):
        await until(lambda: desk.bodies == [Pressed("menu")])
        await until(lambda: len(api.called("answerCallbackQuery")) == 1)


async def test_polling_begins_when_telegram_can_be_reached(api: TelegramApi) -> None:
    api.stop()
    desk, telegram = Desk(), Telegram(api.token, api.url)
    async with polling(telegram, desk):
        api.writes(7, "駐車場は？")
        api.start()
        await until(lambda: desk.bodies == [Text("駐車場は？")])
    await telegram.close()


async def test_polling_goes_on_after_a_fault_and_a_flood(telegram: Telegram, api: TelegramApi) -> None:
    desk = Desk()
    api.fail(502, "getUpdates")
    api.flood(1, "getUpdates")
    api.writes(7, "駐車場は？")
    async with polling(telegram, desk):
        await until(lambda: desk.bodies == [Text("駐車場は？")])


async def test_polling_takes_the_webhook_away(telegram: Telegram, api: TelegramApi) -> None:
    api.webhook = {"url": "https://desk.example/telegram/webhook"}
    desk = Desk()
    api.writes(7, "駐車場は？")
    async with polling(telegram, desk):
        await until(lambda: desk.bodies == [Text("駐車場は？")])


async def test_a_menu_that_is_refused_keeps_nobody_from_asking(telegram: Telegram, api: TelegramApi) -> None:
    api.refuse(400, "Bad Request: BOT_COMMAND_INVALID", "setMyCommands")
    desk = Desk()
    api.writes(7, "駐車場は？")
    async with polling(telegram, desk):
        await until(lambda: desk.bodies == [Text("駐車場は？")])


async def test_listening_tells_telegram_where_and_with_which_secret(telegram: Telegram, api: TelegramApi) -> None:
    await telegram.listen("https://desk.example/telegram/webhook", "s3cret", COMMANDS)
    assert api.webhook["url"] == "https://desk.example/telegram/webhook"
    assert api.webhook["secret_token"] == "s3cret"
    assert api.webhook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]


async def test_a_webhook_address_that_is_refused_is_told_to_the_operator(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    listening = asyncio.create_task(telegram.listen("http://desk.example/telegram/webhook", "s3cret", COMMANDS))
    await until(lambda: "https url must be provided" in caplog.text.lower())
    listening.cancel()
    await asyncio.wait({listening})


async def test_the_token_is_in_no_log(api: TelegramApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    telegram = Telegram("123456:wrong-token", api.url)
    async with polling(telegram, Desk()):
        await until(lambda: "the token is refused" in caplog.text)
    with pytest.raises(Unreachable):
        await telegram.send("7", HELLO)
    await telegram.close()
    assert "wrong-token" not in caplog.text
