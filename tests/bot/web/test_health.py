"""Operators see whether it lives, whether it is ready, and numbers without persons."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from bot.web.health import Metric, Operators, exposition, health_routes

pytestmark = pytest.mark.anyio


async def never() -> bool:
    return False


async def nothing() -> list[Metric]:
    return []


def test_the_served_service_is_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


async def test_a_service_whose_database_is_away_lives_but_is_not_ready() -> None:
    app = Starlette(routes=health_routes(Operators(never, nothing)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503


def test_the_numbers_count_events_and_hold_no_person(client: httpx.Client) -> None:
    client.post("/webchat/v1/messages", json={"event_id": "1", "text": "ひみつの言葉"})
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'madoguchi_turns_total{channel="webchat"} ' in response.text
    assert "madoguchi_reminders_dropped_total 0" in response.text
    assert "ひみつ" not in response.text
    assert client.cookies["madoguchi"] not in response.text


def test_metrics_of_one_name_share_a_heading() -> None:
    metrics = [
        Metric("turns", "counter", "Events.", 3, {"channel": "telegram"}),
        Metric("turns", "counter", "Events.", 1.5, {"channel": 'a"b\\c\n'}),
        Metric("up", "gauge", "Alive.", 1),
    ]
    assert exposition(metrics).splitlines() == [
        "# HELP turns Events.",
        "# TYPE turns counter",
        'turns{channel="telegram"} 3',
        'turns{channel="a\\"b\\\\c\\n"} 1.5',
        "# HELP up Alive.",
        "# TYPE up gauge",
        "up 1",
    ]
