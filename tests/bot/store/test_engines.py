"""Every engine: one unit of work is one transaction, whoever else works on the database, whatever goes wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import conversations, inbox, outbox
from bot.store.engine import Engine, engine_at
from bot.store.outbox import Letter
from bot.store.unit import Work
from tests.bot.store.steps import AT, claimed, kept, keys_of, posted, run, say

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


def taken(event_id: str, address: str = "taro") -> Work[bool]:
    """One event as the desk takes it: the turn counted, and one answer."""
    if not (yield from inbox.mark("telegram", event_id, AT)):
        return False
    found = yield from conversations.find("telegram", address)
    talk = replace(found.conversation, turns=found.conversation.turns + 1)
    conversation_id = yield from conversations.save("telegram", address, talk, AT)
    yield from outbox.put(
        conversation_id, "telegram", event_id, talk.language, [say(event_id)], said_at=AT, not_before=AT
    )
    return True


async def turns_of(engine: Engine, address: str = "taro") -> int:
    return (await engine.write(conversations.find("telegram", address))).conversation.turns


async def all_letters(*engines: Engine) -> list[Letter]:
    """Every engine claims at once, delivers and claims again until nothing is left."""
    found: list[Letter] = []

    async def empty(engine: Engine) -> None:
        while letters := await engine.write(claimed(limit=7)):
            found.extend(letters)
            await engine.write(outbox.delivered([letter.id for letter in letters]))

    while True:
        before = len(found)
        await asyncio.gather(*(empty(engine) for engine in engines))
        if len(found) == before:
            return found


async def test_a_turn_is_few_statements(engine: Engine) -> None:
    def counted(work: Work[bool]) -> Work[int]:
        count, statement = 0, next(work)
        while True:
            count += 1
            try:
                statement = work.send((yield statement))
            except StopIteration:
                return count

    assert await engine.write(counted(taken("1"))) == 5  # one of them nothing on SQLite


async def test_an_exception_in_a_work_undoes_all_of_it_and_reaches_the_caller(engine: Engine) -> None:
    def breaks() -> Work[None]:
        yield from taken("1")
        raise LookupError("the content has a hole")

    with pytest.raises(LookupError, match="the content has a hole"):
        await engine.write(breaks())
    assert await turns_of(engine) == 0
    assert await engine.write(claimed()) == ()
    assert await engine.write(taken("1"))


async def test_a_statement_the_database_refuses_undoes_the_work_and_names_the_database(
    engine: Engine, url: str
) -> None:
    def breaks() -> Work[None]:
        yield from taken("1")
        language = (yield from conversations.find("telegram", "taro")).conversation.language
        yield from outbox.put(4711, "telegram", "1", language, [say("to nobody")], said_at=AT, not_before=AT)

    with pytest.raises(StoreError, match=url.rpartition("/")[2]):
        await engine.write(breaks())
    assert await engine.write(taken("1"))


async def test_a_caller_that_stops_waiting_leaves_the_work_whole(engine: Engine) -> None:
    works = [asyncio.create_task(engine.write(taken(str(number)))) for number in range(20)]
    await works[3]
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
    letters = 0
    async with asyncio.timeout(10):  # what had begun goes on without its caller
        while (turns := await turns_of(engine)) != letters or turns < 4:
            letters += len(await all_letters(engine))
            await asyncio.sleep(0.05)


async def test_doubled_events_on_two_replicas_are_applied_once_each(engine: Engine, other_engine: Engine) -> None:
    events = [str(number) for number in range(60)]
    results = await asyncio.gather(*(one.write(taken(event)) for event in events for one in (engine, other_engine)))
    assert sum(results) == 60
    assert await turns_of(engine) == 60
    assert sorted(keys_of(await all_letters(engine))) == sorted(events)


async def test_replicas_that_read_before_they_write_lose_no_update_and_never_fail(
    engine: Engine, other_engine: Engine
) -> None:
    def counted() -> Work[None]:
        found = yield from conversations.find("telegram", "taro")
        talk = replace(found.conversation, turns=found.conversation.turns + 1)
        yield from conversations.save("telegram", "taro", talk, AT)

    await asyncio.gather(*(one.write(counted()) for _ in range(30) for one in (engine, other_engine)))
    assert await turns_of(engine) == 60


async def test_two_replicas_never_claim_one_letter_and_keep_each_residents_order(
    engine: Engine, other_engine: Engine
) -> None:
    for resident in range(20):
        await engine.write(posted(*(f"{resident}-{place}" for place in range(4)), address=f"resident {resident}"))
    letters = await all_letters(engine, other_engine)
    assert set(Counter(letter.id for letter in letters).values()) == {1}
    assert len(letters) == 80
    for resident in range(20):
        theirs = keys_of(letter for letter in letters if letter.address == f"resident {resident}")
        assert theirs == [f"{resident}-{place}" for place in range(4)]


async def test_a_read_sees_what_was_committed_before_it_and_changes_nothing(engine: Engine) -> None:
    await engine.write(kept("1"))
    assert await letters_for_hanako(engine) == 1
    with pytest.raises(StoreError, match=r"read-?only"):
        await engine.read(inbox.mark("telegram", "2", AT))
    assert await engine.write(inbox.mark("telegram", "2", AT))


async def test_a_read_keeps_its_view_while_others_write(engine: Engine, url: str) -> None:
    def reads_twice() -> Work[tuple[int, int]]:
        first = yield from outbox.after("webchat", "hanako", 0, 10)
        run(url, "INSERT INTO outbox (conversation_id, channel, language, say, said_at, attempts) " + COPIED)
        second = yield from outbox.after("webchat", "hanako", 0, 10)
        return len(first), len(second)

    await engine.write(kept("1"))
    assert await engine.read(reads_twice()) == (1, 1)
    assert await letters_for_hanako(engine) == 2


COPIED = "SELECT conversation_id, channel, language, say, said_at, attempts FROM outbox RETURNING id"


async def letters_for_hanako(engine: Engine) -> int:
    return len(await engine.read(outbox.after("webchat", "hanako", 0, 10)))


async def test_a_closed_engine_says_so_and_closing_twice_is_harmless(url: str) -> None:
    engine = engine_at(url)
    with pytest.raises(StoreError, match="not open"):
        await engine.write(taken("1"))
    await engine.open()
    await engine.close()
    await engine.close()
    with pytest.raises(StoreError, match="not open"):
        await engine.read(outbox.dead(1))


async def test_what_is_queued_is_finished_before_closing(url: str) -> None:
    engine = engine_at(url)
    await engine.open()
    works = [asyncio.create_task(engine.write(taken(str(number)))) for number in range(10)]
    await asyncio.sleep(0)
    await engine.close()
    assert all(await asyncio.gather(*works))


WRITER = """
import asyncio, sys
from bot.store.engine import engine_at
from tests.bot.store.test_engines import taken

async def main():
    engine = engine_at(sys.argv[1])
    await engine.open()
    for number in range(1_000_000):
        await engine.write(taken(str(number)))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_process_killed_while_writing_loses_nothing_it_reported_and_leaves_nothing_half(url: str) -> None:
    reported = await asyncio.to_thread(last_report_of_killed_writer, url)
    if url.startswith("sqlite"):
        assert run(url, "PRAGMA integrity_check") == [("ok",)]
        assert run(url, "PRAGMA foreign_key_check") == []
    engine = engine_at(url)
    await engine.open()
    await turns_of(engine)  # waits until PostgreSQL has noticed and undone what the writer left open
    [(marks,)], [(letters,)] = (run(url, f"SELECT count(*) FROM {table}") for table in ("inbox", "outbox"))
    assert marks == letters >= reported + 1
    assert await turns_of(engine) == marks
    assert not await engine.write(taken(str(reported)))
    await engine.close()


def last_report_of_killed_writer(url: str) -> int:
    with subprocess.Popen([sys.executable, "-c", WRITER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 200:
                writer.kill()
                break
        rest = writer.stdout.read().split("\n")
    return max([200, *(int(number) for number in rest[:-1])])
