"""What `bench/webhook.py` and `bench/planning.py` drive: servers in processes of their own, and callers of their webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp

from bench.report import percentile
from bench.turn import QUESTIONS, update_json
from tests.fakes.line_events import body, signature, user

_SECRET, _READY_S, _ALL_OUT_S = "bench", 90.0, 120.0
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Post:
    """A webhook's call."""

    path: str
    content: bytes
    headers: dict[str, str]


@dataclass
class Served:
    """What is measured: where it listens, what it is called with, and its processes."""

    name: str
    urls: list[str]
    post: Callable[[], Post]
    answers: bool
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def memory_mb(self) -> float:
        """Resident memory of all its processes."""
        lines = (Path(f"/proc/{one.pid}/status").read_text(encoding="ascii").splitlines() for one in self.processes)
        return sum(int(line.split()[1]) for status in lines for line in status if line.startswith("VmRSS")) / 1024


def line_post() -> Post:
    """A question over LINE; every resident asks twenty."""
    number = next(_numbers)
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": 1656637200000 + number,
        "source": {"type": "user", "userId": user(number // 20)},
        "webhookEventId": f"bench{number}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token{number}",
        "message": {"type": "text", "id": str(number), "text": QUESTIONS[number % len(QUESTIONS)]},
    }
    content = body(event)
    return Post("/line/webhook", content, {"X-Line-Signature": signature(content, _SECRET)})


def telegram_post() -> Post:
    number = next(_numbers)
    headers = {"X-Telegram-Bot-Api-Secret-Token": _SECRET, "Content-Type": "application/json"}
    return Post("/telegram/webhook", update_json(number, 1000 + number // 20).encode(), headers)


class House:
    """Starts servers, each in a process of its own, and ends them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.platform = self.peer("platform")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def peer(self, name: str) -> Served:
        port = _free_port()
        platform_url = self.platform.urls[0] if name == "echo" else ""
        process = self._start([sys.executable, "-m", "bench.webhook_peers", name, str(port), platform_url], {})
        return Served(name, [f"http://127.0.0.1:{port}"], telegram_post, name == "echo", [process])

    def ours(self, channel: str, database_url: str, replicas: int) -> Served:
        """`madoguchi serve`, so many times on one database."""
        post = line_post if channel == "line" else telegram_post
        database = database_url.partition(":")[0].partition("+")[0]
        served = Served(
            f"ours, {channel}, {database}, {replicas} process{'es' * (replicas > 1)}", [], post, answers=True
        )
        for _ in range(replicas):
            port = _free_port()
            settings = self._settings(database_url, port)
            served.processes.append(self._start([sys.executable, "-m", "bot", "serve"], settings))
            served.urls.append(f"http://127.0.0.1:{port}")
            _wait_until_it_listens(port)
        return served

    def end(self, served: Served) -> None:
        for process in served.processes:
            _end(process)

    def _settings(self, database_url: str, port: int) -> dict[str, str]:
        platform_url = self.platform.urls[0]
        return {
            "MADOGUCHI_DATABASE_URL": database_url,
            "MADOGUCHI_PORT": str(port),
            "MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00",
            "MADOGUCHI_LOG_LEVEL": "ERROR",
            "MADOGUCHI_LINE_CHANNEL_SECRET": _SECRET,
            "MADOGUCHI_LINE_ACCESS_TOKEN": "bench",
            "MADOGUCHI_LINE_HOST": platform_url,
            "MADOGUCHI_TELEGRAM_TOKEN": "1:bench",
            "MADOGUCHI_TELEGRAM_MODE": "webhook",
            "MADOGUCHI_TELEGRAM_API_URL": platform_url,
            "MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://desk.example/telegram/webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": _SECRET,
            "MADOGUCHI_TELEGRAM_PER_SECOND": "100000",  # what the desk can do, not what Telegram takes
            "MADOGUCHI_LINE_PER_SECOND": "100000",
        }

    def _start(self, command: Sequence[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}
        process = subprocess.Popen(command, env=environment | settings, stdout=subprocess.DEVNULL)
        self._stack.callback(_end, process)
        if not settings:
            _wait_until_it_listens(int(command[4]))
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_it_listens(port: int) -> None:
    deadline_s = time.monotonic() + _READY_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


@dataclass(frozen=True, slots=True)
class Run:
    """One round: events a second until the last reply was out, how long the webhook's answers took, and how many took
    longer than the desk's patience: they are answered 503 and done all the same."""

    per_second: float
    p50_ms: float
    p99_ms: float
    late: int


class Load:
    """Calls webhooks, so many at once."""

    def __init__(self, session: aiohttp.ClientSession, platform_url: str) -> None:
        self._session = session
        self._platform_url = platform_url

    async def run(self, served: Served, events: int, at_once: int) -> Run:
        posts = iter([served.post() for _ in range(events)])
        urls, latencies, late = itertools.cycle(served.urls), list[float](), list[int]()
        before, begun = await self._count(), time.perf_counter()

        async def caller() -> None:
            for post in posts:
                sent = time.perf_counter()
                async with self._session.post(
                    next(urls) + post.path, data=post.content, headers=post.headers
                ) as answer:
                    assert answer.status in {200, 503}, answer.status
                    await answer.read()
                late.append(answer.status == 503)
                latencies.append((time.perf_counter() - sent) * 1000)

        await asyncio.gather(*(caller() for _ in range(at_once)))
        if served.answers:
            await self._until_answered(before + events)
        rate = events / (time.perf_counter() - begun)
        return Run(rate, percentile(latencies, 50), percentile(latencies, 99), sum(late))

    async def _until_answered(self, count: int) -> None:
        async with asyncio.timeout(_ALL_OUT_S):
            while await self._count() < count:  # noqa: ASYNC110 - it is counted in another process
                await asyncio.sleep(0.02)

    async def _count(self) -> int:
        async with self._session.get(f"{self._platform_url}/count") as answer:
            return int(await answer.json())
