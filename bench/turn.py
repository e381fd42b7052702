"""One full question through the turn, against a hand-written floor of the same work in one file, and a bare echo.

Telegram's JSON in; guard, search, state, outbox, commit; the rendered reply out; the outbox row gone. The floor does
`de_json`, Sudachi, a ranking (rapidfuzz WRatio over the questions), Jinja2 and the same rows in one transaction through
sqlite3 in one hop. Both run in this process, in turns, on the same machine.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
from rapidfuzz import fuzz, process
from sudachipy import Dictionary, SplitMode
from telegram import Bot, Update
from telegram.ext import Application, MessageHandler
from telegram.ext.filters import TEXT
from telegram.request import BaseRequest, RequestData

from bench.report import Table, machine, percentile
from bot.channels.telegram import Telegram
from bot.delivery import Delivery
from bot.dialogue import Desk, Incoming, Rendered
from bot.settings import read_settings
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.store.outbox import Letter
from bot.texts import Texts
from bot.turn import Turns
from bot.wiring import open_desk

NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
QUESTIONS = (
    "何時まで開いてますか", "持ち物を教えてください", "駐車場は無料ですか", "スマホでの申し込み方法", "土曜日は空いてますか",
    "ポイント申込の締め切りはいつ", "健康保険証の申し込みはどこ", "口座の登録は市役所でできますか", "全部でいくらもらえますか",
    "暗証番号を忘れました", "お昼も手伝ってもらえますか", "決済サービスIDがわからない",
)  # fmt: skip
SECRET = "bench"
One = Callable[[str], Awaitable[None]]


def update_json(number: int, resident: int) -> str:
    """A private message as Telegram sends it."""
    person = {"id": resident, "is_bot": False, "first_name": "A", "language_code": "ja"}
    chat = {"id": resident, "type": "private", "first_name": "A"}
    text = QUESTIONS[number % len(QUESTIONS)]
    message = {"message_id": number, "date": 1656637200, "chat": chat, "from": person, "text": text}
    return json.dumps({"update_id": number, "message": message})


class StubChannel:
    """A platform that takes everything at once."""

    name = "telegram"

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, address: str, message: Rendered) -> None:
        assert message.text
        self.sent += 1


class Ours:
    """The real turn, store, wording and delivery, with a stub in the platform's place."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite+aiosqlite:///{folder / 'ours.db'}"
        migrate(url)
        self.file = folder / "ours.db"
        self.engine: Engine = engine_at(url)
        self.desk: Desk = open_desk(read_settings().content)
        self.telegram = Telegram("1:bench")
        self.delivery = Delivery(self.engine, Texts(self.desk.content), {"telegram": StubChannel()}, clock=lambda: NOW)
        self.turns = Turns(
            self.engine,
            self.desk,
            clock=lambda: NOW,
            keep=timedelta(days=30),
            pushed=frozenset({"telegram"}),
            said=self._said,
        )
        self._deliveries: list[asyncio.Task[None]] = []

    def _said(self, incoming: Incoming, letters: tuple[Letter, ...]) -> None:
        self.delivery.start(letters)

    async def open(self) -> None:
        await self.engine.open()

    async def one(self, text: str) -> None:
        assert hmac.compare_digest(SECRET, SECRET)
        await self.telegram.take_update(json.loads(text), self.turns.take)

    async def settle(self) -> None:
        await self.delivery.finish()

    async def close(self) -> None:
        await self.engine.close()


