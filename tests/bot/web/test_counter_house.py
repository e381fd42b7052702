"""The counters' HTTP in the whole service: one application with the chat, one database behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.enrolment import bare_code, digest, new_code
from bot.store import agents
from bot.store.opened import opened
from counter_agent import wire
from tests.bot.counter_house import check_in, closed, new_id
from tests.bot.web.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    service = Served(tmp_path_factory.mktemp("service"))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, trust_env=False) as one:
        yield one


def code(served: Served) -> str:
    async def add(code: str) -> None:
        start = served.settings.clock_starts_at
        assert start is not None
        async with opened(served.settings.database_url) as engine:
            await engine.write(agents.add_code(digest(bare_code(code)), start.replace(year=2023)))

    made = new_code()
    asyncio.run(add(made))
    return made


@pytest.fixture
def counter(served: Served, client: httpx.Client) -> httpx.Client:
    """A client that has a token."""
    enrolled = client.post(wire.ENROL, json={"code": code(served), "name": "窓口1"})
    assert enrolled.status_code == 201, enrolled.text
    client.headers["Authorization"] = f"Bearer {wire.Enrolled.model_validate_json(enrolled.content).token}"
    return client


def test_the_contract_can_be_read_where_it_is_kept(client: httpx.Client) -> None:
    schema = client.get(f"{wire.PREFIX}/openapi.json").json()
    assert set(schema["paths"]) == {"/enrol", "/today", "/challenge", "/reports"}


def test_without_a_token_nothing_is_told(client: httpx.Client) -> None:
    assert client.get(wire.TODAY).status_code == 401
    assert client.post(wire.REPORTS, json={}).status_code == 401
    assert client.post(wire.ENROL, json={"code": "2222-2222-2222", "name": "x"}).status_code == 403


def test_a_day_and_a_walk_in_over_http(counter: httpx.Client) -> None:
    today = wire.Today.model_validate_json(counter.get(wire.TODAY).content)
    assert today.day.isoformat() == "2022-07-01"
    assert [service.id for service in today.desk.services] == ["points", "insurance"]
    visit = new_id()
    for report, status in ((check_in(None, visit), "arrived"), (closed(None, visit), "done")):
        for _ in range(2):
            answer = counter.post(
                wire.REPORTS, content=report.model_dump_json(), headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()["status"]) == (200, status)
    counted = re.findall(r'^madoguchi_visits_total\{outcome="completed"\} (\d+)', counter.get("/metrics").text, re.M)
    assert counted == ["1"]


def test_a_used_report_id_is_a_conflict_of_its_own(counter: httpx.Client) -> None:
    first = check_in(None, new_id())
    for report, status in ((first, 200), (first.model_copy(update={"party": 2}), 409)):
        answer = counter.post(
            wire.REPORTS, content=report.model_dump_json(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status


def test_nothing_a_counter_says_is_kept_but_what_it_means(served: Served, counter: httpx.Client) -> None:
    token = counter.headers["Authorization"].removeprefix("Bearer ")
    folder = Path(served.settings.database_url.removeprefix("sqlite+aiosqlite:///")).parent
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert token.encode() not in kept
    assert digest(token).encode() in kept
