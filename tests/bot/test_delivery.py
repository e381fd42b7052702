"""Letters go out in order, once, and come back when a platform says no; the web chat reads its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery import MOST_ATTEMPTS, Delivery, Letterbox
from bot.dialogue import Kind, Phrase, Rendered, Say
from bot.errors import Blocked, Flooded, Refused, Unreachable
from bot.language import Language
from bot.store import conversations, outbox
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.texts import Texts
from tests.desk import AT, small_content

pytestmark = pytest.mark.anyio


class Platform:
    """A platform that takes messages, or answers with the faults it was given, in order."""

    name = "telegram"

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.faults: deque[Exception] = deque()
        self.has_taken = asyncio.Event()
        self.has_begun = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()

    async def send(self, address: str, message: Rendered) -> None:
        self.has_begun.set()
        await self.answers.wait()
        if self.faults:
            raise self.faults.popleft()
        self.taken.append((address, message.text))
        self.has_taken.set()


class PostOffice:
    """Delivery over a real database with a platform under control and a clock set by hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = AT
        self.platform = Platform()
        texts = Texts(small_content())
        self.delivery = Delivery(engine, texts, {"telegram": self.platform}, clock=lambda: self.now)
        self.letterbox = Letterbox(engine, texts, "webchat")

    async def posts(self, *entry_ids: str, address: str = "7", channel: str = "telegram") -> None:
        says = tuple(Say(Kind.ANSWER, (Phrase(f"@question/{entry_id}"),)) for entry_id in entry_ids)
        found = await self.engine.read(conversations.find(channel, address))
        conversation_id = await self.engine.write(conversations.save(channel, address, found.conversation, self.now))
        due = self.now if channel == "telegram" else None
        await self.engine.write(
            outbox.put(conversation_id, channel, "e1", Language.JA, says, said_at=self.now, not_before=due)
        )

    async def sends_all(self) -> None:
        while await self.delivery.send_due():
            pass

    def taken(self) -> list[str]:
        return [text for _, text in self.platform.taken]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    await asyncio.to_thread(migrate, url)
    engine = engine_at(url)
    await engine.open()
    yield PostOffice(engine)
    await engine.close()


SORRY = "うまくいきませんでした"
PARKING, HOURS, CITY = "駐車場は無料ですか", "何時まで開いていますか", "市役所の電話番号は何番ですか"


async def test_letters_go_out_in_order_and_leave_the_outbox(office: PostOffice) -> None:
    await office.posts("desk.parking", "desk.hours")
    await office.sends_all()
    assert office.taken() == [PARKING, HOURS]
    office.now += timedelta(days=1)
    await office.sends_all()
    assert len(office.taken()) == 2


async def test_a_flooded_platform_is_left_alone_for_as_long_as_it_asks(office: PostOffice) -> None:
    office.platform.faults.append(Flooded(30))
    await office.posts("desk.parking", "desk.hours")
    await office.sends_all()
    office.now += timedelta(seconds=29)
    await office.sends_all()
    assert office.taken() == []
    office.now += timedelta(seconds=1)
    await office.sends_all()
    assert office.taken() == [PARKING, HOURS]


async def test_one_residents_trouble_does_not_hold_up_another(office: PostOffice) -> None:
    office.platform.faults.append(Flooded(3600))
    await office.posts("desk.parking", address="7")
    await office.sends_all()
    await office.posts("desk.hours", address="8")
    await office.sends_all()
    assert office.platform.taken == [("8", HOURS)]


async def test_pauses_grow_until_the_letter_is_given_up_and_the_next_one_goes(office: PostOffice) -> None:
    office.platform.faults.extend(Unreachable("down") for _ in range(MOST_ATTEMPTS))
    await office.posts("desk.parking", "desk.hours")
    for _ in range(MOST_ATTEMPTS):
        await office.sends_all()
        office.now += timedelta(minutes=10)
    await office.sends_all()
    assert office.taken() == [HOURS]
    [dead] = await office.engine.read(outbox.dead(10))
    assert dead.last_error == "unreachable"


async def test_a_resident_who_blocked_the_desk_is_noted(office: PostOffice) -> None:
    office.platform.faults.append(Blocked("gone"))
    await office.posts("desk.parking")
    await office.sends_all()
    assert (await office.engine.read(conversations.find("telegram", "7"))).is_blocked


async def test_a_refused_letter_is_not_tried_again(office: PostOffice) -> None:
    office.platform.faults.append(Refused("no"))
    await office.posts("desk.parking", "desk.hours")
    await office.sends_all()
    assert office.taken() == [HOURS]


async def test_an_unexpected_fault_loses_no_letter(office: PostOffice, caplog: pytest.LogCaptureFixture) -> None:
    office.platform.faults.append(RuntimeError("surprise"))
    await office.posts("desk.parking")
    await office.sends_all()
    office.now += timedelta(minutes=1)
    await office.sends_all()
    assert office.taken() == [PARKING]
    assert "surprise" in caplog.text


async def test_a_letter_whose_sending_outlasts_its_lease_is_not_sent_a_second_time(office: PostOffice) -> None:
    office.platform.answers.clear()
    await office.posts("desk.parking", "desk.hours")
    sending = asyncio.create_task(office.delivery.send_due())
    async with asyncio.timeout(60):
        await office.platform.has_begun.wait()
        office.now += timedelta(seconds=61)
        assert await office.delivery.send_due() == 0
    office.platform.answers.set()
    await sending
    assert office.taken() == [PARKING]
    await office.sends_all()
    assert office.taken() == [PARKING, HOURS]


async def test_the_loop_sends_what_becomes_due(office: PostOffice) -> None:
    await office.posts("desk.parking")
    running = asyncio.create_task(office.delivery.run())
    await asyncio.wait_for(office.platform.has_taken.wait(), 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_letter_about_an_entry_that_is_gone_is_an_apology_and_breaks_nothing(office: PostOffice) -> None:
    await office.posts("desk.gone", "desk.hours", channel="webchat")
    assert [shown.text for shown in await office.letterbox.after("7", 0)] == [SORRY, HOURS]
    await office.posts("desk.gone", "desk.hours")
    await office.sends_all()
    assert office.taken() == [SORRY, HOURS]


async def test_the_letterbox_shows_what_came_after(office: PostOffice) -> None:
    await office.posts("desk.parking", "desk.hours", channel="webchat")
    first, second = await office.letterbox.after("7", 0)
    assert (first.text, second.text) == (PARKING, HOURS)
    assert await office.letterbox.after("7", first.id) == (second,)
    assert await office.letterbox.after("8", 0) == ()


async def test_who_waits_at_the_letterbox_is_woken_by_a_new_letter(office: PostOffice) -> None:
    waiting = asyncio.create_task(office.letterbox.wait_after("7", 0, 60))
    await office.posts("contact.city", channel="webchat")
    office.letterbox.announce("7")
    assert [shown.text for shown in await asyncio.wait_for(waiting, 60)] == [CITY]


async def test_waiting_in_vain_ends(office: PostOffice) -> None:
    assert await office.letterbox.wait_after("7", 0, 0.05) == ()
