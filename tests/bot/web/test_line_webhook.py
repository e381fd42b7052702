"""LINE's door: only what LINE signed is read, 200 is said only for what is stored, and always in time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.webhook import SignatureValidator
from starlette.applications import Starlette

from bot.channels.line import Line
from bot.dialogue import Body, Incoming, Left, Opened, Pressed, Text, Unreadable
from bot.errors import StoreError
from bot.web.pace import Pace
from bot.web.webhooks import LARGEST_BODY, is_signed, line_webhook
from tests.desk import AT
from tests.fakes.line_api import LineApi
from tests.fakes.line_events import Events, Json, body, signature, user
from tests.fakes.server import until

pytestmark = pytest.mark.anyio
SECRET = "s3cret"
PATH = "/line/webhook"


@dataclass
class Desk:
    """Takes events and remembers them; may be out of order or slow."""

    taken: list[Incoming] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    is_quick: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, incoming: Incoming) -> None:
        await self.is_quick.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(incoming)

    @property
    def bodies(self) -> list[Body]:
        return [incoming.body for incoming in self.taken]


@dataclass
class Door:
    """The webhook as LINE sees it."""

    desk: Desk
    api: LineApi
    app: Starlette

    async def post(self, content: bytes, *, signed: str | None = None) -> int:
        headers = {"X-Line-Signature": signature(content, SECRET) if signed is None else signed}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://desk") as client:
            return (await client.post(PATH, content=content, headers=headers)).status_code

    async def receives(self, *events: Json) -> int:
        return await self.post(body(*events))


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    desk = Desk()
    desk.is_quick.set()
    with LineApi() as api:
        line = Line(api.token, api.url)
        route = line_webhook(
            desk.take, line, SECRET, clock=lambda: AT, pace=Pace(burst=3, per_second=0.001), patience_s=0.2
        )
        yield Door(desk, api, Starlette(routes=[route]))
        await line.close()


@pytest.fixture
def events() -> Events:
    return Events()


@settings(deadline=None)
@given(st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "ignore")), st.text(min_size=1, max_size=40))
def test_our_signature_check_agrees_with_lines_own_library(content: str, secret: str) -> None:
    signed = signature(content.encode(), secret)
    theirs = SignatureValidator(secret)
    for given_signature in (signed, signed.swapcase(), signed[:-1], ""):
        ours = is_signed(content.encode(), given_signature, secret)
        assert ours == theirs.validate(content, given_signature)


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(b"{}", signature(b"{}", ""), "")
    assert not is_signed(b"{}", None, SECRET)
    assert not is_signed(b"{}", "\xff", SECRET)


@pytest.mark.parametrize("signed", ["", "AAAA", signature(b"{}", "another")])
async def test_what_line_did_not_sign_is_not_read(door: Door, events: Events, signed: str) -> None:
    assert await door.post(body(events.text(7, "駐車場")), signed=signed) == 401
    assert door.desk.taken == []


async def test_a_body_changed_by_one_byte_is_refused(door: Door, events: Events) -> None:
    content = body(events.text(7, "駐車場"))
    assert await door.post(content + b" ", signed=signature(content, SECRET)) == 401
    assert await door.post(content) == 200


async def test_a_call_without_events_is_answered(door: Door) -> None:
    assert await door.receives() == 200


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"events": 1}', b"\xff", b"[" * 100_000])
async def test_what_is_no_webhook_is_refused(door: Door, content: bytes) -> None:
    assert await door.post(content) == 400


async def test_a_body_too_large_is_refused(door: Door) -> None:
    assert await door.post(b" " * (LARGEST_BODY + 1)) == 413


async def test_each_kind_of_event_is_taken_as_what_it_is(door: Door, events: Events) -> None:
    told = (
        (events.follow(1), Opened()),
        (events.text(2, "駐車場"), Text("駐車場")),
        (events.message(3, {"type": "sticker", "packageId": "1", "stickerId": "1"}), Unreadable("sticker")),
        (events.message(4, {"type": "image", "contentProvider": {"type": "line"}}), Unreadable("image")),
        (events.press(5, "menu"), Pressed("menu")),
        (events.press(6, "booking:1.day=", {"date": "2022-07-01"}), Pressed("booking:1.day=2022-07-01")),
        (events.unfollow(7), Left()),
    )
    assert await door.receives(*(event for event, _ in told)) == 200
    assert {one.address: one.body for one in door.desk.taken} == {
        user(number): expected for number, (_, expected) in enumerate(told, start=1)
    }


async def test_an_event_keeps_its_own_id_when_it_is_delivered_again(door: Door, events: Events) -> None:
    event = events.text(7, "駐車場")
    await door.receives(event)
    await door.receives(events.redelivered(event))
    assert {(one.channel, one.event_id) for one in door.desk.taken} == {("line", event["webhookEventId"])}


async def test_what_is_not_for_the_desk_is_left_out_and_answered(door: Door, events: Events) -> None:
    standby = events.text(7, "駐車場") | {"mode": "standby"}
    group = events.text(7, "駐車場") | {"source": {"type": "group", "groupId": "C1", "userId": user(7)}}
    unknown = events.event("teleport", 7, {"teleport": {"to": "moon"}})
    nobody = {name: value for name, value in events.text(7, "駐車場").items() if name != "source"}
    assert await door.receives(standby, group, unknown, nobody, events.unsend(7, "1")) == 200
    assert door.desk.taken == []


async def test_fields_that_line_may_add_change_nothing(door: Door, events: Events) -> None:
    assert await door.receives(events.text(7, "駐車場") | {"mood": {"is": "new"}}) == 200
    assert door.desk.bodies == [Text("駐車場")]


async def test_one_persons_events_are_taken_in_the_order_they_were_sent_in(door: Door, events: Events) -> None:
    first, second = events.text(7, "一"), events.text(7, "二")
    await door.receives(second, first)
    assert door.desk.bodies == [Text("一"), Text("二")]


async def test_a_store_out_of_order_is_told_to_line_and_nothing_overtakes(door: Door, events: Events) -> None:
    door.desk.faults.append(StoreError("no database"))
    assert await door.receives(events.text(7, "一"), events.text(7, "二")) == 500
    assert door.desk.taken == []


async def test_an_event_that_breaks_its_turn_does_not_stop_the_others(door: Door, events: Events) -> None:
    door.desk.faults.append(RuntimeError("a fault of ours"))
    assert await door.receives(events.text(7, "一"), events.text(7, "二")) == 200
    assert door.desk.bodies == [Text("二")]


async def test_a_slow_store_is_not_waited_for_and_the_event_is_taken_all_the_same(door: Door, events: Events) -> None:
    door.desk.is_quick.clear()
    began_s = time.monotonic()
    assert await door.receives(events.text(7, "駐車場")) == 503
    assert time.monotonic() - began_s < 2  # when LINE gives up
    await until(lambda: door.api.loading == [user(7)])
    door.desk.is_quick.set()
    await until(lambda: door.desk.bodies == [Text("駐車場")])


async def test_a_stuck_key_is_left_out_and_hurts_nobody_else(door: Door, events: Events) -> None:
    stuck = [events.text(7, "あ") for _ in range(9)]
    assert await door.receives(*stuck, events.text(8, "駐車場"), events.unfollow(7)) == 200
    assert door.desk.bodies.count(Text("あ")) == 3
    assert {Text("駐車場"), Left()} <= set(door.desk.bodies)


_NAMES = ("type", "mode", "source", "userId", "message", "text", "postback", "data", "params", "date", "webhookEventId")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_JSON, max_size=4))
async def test_whatever_line_may_send_is_answered(shapes: list[object]) -> None:
    async def take(incoming: Incoming) -> None:
        assert isinstance(incoming.address, str)

    line = Line("t", "http://127.0.0.1:9")
    app = Starlette(routes=[line_webhook(take, line, SECRET, clock=lambda: AT)])
    content = json.dumps({"events": shapes}).encode()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        headers = {"X-Line-Signature": signature(content, SECRET)}
        assert (await client.post(PATH, content=content, headers=headers)).status_code == 200
