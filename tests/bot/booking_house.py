"""A house with a booking desk: residents in its web chat, typing and pressing, and the time that passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bot.auditor import Auditor
from bot.booking.bookings import Booking
from bot.content import Content, load_pack
from bot.dialogue import Desk, Filling, Incoming, Pressed, Rendered, Text
from bot.settings import read_settings
from bot.store import booking_rows, conversations, outbox
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.sweeper import Sweeper
from bot.texts import Texts
from bot.turn import Turns
from bot.wiring import make_desk

START = datetime.fromisoformat("2022-07-01T10:00:00+09:00")
SLOT = "2022-07-05T10:00:00+09:00"


@cache
def desk() -> Desk:
    return make_desk(read_settings({}).content)


class House:
    """Residents in the web chat, a clock set by hand, and the sweeper. What they read is worded in Japanese."""

    def __init__(self, engine: Engine, content: Content) -> None:
        self.now = START
        self.engine = engine
        self.woken: list[str] = []
        assert content.booking is not None
        self.turns = Turns(
            engine, desk(), clock=lambda: self.now, keep=timedelta(days=30), pushed=frozenset(), said=lambda *_: None
        )
        self.sweeper = Sweeper(
            engine, content.booking, clock=lambda: self.now, read_channels=("webchat",), announce=self.woken.append
        )
        self.auditor = Auditor(engine, content.booking, clock=lambda: self.now)
        self._texts = Texts(content)
        self._events = 0

    async def presses(self, address: str, *tokens: str) -> None:
        for token in tokens:
            self._events += 1
            await self.turns.take(Incoming("webchat", f"e{self._events}", address, self.now, Pressed(token)))

    async def types(self, address: str, text: str) -> None:
        self._events += 1
        await self.turns.take(Incoming("webchat", f"e{self._events}", address, self.now, Text(text)))

    async def reaches(self, address: str, *, party: int = 2) -> None:
        """The step at which a time is chosen."""
        await self.presses(address, "booking", "booking:1.service=points", "booking:1.ready")
        await self.presses(address, f"booking:1.party={party}", "booking:1.day=2022-07-05")

    async def books(self, address: str) -> None:
        await self.reaches(address)
        await self.presses(address, f"booking:1.time={SLOT}", "booking:1.confirm")

    async def bookings(self, address: str) -> tuple[Booking, ...]:
        found = await self.engine.read(conversations.find("webchat", address))
        assert found.conversation_id is not None
        return await self.engine.read(booking_rows.of_conversation(found.conversation_id, self.now))

    async def filling(self, address: str) -> Filling:
        """Where a resident's booking dialogue stands."""
        found = await self.engine.read(conversations.find("webchat", address))
        assert found.conversation.filling is not None
        return found.conversation.filling

    async def said(self, address: str) -> list[str]:
        letters = await self.engine.read(outbox.after("webchat", address, 0, 100))
        return [phrase.key for letter in letters for phrase in letter.say.phrases]

    async def sweeps(self, at: datetime) -> None:
        self.now = at
        await self.sweeper.sweep()

    async def messages(self, address: str) -> list[Rendered]:
        """All that a resident can read, as it is handed to a channel."""
        letters = await self.engine.read(outbox.after("webchat", address, 0, 1000))
        return [self._texts.render(one.say, one.language, self.now.date()) for one in letters]

    async def last(self, address: str, most: int = 1) -> str:
        """The last messages a resident can read, in words."""
        letters = await self.engine.read(outbox.after("webchat", address, 0, 200))
        worded = (self._texts.render(letter.say, letter.language, self.now.date()) for letter in letters[-most:])
        return "\n".join(one.text for one in worded)

    async def choices(self, address: str) -> dict[str, str]:
        """What the buttons on a resident's screen carry, by label."""
        *_, letter = await self.engine.read(outbox.after("webchat", address, 0, 200))
        rendered = self._texts.render(letter.say, letter.language, self.now.date())
        return {choice.label: choice.token for choice in rendered.choices}

    async def says(self, address: str, *texts: str) -> str:
        """A resident types; the last message they can read then."""
        for text in texts:
            await self.types(address, text)
        return await self.last(address)


@asynccontextmanager
async def opened_house(folder: Path) -> AsyncIterator[House]:
    url = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
    migrate(url)
    engine = engine_at(url)
    await engine.open()
    try:
        yield House(engine, load_pack(read_settings({}).content))
    finally:
        await engine.close()
