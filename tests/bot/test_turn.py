"""One event is one unit of work: taken once, whole or not at all, and nothing of what was typed is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, TypeVar, cast

import pytest

from bot.dialogue import Body, Desk, Incoming, Left, Opened, Pressed, Text, day_in_tokyo
from bot.errors import StoreError
from bot.faq.search import Searcher
from bot.store import conversations, counters, outbox, unanswered
from bot.store.engine import Engine, engine_at
from bot.store.migrations import migrate
from bot.store.outbox import Letter
from bot.store.unit import Work
from bot.turn import Turns, expire_old, expire_questions
from tests.desk import AT, small_desk

pytestmark = pytest.mark.anyio
KEEP = timedelta(days=30)
T = TypeVar("T")
KEEP_QUESTIONS_DAYS = 90


class Hall:
    """The turn on a real database, with a clock set by hand."""

    def __init__(self, engine: Engine, desk: Desk, keep_questions_days: int = KEEP_QUESTIONS_DAYS) -> None:
        self.engine = engine
        self.now = AT
        self.ours: list[Letter] = []
        self.turns = Turns(
            engine,
            desk,
            clock=lambda: self.now,
            keep=KEEP,
            pushed=frozenset({"telegram"}),
            said=lambda _, letters: self.ours.extend(letters),
            keep_questions_days=keep_questions_days,
        )

    async def takes(self, event_id: str, body: Body, channel: str = "telegram", address: str = "7") -> None:
        await self.turns.take(Incoming(channel, event_id, address, self.now, body))

    async def said(self, channel: str = "webchat", address: str = "7") -> list[str]:
        letters = await self.engine.read(outbox.after(channel, address, 0, 100))
        return [phrase.key for letter in letters for phrase in letter.say.phrases]

    async def questions(self) -> list[tuple[str, int]]:
        return [(question.text, question.count) for question in await self.engine.read(unanswered.kept())]


def bytes_below(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.fixture(scope="module")
def desk() -> Desk:
    return small_desk()


@asynccontextmanager
async def open_hall(file: Path, desk: Desk) -> AsyncIterator[Hall]:
    url = f"sqlite+aiosqlite:///{file}"
    await asyncio.to_thread(migrate, url)
    engine = engine_at(url)
    await engine.open()
    try:
        yield Hall(engine, desk)
    finally:
        await engine.close()


@pytest.fixture
async def hall(tmp_path: Path, desk: Desk) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path / "desk.db", desk) as opened:
        yield opened


class Failing:
    """A database that does not answer the first time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._fails = True

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    async def write(self, work: Work[T]) -> T:
        if self._fails:
            self._fails = False
            raise StoreError("the database does not answer")
        return await self._engine.write(work)


