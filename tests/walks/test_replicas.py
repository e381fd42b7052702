"""Several `madoguchi serve` on one PostgreSQL, and everything that may happen to them on an announcement day.

Real processes, a real server, Telegram on loopback. Events come doubled and out of order, a replica is killed in the
middle of its work, the server is restarted: every event takes effect once, and every answer arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.fakes.telegram_api import TelegramApi
from tests.postgres import PostgresServer
from tests.walks.replicas import QUESTIONS, Town, rows, town, until_ready, until_sent

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

RESIDENTS = range(101, 131)
LOOKS_AGAIN_S = 1.0


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest.fixture
def url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


def without_repeats(texts: Sequence[str]) -> list[str]:
    """Telegram cannot be asked whether it took a message: one in flight at a kill may come twice, side by side."""
    return [text for place, text in enumerate(texts) if place == 0 or texts[place - 1] != text]


async def test_through_kills_and_a_restart_every_event_takes_effect_once_and_every_answer_arrives(
    url: str, tmp_path: Path, api: TelegramApi, postgres_server: PostgresServer
) -> None:
    async with town(url, tmp_path, api, replicas=3) as there:
        answers = await there.answers_in_peace()
        asking = {resident: asyncio.create_task(there.asks(resident)) for resident in RESIDENTS}
        events = len(RESIDENTS) * len(QUESTIONS)
        await there.until_taken(events // 4)
        there.replicas[0].kill()
        await there.until_taken(events // 2)
        await asyncio.to_thread(postgres_server.stop, at_once=True)
        there.replicas[0].start()
        await asyncio.to_thread(postgres_server.start)
        asked = {resident: await task for resident, task in asking.items()}
        await until_sent(url)
        for resident, questions in asked.items():
            expected = [text for question in questions for text in answers[question]]
            assert without_repeats(api.texts(resident)) == expected
        repeats = sum(len(api.texts(resident)) - len(without_repeats(api.texts(resident))) for resident in RESIDENTS)
        assert repeats <= 10  # as many as a replica has in flight; usually none
        await every_event_took_effect_once(url, events + len(QUESTIONS))
        await until_ready(there.browser, there.replicas[0])
        assert all([await asyncio.to_thread(replica.stop) for replica in there.replicas])
        for replica in there.replicas:
            assert "hunter2" not in replica.log
            assert api.token not in replica.log


async def every_event_took_effect_once(url: str, events: int) -> None:
    assert await rows(url, "SELECT count(*) FROM inbox") == [(events,)]
    turns = await rows(url, "SELECT (state::json->>'turns')::int FROM conversations")
    assert turns == [(len(QUESTIONS),)] * (len(RESIDENTS) + 1)
    assert await rows(url, "SELECT id FROM outbox WHERE dead_at IS NOT NULL") == []


async def test_what_is_said_through_one_replica_is_read_through_another_at_once(
    url: str, tmp_path: Path, api: TelegramApi
) -> None:
    """Who waits at one replica looks at the start and every second: what comes sooner, the other has told of."""
    async with town(url, tmp_path, api, replicas=2) as there:
        one, two = (replica.address + "/webchat/v1/messages" for replica in there.replicas)
        first = await says(there, one, "first-1")
        waited_s = []
        for number in range(12):  # on a busy machine some take longer than a second by themselves
            begun_s = asyncio.get_running_loop().time()
            reading = asyncio.create_task(reads(there, two, after=first[-1]["id"]))
            await asyncio.sleep(0.3)
            first = await says(there, one, f"next-{number}")
            assert await reading == first
            waited_s.append(asyncio.get_running_loop().time() - begun_s)
            if sorted(waited_s)[:3][-1] < LOOKS_AGAIN_S and len(waited_s) >= 3:
                break
        assert sorted(waited_s)[2] < LOOKS_AGAIN_S


async def says(there: Town, address: str, event_id: str) -> list[dict[str, object]]:
    answer = await there.browser.post(address, json={"event_id": event_id, "text": QUESTIONS[0]})
    return list(answer.json()["messages"])


async def reads(there: Town, address: str, *, after: object) -> list[dict[str, object]]:
    answer = await there.browser.get(address, params={"after": str(after), "wait": 20}, timeout=60)
    return list(answer.json()["messages"])


async def test_replicas_that_are_told_to_stop_finish_and_leave_no_lease(
    url: str, tmp_path: Path, api: TelegramApi
) -> None:
    async with town(url, tmp_path, api, replicas=2) as there:
        asking = [asyncio.create_task(there.asks(resident)) for resident in RESIDENTS]
        await there.until_taken(40)
        assert all(await asyncio.gather(*(asyncio.to_thread(replica.stop) for replica in there.replicas)))
        assert await rows(url, "SELECT id FROM outbox WHERE leased_until IS NOT NULL") == []
        for replica in there.replicas:
            replica.start()
        await asyncio.gather(*asking)
        await until_sent(url)
        assert {len(api.texts(resident)) for resident in RESIDENTS} == {len(QUESTIONS)}
