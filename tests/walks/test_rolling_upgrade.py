"""The next release migrates the database while replicas of this one serve: they go on, and only a start is refused.

The next release is made up: a migration of its own after the newest one, with all that migrations may do (deploying.md).
It is carried out by Alembic in the place, and with the locks, in which `madoguchi migrate` works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bot.store.address import read_address
from bot.store.migrations import place_of
from bot.store.schema import VERSION
from tests.bot.store.steps import run
from tests.fakes.server import until as until_seen
from tests.fakes.telegram_api import TelegramApi
from tests.postgres import PostgresServer
from tests.walks.replicas import QUESTIONS, Town, town

pytestmark = pytest.mark.anyio

OURS = Path(__file__).parents[2] / "bot" / "store" / "migrations" / "versions"
RESIDENTS = range(101, 113)
NEXT = f'''
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{VERSION}"


def upgrade():
    op.create_table("news", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("text", sa.Text()))
    for table in ("inbox", "conversations", "outbox", "rates", "bookings", "seats"):
        op.add_column(table, sa.Column("news_id", sa.BigInteger()))
        op.add_column(table, sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
        op.create_index(table + "_news", table, ["news_id"])
'''


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.new_database()
        yield url
        server.drop(url)


def migrate_to_the_next_release(url: str, folder: Path) -> None:
    versions = folder / "versions"
    versions.mkdir()
    (versions / "m9999_news.py").write_text(NEXT, encoding="utf-8")

    def to_newest(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "bot.store:migrations")
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{OURS}\n{versions}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    place_of(read_address(url)).transact(to_newest)


async def test_replicas_go_on_while_the_next_release_migrates_and_only_a_start_is_refused(
    url: str, tmp_path: Path, api: TelegramApi, request: pytest.FixtureRequest
) -> None:
    async with town(url, tmp_path, api, replicas=2) as there:
        answers = await there.answers_in_peace()
        asking = [asyncio.create_task(there.asks(resident)) for resident in RESIDENTS]
        await there.until_taken(len(QUESTIONS) + len(RESIDENTS))
        await asyncio.to_thread(migrate_to_the_next_release, url, tmp_path)
        asked = await asyncio.gather(*asking)
        await everybody_has(there, len(QUESTIONS))
        for resident, questions in zip(RESIDENTS, asked, strict=True):
            assert api.texts(resident) == [text for question in questions for text in answers[question]]
        assert await asyncio.to_thread(
            run, url, "SELECT version_num, (SELECT count(*) FROM inbox) FROM alembic_version"
        ) == [("9999", len(QUESTIONS) * (len(RESIDENTS) + 1))]
        await a_start_is_refused_and_changes_nothing(there)
        if url.startswith("postgresql"):
            await the_server_is_restarted(request.getfixturevalue("postgres_server"))
        there.replicas = there.replicas[1:]
        await asyncio.gather(*(there.asks(resident) for resident in RESIDENTS))
        await everybody_has(there, 2 * len(QUESTIONS))


async def everybody_has(there: Town, messages: int) -> None:
    await until_seen(lambda: all(len(there.api.texts(resident)) >= messages for resident in RESIDENTS), 120)


async def a_start_is_refused_and_changes_nothing(there: Town) -> None:
    ended = there.replicas[0]
    assert await asyncio.to_thread(ended.stop)
    ended.start()
    assert await asyncio.to_thread(ended.ends) not in (0, None)
    assert f"at version 9999, this program knows only up to {VERSION}: install a newer madoguchi" in ended.log


async def the_server_is_restarted(server: PostgresServer) -> None:
    """Whoever was connected before connects anew, to the newer database."""
    await asyncio.to_thread(server.stop, at_once=True)
    await asyncio.to_thread(server.start)
