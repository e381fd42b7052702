"""The webhook's door: who calls is checked before anything is read, and 200 is said only for what is stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bot.channels.telegram import Telegram
from bot.dialogue import Body, Incoming, Pressed, Text
from bot.errors import StoreError
from bot.web.webhooks import LARGEST_BODY, telegram_webhook
from tests.fakes.server import until
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json, Updates

pytestmark = pytest.mark.anyio
SECRET = "s3cret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATH = "/telegram/webhook"


@dataclass
class Desk:
    """Takes events and remembers them; may be out of order."""

    taken: list[Incoming] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def take(self, incoming: Incoming) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(incoming)

    @property
    def bodies(self) -> list[Body]:
        return [incoming.body for incoming in self.taken]


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as running:
        yield running


@pytest.fixture
async def telegram(api: TelegramApi) -> AsyncIterator[Telegram]:
    channel = Telegram(api.token, api.url, clock=lambda: datetime(2022, 7, 1, 1, 0, tzinfo=UTC))
    yield channel
    await channel.close()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(telegram: Telegram, desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(telegram, desk)) as opened:
        yield opened


def app_of(telegram: Telegram, desk: Desk, secret: str = SECRET) -> Starlette:
    return Starlette(routes=[telegram_webhook(desk.take, telegram, secret)])


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


async def post(client: httpx.AsyncClient, update: object, secret: str = SECRET) -> int:
    return (await client.post(PATH, json=update, headers={HEADER: secret})).status_code


def a_question(updates: Updates | None = None) -> Json:
    return (updates or Updates()).text(7, "駐車場は？")


async def test_an_update_with_the_secret_is_taken(client: httpx.AsyncClient, desk: Desk) -> None:
    assert await post(client, a_question()) == 200
    assert desk.bodies == [Text("駐車場は？")]


@pytest.mark.parametrize("secret", ["", "s3cre", "s3cret ", "S3CRET", "s3crets"])
async def test_a_wrong_secret_is_turned_away(client: httpx.AsyncClient, desk: Desk, secret: str) -> None:
    assert await post(client, a_question(), secret) == 403
    assert desk.taken == []


async def test_no_secret_is_turned_away(client: httpx.AsyncClient, desk: Desk) -> None:
    assert (await client.post(PATH, json=a_question())).status_code == 403
    assert desk.taken == []


async def test_a_secret_of_strange_bytes_is_turned_away(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=a_question(), headers={HEADER.encode(): "秘密".encode()})
    assert answer.status_code == 403


async def test_without_a_secret_of_ours_nobody_comes_in(telegram: Telegram, desk: Desk) -> None:
    async with client_of(app_of(telegram, desk, secret="")) as client:
        assert await post(client, a_question(), "") == 403


async def test_only_post_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH, headers={HEADER: SECRET})).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_what_is_no_update_is_refused(client: httpx.AsyncClient, desk: Desk, body: bytes) -> None:
    assert (await client.post(PATH, content=body, headers={HEADER: SECRET})).status_code == 400
    assert desk.taken == []


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "something_new": {}},
        {"update_id": 1, "message": "not a message"},
        {
            "update_id": 1,
            "message": {"message_id": 1, "date": 10**30, "chat": {"id": 7, "type": "private"}, "text": "x"},
        },
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": "7", "type": "private"}, "text": "x"}},
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": ["x"]}},
        Updates().edited(7, "やっぱり"),
    ],
    ids=["empty", "unknown kind", "no message", "no date", "no address", "no text", "edited"],
)
async def test_what_is_nothing_for_the_desk_is_left_out(client: httpx.AsyncClient, desk: Desk, update: Json) -> None:
    assert await post(client, update) == 200
    assert desk.taken == []


@pytest.mark.parametrize(("more", "status"), [(0, 400), (1, 413)], ids=["at the limit", "one byte more"])
async def test_a_body_too_large_is_not_read_to_its_end(client: httpx.AsyncClient, more: int, status: int) -> None:
    body = b" " * (LARGEST_BODY + more)
    assert (await client.post(PATH, content=body, headers={HEADER: SECRET})).status_code == status


async def test_a_caller_who_breaks_off_does_no_harm(telegram: Telegram, desk: Desk) -> None:
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "headers": [(HEADER.lower().encode(), SECRET.encode())],
    }
    await call(app_of(telegram, desk), scope, receive, send)
    assert said[0]["status"] == 400


async def call(app: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
    await app({"query_string": b"", "root_path": "", **scope}, receive, send)


async def test_what_cannot_be_stored_is_asked_for_again(client: httpx.AsyncClient, desk: Desk) -> None:
    update = a_question()
    desk.faults.append(StoreError("the disk is full"))
    assert await post(client, update) == 500
    assert await post(client, update) == 200
    assert desk.bodies == [Text("駐車場は？")]


async def test_what_breaks_a_turn_is_left_out_and_not_asked_for_again(
    client: httpx.AsyncClient, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    updates = Updates()
    desk.faults.append(RuntimeError("surprise"))
    assert await post(client, a_question(updates)) == 200
    assert "surprise" in caplog.text
    assert await post(client, a_question(updates)) == 200
    assert desk.bodies == [Text("駐車場は？")]


async def test_a_pressed_button_stops_spinning(client: httpx.AsyncClient, desk: Desk, api: TelegramApi) -> None:
    update = api.updates.press(7, "menu")
    assert await post(client, update) == 200
    assert desk.bodies == [Pressed("menu")]
    await until(lambda: api.answered == [update["callback_query"]["id"]])


async def test_telegram_need_not_wait_for_its_own_slow_answer(
    client: httpx.AsyncClient, desk: Desk, api: TelegramApi
) -> None:
    with api.stall("answerCallbackQuery"):
        assert await post(client, api.updates.press(7, "menu")) == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def test_whatever_bytes_a_stranger_sends_get_an_answer() -> None:
    telegram, desk = Telegram("1:t", "http://127.0.0.1:9"), Desk()
    client = client_of(app_of(telegram, desk))

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=12))
    def send(body: bytes, secret: bytes) -> None:
        clean = secret.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
        for header, expected in ((SECRET.encode(), {200, 400}), (clean, {403})):
            answer = runner.run(client.post(PATH, content=body, headers={HEADER.encode(): header}))
            assert answer.status_code in expected

    with asyncio.Runner() as runner:
        send()
        runner.run(client.aclose())
        runner.run(telegram.close())
