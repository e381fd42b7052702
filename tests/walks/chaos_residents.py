"""Residents who live through the chaos: some ask, some book one of few seats, wait for one, and cancel.

Each presses what stands under the last message they got, so what they do next hangs on what has really arrived.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes import line_api, telegram_api
from tests.fakes.line_events import user
from tests.fakes.telegram_updates import Json
from tests.walks.chaos_town import Town

QUESTIONS = ("駐車場は無料ですか", "持ち物を教えてください", "土曜日は空いてますか", "暗証番号を忘れました")
_ANSWERED_WITHIN_S = 400.0
_MOST_STEPS = 14
_DATA = re.compile(r'"data": "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Got:
    """One message as it reached a resident. `by`: push or reply (LINE), send (Telegram)."""

    text: str
    tokens: tuple[str, ...]
    by: str


class Letters:
    """What has arrived, by channel and address, and who waits for the next."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._read = {"telegram": 0, "line": 0}
        self.of: dict[tuple[str, str], list[Got]] = defaultdict(list)
        self._came: dict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    async def are_read(self) -> None:
        """For ever."""
        while True:
            self.read()
            await asyncio.sleep(0.02)

    def read(self) -> None:
        for telegram in self._town.telegram.sent[self._read["telegram"] :]:
            self._read["telegram"] += 1
            self._put(("telegram", str(telegram.chat_id)), _from_telegram(telegram))
        for line in self._town.line.sent[self._read["line"] :]:
            self._read["line"] += 1
            self._put(("line", line.user), _from_line(line))

    def _put(self, who: tuple[str, str], got: Got) -> None:
        self.of[who].append(got)
        self._came[who].set()

    async def after(self, who: tuple[str, str], count: int) -> Got:
        """The newest message, once there are more than `count`."""
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            while len(self.of[who]) <= count:
                self._came[who].clear()
                await self._came[who].wait()
        return self.of[who][-1]


def _from_telegram(sent: telegram_api.Sent) -> Got:
    return Got(sent.text, tuple(sent.tokens), "send")


def _from_line(sent: line_api.Sent) -> Got:
    return Got(text_of(sent.message), tuple(_DATA.findall(json.dumps(sent.message, ensure_ascii=False))), sent.by)


def text_of(message: Json) -> str:
    """What tells a LINE message from others."""
    return str(message.get("text") or message.get("altText"))


class Resident:
    """One person on one channel. An even number is on Telegram, an odd one on LINE."""

    def __init__(self, number: int, town: Town, letters: Letters) -> None:
        self.number, self._town, self._letters = number, town, letters
        self._random = random.Random(number)  # noqa: S311
        self.channel = "line" if number % 2 else "telegram"
        self.who = (self.channel, user(number) if self.channel == "line" else str(number))

    async def lives(self) -> None:
        if self.number % 5 < 2:
            await self._books()
        else:
            await self._asks()

    async def _asks(self) -> None:
        """Two questions close together, and two more; now and then the second arrives before the first."""
        self._town.askers.add(self.who)
        for pair in (QUESTIONS[:2], QUESTIONS[2:]):
            events = [self._text(question) for question in pair]
            if self._random.random() < 2 * self._town.weather.reordered:
                self._town.done["reordered"] += 1
                events.reverse()
            for event in events:
                await self._town.brings(*self.who, event)
            await asyncio.sleep(self._random.uniform(0, 2))

    async def _books(self) -> None:
        got = await self._does(self._text("予約したい"))
        for _ in range(_MOST_STEPS):
            token = self._chosen(got.tokens)
            if token is None:
                return
            got = await self._does(self._press(token))

    def _chosen(self, tokens: tuple[str, ...]) -> str | None:
        """What to press; None: done. Everybody wants one of the first times of the first days."""
        for token in tokens:
            if token.startswith("bookings:cancel="):
                return token if self._random.random() < 0.4 else None
        for wanted, most in _WISHES:
            found = [token for token in tokens if wanted(token)][:most]
            if found:
                return self._random.choice(found)
        return None

    async def _does(self, event: Json) -> Got:
        before = len(self._letters.of[self.who])
        await self._town.brings(*self.who, event)
        return await self._letters.after(self.who, before)

    def _text(self, text: str) -> Json:
        if self.channel == "line":
            return self._town.line.events.text(self.number, text)
        return self._town.telegram.updates.text(self.number, text)

    def _press(self, token: str) -> Json:
        if self.channel == "line":
            return self._town.line.events.press(self.number, token)
        return self._town.telegram.updates.press(self.number, token)


def _is(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda token: compiled.search(token) is not None


_WISHES = (
    (_is(r"\.confirm="), 1),
    (_is(r"^bookings:cancel_yes"), 1),
    (_is(r"\.time="), 4),
    (_is(r"\.wait="), 2),
    (_is(r"\.day="), 2),
    (_is(r"\.party=1$"), 1),
    (_is(r"\.ready$"), 1),
    (_is(r"\.service=points$"), 1),
    (_is(r"^ask:start\.book$"), 1),
)
