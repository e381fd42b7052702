"""Several `madoguchi serve` on one PostgreSQL, and Telegram as it calls them: any of them, again until it is taken."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from tests.fakes.server import until as until_seen
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json
from tests.ports import steady_port
from tests.postgres import rows_of

QUESTIONS = ("駐車場は無料ですか", "持ち物を教えてください", "土曜日は空いてますか", "暗証番号を忘れました")
REFERENCE = 100
_MADOGUCHI = str(Path(sys.executable).with_name("madoguchi"))
_SECRET = "s3cret"
_SEED = 5
_OPENS = datetime.fromisoformat("2022-07-01T10:00:00+09:00")
_PATIENCE_S = 120.0
"""For anything that happens: on a machine that others use, seconds become minutes."""

_SURELY_LOST_S = 8.0
"""A living replica has a letter in hand for far less; what stays leased and unchanged for so long is a killed one's."""


class Replica:
    """One `madoguchi serve`, which may be killed and started again where it was, with the time the others have."""

    def __init__(self, url: str, folder: Path, api: TelegramApi, opened_s: float) -> None:
        self.port, self._opened_s = steady_port(), opened_s
        self._log = folder / f"replica-{self.port}.log"
        self._environment = os.environ | {
            "MADOGUCHI_DATABASE_URL": url,
            "MADOGUCHI_PORT": str(self.port),
            "MADOGUCHI_CACHE": str(folder),
            "MADOGUCHI_TELEGRAM_TOKEN": api.token,
            "MADOGUCHI_TELEGRAM_API_URL": api.url,
            "MADOGUCHI_TELEGRAM_MODE": "webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://desk.example/telegram/webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": _SECRET,
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        now = _OPENS + timedelta(seconds=time.monotonic() - self._opened_s)
        environment = self._environment | {"MADOGUCHI_CLOCK": now.isoformat()}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([_MADOGUCHI, "serve"], env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(timeout=_PATIENCE_S)

    def stop(self) -> bool:
        """Told to stop: whether it ended by itself, not by force nor by a fault."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=_PATIENCE_S) in (0, -signal.SIGTERM)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ends(self) -> int:
        """Waits until it has ended by itself: what it returned."""
        return self._process.wait(timeout=_PATIENCE_S)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@dataclass
class Town:
    """Replicas behind what Telegram sees: an address that takes an update to any of them, and again until it is taken."""

    replicas: Sequence[Replica]
    browser: httpx.AsyncClient
    api: TelegramApi
    random: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311
    taken: int = 0

    async def is_called(self, update: Json) -> None:
        await until(lambda: self._takes(self.random.choice(self.replicas), update))
        self.taken += 1

    async def _takes(self, replica: Replica, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": _SECRET}
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

    async def until_taken(self, count: int) -> None:
        await until_seen(lambda: self.taken >= count, _PATIENCE_S)

    async def answers_in_peace(self) -> dict[str, list[str]]:
        """What each question is answered, by one replica or another."""
        answers: dict[str, list[str]] = {}
        for question in QUESTIONS:
            before = len(self.api.texts(REFERENCE))
            await self.is_called(self.api.updates.text(REFERENCE, question))
            await until_seen(lambda before=before: len(self.api.texts(REFERENCE)) > before, _PATIENCE_S)  # type: ignore[misc]
            answers[question] = self.api.texts(REFERENCE)[before:]
        return answers


@asynccontextmanager
async def town(url: str, folder: Path, api: TelegramApi, replicas: int) -> AsyncIterator[Town]:
    """Replicas that are ready, killed at the end."""
    opened_s = time.monotonic()
    running = [Replica(url, folder, api, opened_s) for _ in range(replicas)]
    started: list[Replica] = []
    async with httpx.AsyncClient(timeout=15) as browser:
        try:
            for replica in running:  # one after another: the first one builds the search index for all
                replica.start()
                started.append(replica)
                await until_ready(browser, replica)
            yield Town(running, browser, api)
        finally:
            for replica in started:
                replica.kill()


async def until(condition: Callable[[], Awaitable[bool]], deadline_s: float = _PATIENCE_S) -> None:
    async with asyncio.timeout(deadline_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def until_ready(browser: httpx.AsyncClient, replica: Replica) -> None:
    """As systemd does: one that ended by itself, because the server was away just then, is started again."""

    async def is_ready() -> bool:
        if replica.has_ended:
            replica.start()
        try:
            return (await browser.get(f"{replica.address}/health/ready")).status_code == 200
        except httpx.HTTPError:
            return False

    await until(is_ready)


async def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await asyncio.to_thread(rows_of, url, sql)]


async def until_sent(url: str) -> None:
    """Until nothing waits. The minute of what a killed replica had leased, and no living one touches, is made short."""
    leases: dict[tuple[object, ...], float] = {}

    async def is_empty() -> bool:
        nonlocal leases
        now_s = asyncio.get_running_loop().time()
        waiting = await rows(
            url, "SELECT id, leased_until FROM outbox WHERE not_before IS NOT NULL AND dead_at IS NULL"
        )
        leases = {row: leases.get(row, now_s) for row in waiting if row[1]}
        for letter_id in [row[0] for row, since_s in leases.items() if now_s - since_s > _SURELY_LOST_S]:
            await rows(url, f"UPDATE outbox SET leased_until = 0 WHERE id = {letter_id} RETURNING id")  # noqa: S608
        return not waiting

    await until(is_empty)
