"""Replicas of `madoguchi serve` on one PostgreSQL, two platforms in bad weather, and a network that is not to be trusted.

Used small by `test_chaos.py` and large by `bench/chaos.py`. The desk is the one that is deployed; what it says is noted by
the database itself, in a table of this test's own, so that nothing of the desk has to be believed.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import asyncpg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.store.migrations import migrate
from tests.fakes import line_api, line_events, telegram_api
from tests.fakes.line_api import LineApi
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_updates import Json, private
from tests.ports import steady_port
from tests.postgres import PostgresServer, rows_of

OPENS = datetime.fromisoformat("2022-07-01T10:00:00+09:00")
SECRET = "s3cret"
TELEGRAM_PER_SECOND = 30
_READY_S = 180.0
_SUPERVISOR_S = 2.0
_PATIENCE_S = 240.0
_WATCH = """
CREATE TABLE said (id bigint, conversation_id bigint, channel text, event_id text, language text, say text,
                   said_at bigint, not_before bigint, transaction bigint);
CREATE FUNCTION note_said() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO said VALUES (NEW.id, NEW.conversation_id, NEW.channel, NEW.event_id, NEW.language, NEW.say, NEW.said_at,
                           NEW.not_before, txid_current());
  RETURN NEW;
END $$;
CREATE TRIGGER note_said AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION note_said();
"""


@dataclass(frozen=True, slots=True)
class Weather:
    """What goes wrong, as shares of calls and events, and how often a replica is killed."""

    flooded: float = 0.01
    failed: float = 0.01
    answer_lost: float = 0.005
    doubled: float = 0.20
    reordered: float = 0.05
    delayed: float = 0.05
    kill_every_s: float = 6.0
    seed: int = 7


class Telegram(TelegramApi):
    """The Bot API with 429 and 500 now and then. Files it takes and forgets."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather, self.random = weather, random.Random(weather.seed)  # noqa: S311
        self.troubles: Counter[str] = Counter()
        self.called_at_s: list[float] = []

    async def _answer(self, request: Request) -> Response:
        try:
            if request.path_params["method"] in ("sendPhoto", "sendDocument"):
                await request.body()
                return JSONResponse({"ok": True, "result": {"message_id": 1, "date": 1, "chat": private(1)}})
            return await super()._answer(request)
        except ClientDisconnect:  # killed in the middle of its call
            return Response(status_code=400)

    def most_in_a_second(self) -> int:
        """Of the messages it was sent, taken or not: as many as came within the busiest second."""
        times, most, first = self.called_at_s, 0, 0
        for last, at_s in enumerate(times):
            while at_s - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    def _trouble_of(self, call: telegram_api.Call) -> telegram_api.Trouble | None:
        if call.method != "sendMessage":
            return super()._trouble_of(call)
        self.called_at_s.append(time.monotonic())
        drawn = self.random.random()
        if drawn < self.weather.flooded:
            self.troubles["429"] += 1
            words = "Too Many Requests: retry after 1"
            return telegram_api.Trouble("", telegram_api.Refusal(429, words, retry_after=1))
        if drawn < self.weather.flooded + self.weather.failed:
            self.troubles["500"] += 1
            return telegram_api.Trouble("", body="<html>")
        return None


