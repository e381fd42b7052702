"""Several `madoguchi serve` on one PostgreSQL, and everything that may happen to them on an announcement day.

Real processes, a real server, Telegram on loopback. Events come doubled and out of order, a replica is killed in the
middle of its work, the server is restarted: every event takes effect once, and every answer arrives.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.turn import LEASE
from tests.fakes.server import bound
from tests.fakes.server import until as until_seen
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json
from tests.postgres import PostgresServer, rows_of

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

MADOGUCHI = str(Path(sys.executable).with_name("madoguchi"))
SECRET = "s3cret"
QUESTIONS = ("駐車場は無料ですか", "持ち物を教えてください", "土曜日は空いてますか", "暗証番号を忘れました")
RESIDENTS = range(101, 131)
REFERENCE = 100
SEED = 5


class Replica:
    """One `madoguchi serve`, which may be killed and started again where it was."""

    def __init__(self, url: str, folder: Path, api: TelegramApi) -> None:
        with bound() as free:
            self.port = free.getsockname()[1]
        self._log = folder / f"replica-{self.port}.log"
        self._environment = os.environ | {
            "MADOGUCHI_DATABASE_URL": url,
            "MADOGUCHI_PORT": str(self.port),
            "MADOGUCHI_CACHE": str(folder),
            "MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00",
            "MADOGUCHI_TELEGRAM_TOKEN": api.token,
            "MADOGUCHI_TELEGRAM_API_URL": api.url,
            "MADOGUCHI_TELEGRAM_MODE": "webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://desk.example/telegram/webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": SECRET,
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([MADOGUCHI, "serve"], env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(timeout=20)

    def stop(self) -> bool:
        """Told to stop: whether it ended by itself, not by force nor by a fault."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30) in (0, -signal.SIGTERM)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@dataclass