class Floor:
    """The same work written by hand in the shortest way that keeps the same rows."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.file = folder / "floor.db"
        self.thread = ThreadPoolExecutor(1)
        self.database = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
        self.database.executescript(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
            CREATE TABLE inbox (channel TEXT, event_id TEXT, received_at INTEGER, PRIMARY KEY (channel, event_id)) WITHOUT ROWID;
            CREATE TABLE conversations (id INTEGER PRIMARY KEY, channel TEXT, address TEXT, state TEXT, last_event_at INTEGER,
                                        UNIQUE (channel, address));
            CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER, say TEXT, said_at INTEGER);
            CREATE INDEX outbox_by_conversation ON outbox (conversation_id, id);
            """
        )
        self.bot = Bot("1:bench")
        self.tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
        entries = list(desk.content.entries.values())
        self.questions = [" ".join(self._words(entry.question[desk.content.languages[0]])) for entry in entries]
        environment = jinja2.Environment(autoescape=False)
        source = "{{ question }}\n平日の{{ hours }}です。\n\n出典：{{ page }}\nお問い合わせ：{{ number }}"
        self.templates = [environment.from_string(source) for _ in entries]
        self.sent = 0

    def _words(self, text: str) -> list[str]:
        kept = (m for m in self.tokenizer.tokenize(text) if m.part_of_speech()[0] not in ("助詞", "助動詞", "補助記号"))
        return [m.normalized_form() for m in kept]

    async def one(self, text: str) -> None:
        assert hmac.compare_digest(SECRET, SECRET)
        update = Update.de_json(json.loads(text), self.bot)
        assert update.message is not None and update.message.text is not None
        query = " ".join(self._words(update.message.text))
        _, _, place = process.extractOne(query, self.questions, scorer=fuzz.WRatio)
        loop = asyncio.get_running_loop()
        row = await loop.run_in_executor(
            self.thread, self._store, str(update.update_id), str(update.message.chat.id), place
        )
        reply = self.templates[place].render(question=query, hours="8:30–11:00", page="案内", number="0120-95-0178")
        assert reply
        self.sent += 1
        await loop.run_in_executor(self.thread, self.database.execute, "DELETE FROM outbox WHERE id = ?", (row,))

    def _store(self, event_id: str, address: str, place: int) -> int:
        run = self.database.execute
        run("BEGIN IMMEDIATE")
        run("INSERT INTO inbox VALUES ('telegram', ?, ?) ON CONFLICT DO NOTHING RETURNING 1", (event_id, 0)).fetchall()
        run("SELECT id, state FROM conversations WHERE channel = 'telegram' AND address = ?", (address,)).fetchall()
        state = json.dumps({"last": place})
        upsert = "INSERT INTO conversations (channel, address, state, last_event_at) VALUES ('telegram', ?, ?, 0) ON CONFLICT (channel, address) DO UPDATE SET state = excluded.state RETURNING id"
        [(conversation_id,)] = run(upsert, (address, state)).fetchall()
        say = json.dumps({"entry": place, "choices": list(range(6))})
        insert = "INSERT INTO outbox (conversation_id, say, said_at) VALUES (?, ?, 0) RETURNING id"
        [(row,)] = run(insert, (conversation_id, say)).fetchall()
        run("COMMIT")
        return int(row)

    async def settle(self) -> None:
        return None


class StubRequest(BaseRequest):
    """A Telegram that answers at once, for the bare echo."""

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        if url.endswith("getMe"):
            return 200, b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"b","username":"b"}}'
        return (
            200,
            b'{"ok":true,"result":{"message_id":1,"date":1656637200,"chat":{"id":1,"type":"private"},"text":"x"}}',
        )


class Echo:
    """What python-telegram-bot alone needs to answer with the same words: no search, no store."""

    async def open(self) -> None:
        self.application = (
            Application.builder().token("1:b").request(StubRequest()).get_updates_request(StubRequest()).build()
        )
        self.application.add_handler(MessageHandler(TEXT, self._echo))
        await self.application.initialize()

    async def _echo(self, update: Update, context: Any) -> None:
        assert update.message is not None and update.message.text is not None
        await update.message.reply_text(update.message.text)

    async def one(self, text: str) -> None:
        await self.application.process_update(Update.de_json(json.loads(text), self.application.bot))

    async def settle(self) -> None:
        return None


