from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import StoreError
from bot.store.engine import engine_at
from bot.store.migrations import check, migrate
from bot.store.schema import VERSION, metadata
from tests.bot.store.steps import path_of

ROOT = Path(__file__).parents[3]


def run(url: str, sql: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path_of(url))
    with connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def everything(url: str) -> list[tuple[str, ...]]:
    return run(url, "SELECT name, sql FROM sqlite_master ORDER BY name")


def test_an_empty_place_becomes_a_database_of_this_version(new_url: str) -> None:
    migrate(new_url)
    check(new_url)


def test_the_folder_is_made_and_the_file_is_the_desks_own(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "desk.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_migrating_twice_changes_nothing(new_url: str) -> None:
    migrate(new_url)
    before = everything(new_url)
    run(new_url, "INSERT INTO inbox VALUES ('telegram', '1', 0)")
    migrate(new_url)
    assert everything(new_url) == before
    assert run(new_url, "SELECT event_id FROM inbox") == [("1",)]


def test_processes_that_migrate_at_once_wait_for_one_another(new_url: str) -> None:
    code = f"from bot.store.migrations import migrate; migrate({new_url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    check(new_url)


def test_the_migrations_lead_to_the_tables_the_program_knows(new_url: str) -> None:
    migrate(new_url)
    engine = create_engine(f"sqlite:///{path_of(new_url)}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_tables_are_made_word_for_word_as_the_schema_says(new_url: str, tmp_path: Path) -> None:
    migrate(new_url)
    engine = create_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    metadata.create_all(engine)
    engine.dispose()
    made = [row for row in everything(new_url) if "alembic_version" not in row[0]]
    assert made == everything(f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite3'}")


def test_the_newest_migration_is_the_version_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_a_migration_that_fails_leaves_nothing_behind(new_url: str) -> None:
    run(new_url, "CREATE TABLE feedback (other INTEGER)")  # in the way of the last table
    with pytest.raises(StoreError, match="already exists"):
        migrate(new_url)
    assert [row[0] for row in everything(new_url)] == ["feedback"]


def test_a_database_of_a_newer_release_is_refused_and_left_alone(new_url: str) -> None:
    migrate(new_url)
    run(new_url, "UPDATE alembic_version SET version_num = '9999'")
    for use in (migrate, check):
        with pytest.raises(StoreError, match=r"9999.*install a newer madoguchi"):
            use(new_url)


@pytest.mark.anyio
async def test_a_database_of_a_newer_release_is_not_opened(new_url: str) -> None:
    await asyncio.to_thread(migrate, new_url)
    run(new_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"9999.*install a newer madoguchi"):
        await engine_at(new_url).open()


@pytest.mark.anyio
async def test_a_database_of_an_older_release_says_to_migrate(new_url: str) -> None:
    await asyncio.to_thread(migrate, new_url)
    run(new_url, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreError, match=r"at version 0000.*run `madoguchi migrate`"):
        await engine_at(new_url).open()
    with pytest.raises(StoreError, match="run `madoguchi migrate`"):
        await asyncio.to_thread(check, new_url)


@pytest.mark.anyio
async def test_a_missing_database_says_to_migrate_and_is_not_made(new_url: str) -> None:
    with pytest.raises(StoreError, match="run `madoguchi migrate`"):
        await engine_at(new_url).open()
    with pytest.raises(StoreError, match="run `madoguchi migrate`"):
        await asyncio.to_thread(check, new_url)
    assert not path_of(new_url).exists()


@pytest.mark.anyio
async def test_a_file_that_is_no_database_is_named_and_left_alone(new_url: str) -> None:
    path_of(new_url).write_text("大切な書類" * 500, encoding="utf-8")
    for use in (asyncio.to_thread(migrate, new_url), engine_at(new_url).open()):
        with pytest.raises(StoreError, match=r"desk\.sqlite3: .*not a database"):
            await use
    assert path_of(new_url).read_text(encoding="utf-8").startswith("大切な書類")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/desk.sqlite3: cannot be made"):
        migrate(f"sqlite+aiosqlite:///{tmp_path}/file/desk.sqlite3")


def test_the_migrations_travel_with_the_package() -> None:
    folder = files("bot.store").joinpath("migrations")
    for name in ("env.py", "script.py.mako", "versions"):
        assert folder.joinpath(name).is_file() or folder.joinpath(name).is_dir()


def test_the_store_can_be_used_without_loading_alembic_or_sqlalchemys_async_engine() -> None:
    code = (
        "import sys; import bot.store.engine, bot.store.inbox, bot.store.outbox, bot.store.conversations;"
        "sys.exit(any(name in sys.modules for name in ('alembic', 'sqlalchemy.ext.asyncio')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