class Broken:
    """A search with a fault."""

    def search(self, *_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("東久留米")


async def test_an_event_that_breaks_the_desk_is_answered_with_an_apology_once(
    tmp_path: Path, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(desk, searcher=cast("Searcher", Broken()))
    async with open_hall(tmp_path / "desk.db", broken) as hall:
        await hall.takes("e1", Opened(), "webchat")
        for _ in range(2):
            await hall.takes("e2", Text("駐車場はどこですか"), "webchat")
        assert await hall.said() == ["greeting.first", "failure.unexpected", "office.line"]
        assert hall.turns.broken == 1
    assert "駐車場" not in caplog.text


async def test_a_second_delivery_of_an_event_changes_nothing(hall: Hall) -> None:
    await hall.takes("e1", Text("駐車場は無料ですか"), "webchat")
    before = await hall.engine.read(conversations.find("webchat", "7"))
    await hall.takes("e1", Text("駐車場は無料ですか"), "webchat")
    assert await hall.engine.read(conversations.find("webchat", "7")) == before
    assert await hall.said() == ["@answer/desk.parking", "language.offer"]


async def test_the_same_event_twice_at_once_is_taken_once(hall: Hall) -> None:
    await asyncio.gather(*(hall.takes("e1", Text("駐車場は無料ですか"), "webchat") for _ in range(20)))
    assert await hall.said() == ["@answer/desk.parking", "language.offer"]


async def test_the_same_event_id_on_another_channel_is_another_event(hall: Hall) -> None:
    await hall.takes("e1", Opened(), "webchat")
    await hall.takes("e1", Opened(), "console")
    assert await hall.said("webchat") == await hall.said("console") == ["greeting.first"]


async def test_a_store_that_fails_leaves_the_event_to_be_delivered_again(tmp_path: Path, desk: Desk) -> None:
    async with open_hall(tmp_path / "desk.db", desk) as hall:
        hall.turns = Turns(
            cast("Engine", Failing(hall.engine)),
            desk,
            clock=lambda: AT,
            keep=KEEP,
            pushed=frozenset(),
            said=lambda *_: None,
        )
        with pytest.raises(StoreError):
            await hall.takes("e1", Text("駐車場は無料ですか"), "webchat")
        assert hall.turns.broken == 0
        await hall.takes("e1", Text("駐車場は無料ですか"), "webchat")
        assert await hall.said() == ["@answer/desk.parking", "language.offer"]


async def test_a_letter_to_push_is_ours_to_send_at_once(hall: Hall) -> None:
    await hall.takes("e1", Opened())
    assert [letter.say.phrases[0].key for letter in hall.ours] == ["greeting.first"]
    assert await hall.engine.write(outbox.claim(("telegram",), hall.now, hall.now + KEEP, 10)) == ()


async def test_while_an_earlier_letter_waits_the_next_one_queues_behind_it(hall: Hall) -> None:
    await hall.takes("e1", Opened())
    await hall.takes("e2", Text("メニュー"))
    assert len(hall.ours) == 1


async def test_a_letter_of_a_process_that_ended_is_found_by_the_next_one(tmp_path: Path, desk: Desk) -> None:
    async with open_hall(tmp_path / "desk.db", desk) as first:
        await first.takes("e1", Opened())
    async with open_hall(tmp_path / "desk.db", desk) as second:
        later = AT + timedelta(minutes=2)
        found = await second.engine.write(outbox.claim(("telegram",), later, later + KEEP, 10))
        assert [letter.say.phrases[0].key for letter in found] == ["greeting.first"]


async def test_state_is_remembered_between_events_and_processes(tmp_path: Path, desk: Desk) -> None:
    async with open_hall(tmp_path / "desk.db", desk) as first:
        await first.takes("e1", Text("駐車場は無料ですか"), "webchat")
    async with open_hall(tmp_path / "desk.db", desk) as second:
        await second.takes("e2", Text("1"), "webchat")
        assert (await second.said())[-1] == "@answer/desk.hours"


async def test_forget_me_deletes_every_row_of_the_person(hall: Hall) -> None:
    await hall.takes("e1", Pressed("lang:en"), "webchat")
    await hall.takes("e2", Text("駐車場は無料ですか"), "webchat")
    await hall.takes("e3", Text("忘れて"), "webchat")
    await hall.takes("e4", Text("はい"), "webchat")
    assert await hall.said() == ["forget.done"]
    found = await hall.engine.read(conversations.find("webchat", "7"))
    assert (found.conversation.chosen, found.conversation.last_entry_id) == (None, None)
    hall.now += timedelta(hours=2)
    await expire_old(hall.engine, hall.now - KEEP)
    assert (await hall.engine.read(conversations.find("webchat", "7"))).conversation_id is None
    assert await hall.said() == []


async def test_forget_me_leaves_other_people_alone(hall: Hall) -> None:
    await hall.takes("e1", Opened(), "webchat", "8")
    await hall.takes("e2", Pressed("forget"), "webchat", "7")
    await hall.takes("e3", Pressed("forget:yes"), "webchat", "7")
    assert await hall.said(address="8") == ["greeting.first"]


async def test_a_conversation_expires_thirty_days_after_its_last_event_and_not_before(hall: Hall) -> None:
    await hall.takes("e1", Opened(), "webchat")
    hall.now += KEEP
    await expire_old(hall.engine, hall.now - KEEP)
    assert await hall.said() == ["greeting.first"]
    hall.now += timedelta(seconds=1)
    await expire_old(hall.engine, hall.now - KEEP)
    assert await hall.said() == []


async def test_who_left_is_marked_and_unmarked_when_they_write_again(hall: Hall) -> None:
    await hall.takes("e1", Opened())
    await hall.takes("e2", Left())
    assert (await hall.engine.read(conversations.find("telegram", "7"))).is_blocked
    await hall.takes("e3", Text("メニュー"))
    assert not (await hall.engine.read(conversations.find("telegram", "7"))).is_blocked


async def test_ratings_are_counted_without_the_person(hall: Hall) -> None:
    for number, address in enumerate("78"):
        await hall.takes(f"q{number}", Text("駐車場は無料ですか"), "webchat", address)
        await hall.takes(f"r{number}", Pressed("helped:desk.parking"), "webchat", address)
        await hall.takes(f"s{number}", Pressed("helped:desk.parking"), "webchat", address)
    [row] = await hall.engine.read(counters.feedback())
    assert (row.entry_id, row.helped, row.count) == ("desk.parking", True, 2)


async def test_a_question_that_finds_no_answer_is_kept_once_with_its_count_and_no_person(hall: Hall) -> None:
    for number, address in enumerate("778"):
        await hall.takes(f"e{number}", Text("山田太郎ですが補聴器の補助はありますか？"), "webchat", address)
    await hall.takes("e2", Text("山田太郎ですが補聴器の補助はありますか？"), "webchat", "8")  # a second delivery
    await hall.takes("e4", Text("駐車場は無料ですか"), "webchat")
    assert await hall.questions() == [("＊ですが補聴器の補助はありますか", 3)]


async def test_forget_me_leaves_the_question_that_nobody_can_be_found_by(hall: Hall) -> None:
    await hall.takes("e1", Text("補聴器の補助はありますか"), "webchat")
    await hall.takes("e2", Pressed("forget:yes"), "webchat")
    assert await hall.questions() == [("補聴器の補助はありますか", 1)]


async def test_a_kept_question_expires_ninety_days_after_it_was_last_asked(hall: Hall) -> None:
    for number in range(2):
        await hall.takes(f"e{number}", Text("補聴器の補助はありますか"), "webchat")
        hall.now += timedelta(days=10)
    today = day_in_tokyo(hall.now) + timedelta(days=79)
    assert await expire_questions(hall.engine, today, KEEP_QUESTIONS_DAYS) == 0
    assert await expire_questions(hall.engine, today + timedelta(days=1), KEEP_QUESTIONS_DAYS) == 1
    assert await hall.questions() == []


async def test_where_no_question_is_to_be_kept_none_is_and_those_that_were_are_deleted(hall: Hall, desk: Desk) -> None:
    await hall.takes("e1", Text("補聴器の補助はありますか"), "webchat")
    sparing = Hall(hall.engine, desk, keep_questions_days=0)
    await sparing.takes("e2", Text("補聴器の修理はできますか"), "webchat")
    assert await hall.questions() == [("補聴器の補助はありますか", 1)]
    await expire_questions(hall.engine, day_in_tokyo(hall.now), 0)
    assert await hall.questions() == []


async def test_of_what_was_typed_only_cleaned_questions_are_in_the_database_and_nothing_in_the_log(
    tmp_path: Path, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = [
        "暗証番号は2749です",
        "マイナンバーは123456789018",
        "山田太郎ですが駐車場は無料ですか",
        "himitsu-no-kotoba",
        "佐藤花子と申します。090-1234-5678、hanako@example.jp です。補聴器の補助はありますか",
        "私は高橋、本町3-2-1に住んでいます。生まれは昭和34年5月6日",
        "my name is jiro suzuki, rockets fly upward",
        "たなかさんのパスワードはhimitsuです",
    ]
    secrets = (
        "2749", "123456789018", "山田", "太郎", "himitsu", "無料ですか", "佐藤", "花子", "hanako", "090-1234", "1234-5678", "高橋",
        "本町", "3-2-1", "34年", "5月6日", "jiro", "suzuki", "たなか",
    )  # fmt: skip
    async with open_hall(tmp_path / "desk.db", desk) as hall:
        for number, text in enumerate(typed):
            await hall.takes(f"t{number}", Text(text), "webchat")
        questions = await hall.questions()
    kept = bytes_below(tmp_path)
    assert not [word for word in secrets if word.encode() in kept + caplog.text.encode()]
    assert not [word for word in ("補聴器", "rockets") if word in caplog.text]
    assert ("my name is ＊, rockets fly upward", 1) in questions