class Line(LineApi):
    """The Messaging API with 429, 500, and answers that are lost after the message was taken."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather, self.random = weather, random.Random(weather.seed + 1)  # noqa: S311
        self.troubles: Counter[str] = Counter()

    async def _answer(self, request: Request) -> Response:
        try:
            return await super()._answer(request)
        except ClientDisconnect:
            return Response(status_code=400)

    def _trouble_of(self, call: line_api.Call) -> line_api.Trouble | None:
        if call.path not in ("reply", "push"):
            return super()._trouble_of(call)
        drawn, weather = self.random.random(), self.weather
        if drawn < weather.flooded:
            self.troubles["429"] += 1
            return line_api.Trouble("", JSONResponse({"message": "The API rate limit has been exceeded."}, 429))
        if drawn < weather.flooded + weather.failed:
            self.troubles["500"] += 1
            return line_api.Trouble("", None)
        if drawn < weather.flooded + weather.failed + weather.answer_lost:
            self.troubles["answer lost"] += 1
            return line_api.Trouble("", None, takes_it=True)
        return None


class Replica:
    """One `madoguchi serve`. Killed and started again, it goes on with the time the others have."""

    def __init__(self, settings: dict[str, str], folder: Path, opened_s: float) -> None:
        self.port = steady_port()
        self._settings, self._opened_s = settings | {"MADOGUCHI_PORT": str(self.port)}, opened_s
        self._log = folder / f"replica-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        now = OPENS + timedelta(seconds=time.monotonic() - self._opened_s)
        others = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}
        environment = others | self._settings | {"MADOGUCHI_CLOCK": now.isoformat()}
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "bot", "serve"]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)

    @property
    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> bool:
        """Told to stop: whether it ended by itself within a minute."""
        if self._process is None:
            return True
        self._process.terminate()
        return self._process.wait(timeout=60) in (0, -15)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Town:
    """All of it, and what was done to it. `events` are the ids given out, by channel and address; `askers` are those
    who only ask, each of whose events is one turn."""

    server: PostgresServer
    url: str
    telegram: Telegram
    line: Line
    replicas: Sequence[Replica]
    session: aiohttp.ClientSession
    weather: Weather
    settings: dict[str, str]
    done: Counter[str] = field(default_factory=Counter)
    answer_ms: list[float] = field(default_factory=list)
    events: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    askers: set[tuple[str, str]] = field(default_factory=set)
    late: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.weather.seed + 2)  # noqa: S311

    # Events on their way to the desk.

    async def brings(self, channel: str, address: str, event: Json) -> None:
        """One event, perhaps late and perhaps twice; taken when this returns, but for its copy."""
        event_id = str(event["webhookEventId"] if channel == "line" else event["update_id"])
        self.events.setdefault((channel, address), []).append(event_id)
        if self.random.random() < self.weather.delayed:
            self.done["delayed"] += 1
            await asyncio.sleep(self.random.uniform(0.5, 2))
        if self.random.random() < self.weather.doubled:
            self.done["doubled"] += 1
            task = asyncio.create_task(self._copy(channel, event))
            self.late.add(task)
            task.add_done_callback(self.late.discard)
        await self._until_taken(channel, event)
        self.done["events"] += 1

    async def _copy(self, channel: str, event: Json) -> None:
        await asyncio.sleep(self.random.choice((0, 0, 0.3, 1.5)))
        await self._until_taken(channel, self.line.events.redelivered(event) if channel == "line" else event)

    async def _until_taken(self, channel: str, event: Json) -> None:
        """As the platforms do: again until it is answered with 200, by whichever replica it comes to."""
        async with asyncio.timeout(_PATIENCE_S):
            while not await self._takes(self.random.choice(self.replicas), channel, event):
                self.done["calls again"] += 1
                await asyncio.sleep(self.random.uniform(0.1, 0.5))

    async def _takes(self, replica: Replica, channel: str, event: Json) -> bool:
        begun = time.perf_counter()
        try:
            if channel == "line":
                self.line.events.comes_again(event)
                body = line_events.body(event)
                headers = {"X-Line-Signature": line_events.signature(body, self.line.secret)}
                call = self.session.post(f"{replica.address}/line/webhook", data=body, headers=headers)
            else:
                headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                call = self.session.post(f"{replica.address}/telegram/webhook", json=event, headers=headers)
            async with call as answer:
                is_taken = answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
        if is_taken:
            self.answer_ms.append((time.perf_counter() - begun) * 1000)
        return is_taken

    # What happens to the desk.

    async def kills(self, *, stop: asyncio.Event) -> None:
        """A replica is killed every few seconds and started again."""
        while not await _happens(stop, self.weather.kill_every_s):
            replica = self.random.choice(self.replicas)
            await asyncio.to_thread(replica.kill)
            self.done["kills"] += 1
            await asyncio.sleep(0.5)
            replica.start()
            await self.until_ready(replica)

    async def restarts_postgres(self) -> None:
        """As a crash of the server; it comes back after a second."""
        await asyncio.to_thread(self.server.stop, at_once=True)
        self.done["PostgreSQL restarts"] += 1
        await asyncio.sleep(1)
        await asyncio.to_thread(self.server.start)

    async def until_ready(self, replica: Replica) -> None:
        """As systemd does: one that ended by itself, because the server was away just then, is started again."""
        async with asyncio.timeout(_READY_S):
            while not await self._is_ready(replica):
                if replica.has_ended:
                    self.done["starts again"] += 1
                    await asyncio.sleep(_SUPERVISOR_S)
                    replica.start()
                await asyncio.sleep(0.1)

    async def _is_ready(self, replica: Replica) -> bool:
        try:
            async with self.session.get(f"{replica.address}/health/ready") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await asyncio.to_thread(rows_of, self.url, sql)]

    async def until_all_is_out(self, *, patience_s: float) -> None:
        """Until every copy has come and nothing that is due waits to be sent."""
        if self.late:
            await asyncio.wait(self.late)
        async with asyncio.timeout(patience_s):
            while await self.rows(DUE):  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(0.3)

    async def shortens_lost_leases(self, after_s: float, *, stop: asyncio.Event) -> None:
        """For a small run: the minute in which nobody else sends what a killed replica had in hand ends sooner."""
        seen: dict[tuple[object, ...], float] = {}
        while not await _happens(stop, 1):
            try:
                leased = await self.rows("SELECT id, leased_until FROM outbox WHERE leased_until > 0")
            except (OSError, asyncpg.PostgresError):  # it is being restarted
                continue
            now_s = time.monotonic()
            seen = {row: seen.get(row, now_s) for row in leased}
            for letter_id in [row[0] for row, since_s in seen.items() if now_s - since_s > after_s]:
                await self.rows(f"UPDATE outbox SET leased_until = 0 WHERE id = {letter_id} RETURNING id")  # noqa: S608


DUE = (
    "SELECT id FROM outbox WHERE not_before IS NOT NULL AND dead_at IS NULL AND (attempts > 0 OR not_before <= said_at)"
)


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def town(
    server: PostgresServer, folder: Path, weather: Weather, *, replicas: int = 3, cache: Path | None = None
) -> AsyncIterator[Town]:
    """Everything is running; at the end all processes are gone and the database is dropped."""
    url = server.new_database()
    await asyncio.to_thread(migrate, url)
    await asyncio.to_thread(_watch, url)
    opened_s = time.monotonic()
    with Telegram(weather) as telegram, Line(weather) as line:
        settings = _settings(url, telegram, line, cache or folder)
        running = [Replica(settings, folder, opened_s) for _ in range(replicas)]
        limits = aiohttp.TCPConnector(limit=300)
        async with aiohttp.ClientSession(connector=limits, timeout=aiohttp.ClientTimeout(total=15)) as session:
            there = Town(server, url, telegram, line, running, session, weather, settings)
            try:
                for replica in running:  # one after another: the first one builds the search index for all
                    replica.start()
                    await there.until_ready(replica)
                yield there
            finally:
                for replica in running:
                    replica.kill()
    server.drop(url)


def _watch(url: str) -> None:
    for statement in _WATCH.split(";\nCREATE"):
        rows_of(url, statement if statement.lstrip().startswith("CREATE") else f"CREATE{statement}")


def _settings(url: str, telegram: Telegram, line: Line, cache: Path) -> dict[str, str]:
    return {
        "MADOGUCHI_DATABASE_URL": url,
        "MADOGUCHI_CACHE": str(cache),
        "MADOGUCHI_LOG_LEVEL": "WARNING",
        "MADOGUCHI_TELEGRAM_TOKEN": telegram.token,
        "MADOGUCHI_TELEGRAM_API_URL": telegram.url,
        "MADOGUCHI_TELEGRAM_MODE": "webhook",
        "MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://desk.example/telegram/webhook",
        "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "MADOGUCHI_TELEGRAM_PER_SECOND": str(TELEGRAM_PER_SECOND),
        "MADOGUCHI_LINE_CHANNEL_SECRET": line.secret,
        "MADOGUCHI_LINE_ACCESS_TOKEN": line.token,
        "MADOGUCHI_LINE_HOST": line.url,
    }
