"""Questions that wait for an answer: counted, not attributed, and gone when their time is over."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date, timedelta

import pytest

from bot.store import unanswered
from bot.store.address import read_address
from bot.store.engine import Engine
from bot.store.migrations import migrate, place_of, upgrade
from bot.store.unanswered import Unanswered
from tests.bot.store.steps import ON_SQLITE, path_of, run

pytestmark = pytest.mark.anyio
DAY = date(2022, 7, 1)
LATER = DAY + timedelta(days=90)
AGES_AGO = date(2000, 1, 1)


async def keep(engine: Engine, text: str, on: date = DAY, language: str = "ja") -> None:
    await engine.write(unanswered.keep(language, text, on, on + timedelta(days=90)))


async def texts(engine: Engine) -> list[str]:
    return [question.text for question in await engine.read(unanswered.kept())]


async def test_a_question_is_counted_and_its_first_and_last_day_are_kept(engine: Engine) -> None:
    await keep(engine, "補聴器の補助")
    await keep(engine, "補聴器の補助")
    await keep(engine, "補聴器の補助", DAY + timedelta(days=2))
    assert await engine.read(unanswered.kept()) == (
        Unanswered("ja", "補聴器の補助", 3, DAY, DAY + timedelta(days=2), DAY + timedelta(days=92)),
    )


async def test_the_same_words_in_another_language_are_another_question(engine: Engine) -> None:
    await keep(engine, "窓口", language="ja")
    await keep(engine, "窓口", language="zh")
    assert len(await texts(engine)) == 2


async def test_the_most_frequent_come_first_then_the_latest(engine: Engine) -> None:
    await keep(engine, "old")
    await keep(engine, "new", DAY + timedelta(days=1))
    for _ in range(2):
        await keep(engine, "often")
    assert await texts(engine) == ["often", "new", "old"]


async def test_one_or_all_can_be_deleted(engine: Engine) -> None:
    for text in ("a", "b", "c"):
        await keep(engine, text)
    assert await engine.write(unanswered.forget("ja", "a"))
    assert not await engine.write(unanswered.forget("ja", "a"))
    assert not await engine.write(unanswered.forget("en", "b"))
    assert await engine.write(unanswered.forget_all()) == 2
    assert await texts(engine) == []


@pytest.mark.parametrize(("today", "left"), [(LATER - timedelta(days=1), ["a"]), (LATER, [])])
async def test_a_question_goes_on_the_day_it_expires_and_not_before(
    engine: Engine, today: date, left: list[str]
) -> None:
    await keep(engine, "a")
    await engine.write(unanswered.purge(today, AGES_AGO, 10))
    assert await texts(engine) == left


async def test_a_shorter_time_also_holds_for_what_was_kept_for_longer(engine: Engine) -> None:
    await keep(engine, "a", DAY)
    await keep(engine, "b", DAY + timedelta(days=1))
    assert await engine.write(unanswered.purge(DAY + timedelta(days=1), DAY, 10)) == 1
    assert await texts(engine) == ["b"]


async def test_old_questions_are_deleted_a_few_at_a_time(engine: Engine) -> None:
    for text in ("a", "b", "c"):
        await keep(engine, text)
    assert [await engine.write(unanswered.purge(LATER, AGES_AGO, 2)) for _ in range(3)] == [2, 1, 0]


async def test_two_replicas_that_keep_the_same_question_at_once_count_every_time(
    engine: Engine, other_engine: Engine
) -> None:
    await asyncio.gather(*(keep(one, "a") for one in (engine, other_engine) * 10))
    [question] = await engine.read(unanswered.kept())
    assert question.count == 20


async def test_a_table_row_has_nothing_but_words_count_and_days(engine: Engine, url: str) -> None:
    await keep(engine, "補聴器の補助")
    assert run(url, "SELECT * FROM unanswered") == [("ja", "補聴器の補助", 1, "2022-07-01", "2022-07-01", "2022-09-29")]


@ON_SQLITE
async def test_not_even_the_order_of_arrival_is_kept(engine: Engine, url: str) -> None:
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        run(url, "SELECT rowid FROM unanswered")


@ON_SQLITE
async def test_deleted_words_are_not_left_in_the_file(engine: Engine, url: str) -> None:
    await keep(engine, "補聴器の補助はありますか")
    await engine.write(unanswered.forget_all())
    await engine.close()
    connection = sqlite3.connect(path_of(url))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    folder = path_of(url).parent
    assert not [file for file in folder.iterdir() if "補聴器".encode() in file.read_bytes()]


def test_a_database_of_the_first_release_keeps_its_rows_and_gets_the_table(new_url: str) -> None:
    place = place_of(read_address(new_url))
    place.prepare()
    place.transact(lambda connection: upgrade(connection, "0001"))
    run(new_url, "INSERT INTO inbox VALUES ('telegram', '1', 0) RETURNING channel")
    migrate(new_url)
    assert run(new_url, "SELECT event_id FROM inbox") == [("1",)]
    assert run(new_url, "SELECT count(*) FROM unanswered") == [(0,)]
