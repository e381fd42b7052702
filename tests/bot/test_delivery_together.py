"""A channel that takes several letters at once: none is lost, doubled or overtaken where it takes only some."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.channel import Parcel
from bot.delivery import Delivery
from bot.dialogue import Kind, Phrase, Say
from bot.errors import Blocked, Flooded, Refused
from bot.language import Language
from bot.store import conversations, outbox
from bot.store.engine import engine_at
from bot.store.migrations import migrate
from bot.store.outbox import Letter
from bot.texts import Texts
from tests.desk import AT, small_content

pytestmark = pytest.mark.anyio
ENTRIES = ("desk.parking", "desk.hours", "contact.city")


class Platform:
    """Takes as many letters at once as it is told to, or answers with the faults it was given, in order."""

    name = "line"

    def __init__(self) -> None:
        self.at_once = 2
        self.calls: list[list[int]] = []
        self.taken: list[Parcel] = []
        self.faults: deque[Exception | None] = deque()

    async def send_together(self, address: str, parcels: Sequence[Parcel]) -> int:
        self.calls.append([parcel.letter_id for parcel in parcels])
        if self.faults and (fault := self.faults.popleft()):
            raise fault
        out = parcels[: self.at_once]
        self.taken += out
        return len(out)


class PostOffice:
    """Delivery over a real database, with a clock set by hand."""

    def __init__(self, url: str) -> None:
        self.now = AT
        self.engine = engine_at(url)
        self.platform = Platform()
        self.delivery = Delivery(self.engine, Texts(small_content()), {"line": self.platform}, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    async def posts(self, *kinds: Kind, event_id: str | None = "e1") -> None:
        """Letters leased to this process, as a turn leaves them, handed to the delivery at once."""
        says = tuple(
            Say(kind, (Phrase(f"@question/{entry}"),)) for kind, entry in zip(kinds, ENTRIES * 2, strict=False)
        )
        found = await self.engine.read(conversations.find("line", "7"))
        conversation_id = await self.engine.write(conversations.save("line", "7", found.conversation, self.now))
        until, language = self.now + timedelta(minutes=1), Language.JA
        ids = await self.engine.write(
            outbox.put(conversation_id, "line", event_id, language, says, said_at=self.now, not_before=self.now,
                       leased_until=until)
        )  # fmt: skip
        letters = (
            Letter(id_, conversation_id, "line", "7", event_id, language, say, self.now, 0)
            for id_, say in zip(ids, says, strict=True)
        )
        self.delivery.start(tuple(letters))
        await self.delivery.finish()

    async def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        while await self.delivery.send_due():
            pass

    @property
    def out(self) -> list[int]:
        return [parcel.letter_id for parcel in self.platform.taken]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    await asyncio.to_thread(migrate, url)
    one = PostOffice(url)
    await one.engine.open()
    yield one
    await one.engine.close()


async def test_what_did_not_go_along_goes_next(office: PostOffice) -> None:
    await office.posts(Kind.ANSWER, Kind.ANSWER, Kind.ANSWER)
    assert office.platform.calls == [[1, 2, 3], [3]]
    assert office.out == [1, 2, 3]
    await office.later(3600)
    assert office.delivery.outcomes == {"delivered": 3}


async def test_a_flood_after_the_first_two_keeps_the_third(office: PostOffice) -> None:
    office.platform.faults.extend([None, Flooded(20)])
    await office.posts(Kind.ANSWER, Kind.ANSWER, Kind.ANSWER)
    assert office.out == [1, 2]
    await office.later(19)
    assert office.out == [1, 2]
    await office.later(1)
    assert office.out == [1, 2, 3]


async def test_a_flood_at_once_keeps_all_in_order(office: PostOffice) -> None:
    office.platform.faults.append(Flooded(20))
    await office.posts(Kind.ANSWER, Kind.ANSWER, Kind.ANSWER)
    await office.later(20)
    assert office.out == [1, 2, 3]


async def test_a_flood_that_goes_on_is_asked_less_and_less_often_and_loses_nothing(office: PostOffice) -> None:
    office.platform.faults.extend(Flooded(5) for _ in range(10))
    await office.posts(Kind.ANSWER)
    for _ in range(60):
        await office.later(5)
    assert len(office.platform.calls) < 10
    await office.later(3600)
    await office.later(3600)
    await office.later(3600)
    assert office.out == [1]


async def test_a_refused_letter_is_given_up_and_the_others_go(office: PostOffice) -> None:
    office.platform.faults.append(Refused("no"))
    await office.posts(Kind.ANSWER, Kind.ANSWER, Kind.ANSWER)
    assert office.out == [2, 3]
    [dead] = await office.engine.read(outbox.dead(10))
    assert (dead.id, dead.last_error) == (1, "refused: no")


async def test_who_left_is_noted(office: PostOffice) -> None:
    office.platform.faults.append(Blocked("gone"))
    await office.posts(Kind.ANSWER)
    assert (await office.engine.read(conversations.find("line", "7"))).is_blocked


async def test_a_parcel_says_what_it_answers_and_whether_it_comes_by_itself(office: PostOffice) -> None:
    await office.posts(Kind.ANSWER, Kind.TICKET)
    await office.posts(Kind.ANSWER, event_id=None)
    told = [(parcel.event_id, parcel.is_notice, parcel.said_at) for parcel in office.platform.taken]
    assert told == [("e1", False, AT), ("e1", True, AT), (None, True, AT)]
