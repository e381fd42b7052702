"""When the house behind the web chat fails, the browser hears what to do, in JSON, and nothing of what was sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from bot.channels.webchat import Shown
from bot.dialogue import Incoming
from bot.errors import StoreError
from bot.web.pace import Pace
from bot.web.problems import HANDLERS
from bot.web.webchat import PATH, Chat, webchat_routes

pytestmark = pytest.mark.anyio
EVENT = {"event_id": "1", "text": "ミドリガメ"}


class House:
    """Takes events, or fails as it is told; has nothing to say, and waits for ever."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.is_waited_for = asyncio.Event()
        self.waiting_ended = asyncio.Event()

    async def take(self, incoming: Incoming) -> None:
        if self.fault:
            raise self.fault

    async def after(self, address: str, after_id: int) -> tuple[Shown, ...]:
        return ()

    async def for_event(self, address: str, event_id: str) -> tuple[Shown, ...]:
        return ()

    async def wait_after(self, address: str, after_id: int, timeout_s: float) -> tuple[Shown, ...]:
        self.is_waited_for.set()
        try:
            return await asyncio.Future[tuple[Shown, ...]]()
        finally:
            self.waiting_ended.set()


def app_over(house: House, pace: Pace | None = None, closing: asyncio.Event | None = None) -> Starlette:
    chat = Chat(house, house, lambda: datetime(2022, 7, 1, tzinfo=UTC))
    routes = webchat_routes(chat, pace or Pace(), closing or asyncio.Event())
    return Starlette(routes=routes, exception_handlers=HANDLERS)


def client_of(app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://desk")


async def test_a_database_that_does_not_answer_means_try_again() -> None:
    async with client_of(app_over(House(StoreError("locked")))) as client:
        response = await client.post(PATH, json=EVENT)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "unavailable"
    assert int(response.headers["Retry-After"]) > 0


async def test_a_fault_of_ours_is_json_too_and_says_nothing_of_what_was_sent() -> None:
    async with client_of(app_over(House(RuntimeError("ミドリガメ")))) as client:
        response = await client.post(PATH, json=EVENT)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "unexpected"
    assert "ミドリガメ" not in response.text


async def test_a_program_that_floods_is_told_to_wait_and_a_resident_is_not() -> None:
    app = app_over(House(), Pace(burst=3, per_second=1, now_s=lambda: 0))
    async with client_of(app) as program, client_of(app) as resident:
        statuses = [(await program.post(PATH, json=EVENT)).status_code for _ in range(5)]
        slowed = await program.get(PATH)
        assert (await resident.post(PATH, json=EVENT)).status_code == 200
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert slowed.json()["error"]["code"] == "too_fast"
    assert int(slowed.headers["Retry-After"]) >= 1


async def test_a_service_that_stops_lets_nobody_wait() -> None:
    house, closing = House(), asyncio.Event()
    async with client_of(app_over(house, closing=closing)) as client:
        client.cookies.set("madoguchi", "a" * 43)
        asking = asyncio.create_task(client.get(PATH, params={"wait": 25}))
        await house.is_waited_for.wait()
        closing.set()
        assert (await asyncio.wait_for(asking, 5)).json() == {"messages": []}


async def test_nobody_waits_for_a_browser_that_has_left() -> None:
    house = House()
    left = asyncio.Event()

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"after=0&wait=25",
        "headers": [(b"cookie", b"madoguchi=" + b"a" * 43)],
        "scheme": "http",
        "server": ("desk", 80),
    }
    asking = asyncio.create_task(app_over(house)(scope, receive, send))
    await house.is_waited_for.wait()
    left.set()
    await asyncio.wait_for(asking, 5)
    assert house.waiting_ended.is_set()
