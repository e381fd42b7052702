from __future__ import annotations

import asyncio
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot.errors import StoreError
from bot.store.address import read_address
from bot.store.engine import engine_at
from bot.store.migrations import check, migrate, place_of, upgrade
from bot.store.schema import VERSION, metadata
from tests.bot.store.steps import path_of, run

ROOT = Path(__file__).parents[3]
VERSIONS = sorted(file.name[1:5] for file in (ROOT / "bot/store/migrations/versions").glob("m*.py"))


def everything(url: str) -> list[tuple[Any, ...]]:
    """The tables and indexes there are, in the database's own words."""
    if url.startswith("sqlite"):
        return run(url, "SELECT name, sql FROM sqlite_master ORDER BY name")
    columns = run(
        url,
        "SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable "
        "FROM information_schema.columns WHERE table_schema = 'public'",
    )
    indexes = run(url, "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return sorted(columns + indexes)


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
    run(new_url, "INSERT INTO inbox VALUES ('telegram', '1', 0) RETURNING channel")
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

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []

    place_of(read_address(new_url)).transact(compare)


def test_the_tables_are_made_word_for_word_as_the_schema_says(
    new_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    migrate(new_url)
    if new_url.startswith("sqlite"):
        other = f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite3'}"
    else:
        other = request.getfixturevalue("postgres_server").new_database()
    place_of(read_address(other)).transact(metadata.create_all)
    made = [row for row in everything(new_url) if "alembic_version" not in row[0]]
    assert made == everything(other)


def test_the_newest_migration_is_the_version_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


@pytest.mark.parametrize(
    "file", sorted((ROOT / "bot/store/migrations/versions").glob("m*.py")), ids=lambda file: file.stem
)
def test_a_migration_only_adds_so_that_the_release_before_can_go_on(file: Path) -> None:
    """What is to go goes a release later, when nobody uses it any more: then name that migration here."""
    upgrade = file.read_text(encoding="utf-8").partition("def downgrade")[0]
    assert not re.findall(r"\.(drop_\w+|alter_column|rename_table)\(|\b(?:DROP|RENAME|DELETE)\b", upgrade)


def test_what_the_release_before_writes_and_reads_is_there_after_each_migration(new_url: str) -> None:
    """Its tables have all their columns as they were; what is new it need not name, and nothing new refuses its rows."""

    def climb(connection: Connection) -> None:
        before = Shape({}, {})
        for version in VERSIONS:
            upgrade(connection, version)
            after = shape_of(connection)
            assert before.tables.keys() <= after.tables.keys()
            for table, columns in before.tables.items():
                added = {name: column for name, column in after.tables[table].items() if name not in columns}
                assert columns.items() <= after.tables[table].items()
                assert all(column.may_be_left_out for column in added.values()), (version, table, added)
                assert before.rules[table] == after.rules[table]
            before = after

    place = place_of(read_address(new_url))
    place.prepare()
    place.transact(climb)
    assert len(VERSIONS) >= 5


@dataclass(frozen=True)
class Column:
    kind: str
    may_be_left_out: bool


@dataclass(frozen=True)
class Shape:
    """Columns by table and name; and all that may refuse a row, by table."""

    tables: dict[str, dict[str, Column]]
    rules: dict[str, str]


def shape_of(connection: Connection) -> Shape:
    seen = inspect(connection)
    tables = {
        name: {
            column["name"]: Column(str(column["type"]), column["nullable"] or column["default"] is not None)
            for column in seen.get_columns(name)
        }
        for name in seen.get_table_names()
    }
    looks: tuple[Callable[[str], object], ...] = (
        seen.get_pk_constraint,
        lambda table: sorted(str(one) for one in seen.get_unique_constraints(table)),
        lambda table: sorted(str(one) for one in seen.get_check_constraints(table)),
        lambda table: sorted(str(one) for one in seen.get_foreign_keys(table)),
        lambda table: sorted(str(one) for one in seen.get_indexes(table) if one["unique"]),
    )
    return Shape(tables, {name: repr([look(name) for look in looks]) for name in tables})


def test_a_migration_that_fails_leaves_nothing_behind(new_url: str) -> None:
    run(new_url, "CREATE TABLE feedback (other INTEGER)")  # in the way of the last table
    with pytest.raises(StoreError, match="already exists"):
        migrate(new_url)
    assert {row[0].partition(".")[0] for row in everything(new_url)} == {"feedback"}


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
    if new_url.startswith("sqlite"):
        assert not path_of(new_url).exists()
    else:
        assert everything(new_url) == []


@pytest.mark.anyio
async def test_a_file_that_is_no_database_is_named_and_left_alone(sqlite_url: str) -> None:
    new_url = sqlite_url
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