class Load:
    """Numbers events so that no two runs share one."""

    def __init__(self) -> None:
        self._next = 1

    async def run(self, subject: Any, at_once: int, events: int) -> tuple[list[float], float]:
        """Latencies in ms of `events` events by `at_once` residents, and events a second."""
        first, self._next = self._next, self._next + events
        latencies: list[float] = []
        numbers = iter(range(first, first + events))

        async def resident(place: int) -> None:
            for number in numbers:
                text = update_json(number, 1000 + place)
                begun = time.perf_counter()
                await subject.one(text)
                if at_once == 1:
                    await subject.settle()
                latencies.append((time.perf_counter() - begun) * 1000)

        begun = time.perf_counter()
        await asyncio.gather(*(resident(place) for place in range(at_once)))
        await subject.settle()
        return latencies, events / (time.perf_counter() - begun)


def fill(file: Path, events: int) -> None:
    """Old inbox marks, conversations and letters, as a year of residents leaves them (expiry switched off)."""
    database = sqlite3.connect(file)
    columns = {row[1] for row in database.execute("PRAGMA table_info(outbox)")}
    assert "conversation_id" in columns
    database.execute(
        "INSERT INTO inbox (channel, event_id, received_at) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'telegram', 'old' || i, i FROM n",
        (events,),
    )
    database.commit()
    database.close()


async def measure(events: int, rounds: int) -> list[Table]:
    table = Table(
        "One question through the turn",
        f"{machine()}. {events} events a cell and round, median of {rounds} rounds in turns; SQLite file, synchronous=FULL in both. "
        "The floor is the same work by hand in one file; the echo is python-telegram-bot alone, without search or store.",
        ("residents at once", "old events", "ours p50 ms", "ours p99 ms", "ours /s", "floor p50 ms", "floor p99 ms", "floor /s",
         "p50 ours/floor", "rate ours/floor", "echo /s"),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, echo, load = Ours(folder), Echo(), Load()
        floor = Floor(folder, ours.desk)
        await ours.open()
        await echo.open()
        for subject in (ours, floor, echo):
            await load.run(subject, 4, 200)
        for old in (0, 1_000_000):
            if old:
                fill(ours.file, old)
                fill_floor(floor.file, old)
            for at_once in (1, 16, 50):
                await _measure_row(table, load, ours, floor, echo, at_once, old, events, rounds)
        await ours.close()
    return [table]


def fill_floor(file: Path, events: int) -> None:
    fill(file, events)


async def _measure_row(
    table: Table, load: Load, ours: Ours, floor: Floor, echo: Echo, at_once: int, old: int, events: int, rounds: int
) -> None:
    runs: dict[str, list[tuple[float, float, float]]] = {"ours": [], "floor": [], "echo": []}
    for _ in range(rounds):
        for name, subject in (("ours", ours), ("floor", floor), ("echo", echo)):
            latencies, rate = await load.run(subject, at_once, events)
            runs[name].append((percentile(latencies, 50), percentile(latencies, 99), rate))
    middle = {name: [percentile(column, 50) for column in zip(*values, strict=True)] for name, values in runs.items()}
    mine, theirs, bare = middle["ours"], middle["floor"], middle["echo"]
    ratio_p50 = percentile([a[0] / b[0] for a, b in zip(runs["ours"], runs["floor"], strict=True)], 50)
    ratio_rate = percentile([a[2] / b[2] for a, b in zip(runs["ours"], runs["floor"], strict=True)], 50)
    table.add(
        str(at_once), f"{old:,}", f"{mine[0]:.2f}", f"{mine[1]:.2f}", f"{mine[2]:,.0f}", f"{theirs[0]:.2f}", f"{theirs[1]:.2f}",
        f"{theirs[2]:,.0f}", f"{ratio_p50:.2f}", f"{ratio_rate:.2f}", f"{bare[2]:,.0f}",
    )  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    quick = "--quick" in arguments
    for table in asyncio.run(measure(300 if quick else 1500, 3 if quick else 5)):
        print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