class Town:
    """Replicas behind what Telegram sees: an address that takes an update to any of them, and again until it is taken."""

    replicas: Sequence[Replica]
    browser: httpx.AsyncClient
    api: TelegramApi
    random: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311
    taken: int = 0

    async def is_called(self, update: Json) -> None:
        await until(lambda: self._takes(self.random.choice(self.replicas), update))
        self.taken += 1

    async def _takes(self, replica: Replica, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        try:
            answer = await self.browser.post(f"{replica.address}/telegram/webhook", json=update, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def is_called_untidily(self, update: Json) -> None:
        """One in five updates comes twice, at once."""
        times = 2 if self.random.random() < 0.2 else 1
        await asyncio.gather(*(self.is_called(update) for _ in range(times)))

    async def asks(self, resident: int) -> tuple[str, ...]:
        """All questions one after another, some swapped; the order in which they came."""
        questions = list(QUESTIONS)
        if self.random.random() < 0.2:
            questions[1], questions[2] = questions[2], questions[1]
        for question in questions:
            await self.is_called_untidily(self.api.updates.text(resident, question))
        return tuple(questions)


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest.fixture
def url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@asynccontextmanager
async def town(url: str, folder: Path, api: TelegramApi, replicas: int) -> AsyncIterator[Town]:
    """Replicas that are ready, stopped at the end."""
    running = [Replica(url, folder, api) for _ in range(replicas)]
    async with httpx.AsyncClient(timeout=10) as browser:
        try:
            for replica in running:  # one after another: the first one builds the search index for all
                replica.start()
                await until_ready(browser, replica)
            yield Town(running, browser, api)
        finally:
            for replica in running:
                replica.kill()


async def until(condition: Callable[[], Awaitable[bool]], deadline_s: float = 90.0) -> None:
    async with asyncio.timeout(deadline_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def until_ready(browser: httpx.AsyncClient, replica: Replica) -> None:
    async def is_ready() -> bool:
        try:
            return (await browser.get(f"{replica.address}/health/ready")).status_code == 200
        except httpx.HTTPError:
            return False

    await until(is_ready)


async def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await asyncio.to_thread(rows_of, url, sql)]


async def until_sent(url: str) -> None:
    """Until nothing waits. The minute of what a killed replica had leased, and no living one touches, is made short."""
    leased = "SELECT id FROM outbox WHERE leased_until IS NOT NULL"
    before = await rows(url, leased)
    await asyncio.sleep(3)  # more than a living one takes
    stale = [letter_id for letter_id in await rows(url, leased) if letter_id in before]
    for (letter_id,) in stale:
        await rows(url, f"UPDATE outbox SET leased_until = 0 WHERE id = {letter_id} RETURNING id")  # noqa: S608
    await until_none(url, "dead_at IS NULL")


async def until_none(url: str, condition: str, deadline_s: float = 90.0) -> None:
    async def is_none() -> bool:
        return not await rows(url, f"SELECT id FROM outbox WHERE not_before IS NOT NULL AND {condition}")  # noqa: S608

    await until(is_none, deadline_s)


def without_repeats(texts: Sequence[str]) -> list[str]:
    """Telegram cannot be asked whether it took a message: one in flight at a kill may come twice, side by side."""
    return [text for place, text in enumerate(texts) if place == 0 or texts[place - 1] != text]


async def test_through_kills_and_a_restart_every_event_takes_effect_once_and_every_answer_arrives(
    url: str, tmp_path: Path, api: TelegramApi, postgres_server: PostgresServer
) -> None:
    async with town(url, tmp_path, api, replicas=3) as there:
        answers = await answers_in_peace(there)
        asking = {resident: asyncio.create_task(there.asks(resident)) for resident in RESIDENTS}
        events = len(RESIDENTS) * len(QUESTIONS)
        await until_taken(there, events // 4)
        there.replicas[0].kill()
        await until_taken(there, events // 2)
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
        assert all(replica.stop() for replica in there.replicas)
        for replica in there.replicas:
            assert "hunter2" not in replica.log
            assert api.token not in replica.log


async def answers_in_peace(there: Town) -> dict[str, list[str]]:
    """What each question is answered, by one replica or another."""
    answers: dict[str, list[str]] = {}
    for question in QUESTIONS:
        before = len(there.api.texts(REFERENCE))
        await there.is_called(there.api.updates.text(REFERENCE, question))
        await until_seen(partial(has_more_than, there.api, before))
        answers[question] = there.api.texts(REFERENCE)[before:]
    return answers


def has_more_than(api: TelegramApi, count: int) -> bool:
    return len(api.texts(REFERENCE)) > count


async def until_taken(there: Town, count: int) -> None:
    await until_seen(lambda: there.taken >= count, 60)


async def every_event_took_effect_once(url: str, events: int) -> None:
    assert await rows(url, "SELECT count(*) FROM inbox") == [(events,)]
    turns = await rows(url, "SELECT (state::json->>'turns')::int FROM conversations")
    assert turns == [(len(QUESTIONS),)] * (len(RESIDENTS) + 1)
    assert await rows(url, "SELECT id FROM outbox WHERE dead_at IS NOT NULL") == []


async def test_what_is_said_through_one_replica_is_read_through_another_at_once(
    url: str, tmp_path: Path, api: TelegramApi
) -> None:
    async with town(url, tmp_path, api, replicas=2) as there:
        one, two = (replica.address + "/webchat/v1/messages" for replica in there.replicas)
        first = (await there.browser.post(one, json={"event_id": "first-1", "text": QUESTIONS[0]})).json()["messages"]
        waits = []
        for number in range(5):
            last = first[-1]["id"]
            reading = asyncio.create_task(there.browser.get(two, params={"after": last, "wait": 20}))
            await asyncio.sleep(0.3)
            first = (await there.browser.post(one, json={"event_id": f"next-{number}", "text": QUESTIONS[1]})).json()[
                "messages"
            ]
            said = asyncio.get_running_loop().time()
            assert (await reading).json()["messages"] == first
            waits.append(asyncio.get_running_loop().time() - said)
        assert sorted(waits)[2] < 0.6  # a look at the outbox comes a second after the one before: after 0.7


async def test_a_replica_that_is_told_to_stop_finishes_and_leaves_no_lease(
    url: str, tmp_path: Path, api: TelegramApi
) -> None:
    async with town(url, tmp_path, api, replicas=2) as there:
        asking = [asyncio.create_task(there.asks(resident)) for resident in RESIDENTS]
        await until_taken(there, 40)
        assert await asyncio.to_thread(there.replicas[0].stop)
        await asyncio.gather(*asking)
        await until_none(url, "dead_at IS NULL", deadline_s=LEASE.total_seconds() / 3)
        assert {len(api.texts(resident)) for resident in RESIDENTS} == {len(QUESTIONS)}
