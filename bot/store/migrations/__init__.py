"""Brings a database to this program's version with Alembic, all or nothing.

Import it only where a database is migrated: Alembic takes longer to load than a start of the desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.store.engine import sqlite_path
from bot.store.version import require_not_newer, require_version

_BUSY_TIMEOUT_S = 60.0


def migrate(url: str) -> None:
    """Make the database if it is missing and bring it to this program's version.

    Doing it again, or in several processes at once, is harmless. Raises StoreError, changing nothing,
    if the database is of a newer release or cannot be used.
    """
    path = sqlite_path(url)
    _make_file(path)
    with _transaction(path) as connection:
        require_not_newer(_version_of(connection), str(path))
        command.upgrade(_config(connection), "head")


def check(url: str) -> None:
    """Raise StoreError, saying what to do, unless the database is at exactly this program's version."""
    path = sqlite_path(url)
    if not path.is_file():
        raise StoreError(f"{path}: no database here: run `madoguchi migrate`")
    with _transaction(path) as connection:
        require_version(_version_of(connection), str(path))


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # residents' rows: for the desk's own user
    except OSError as fault:
        raise StoreError(f"{path}: cannot be made ({fault.strerror})") from fault


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    return config


def _version_of(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


@contextmanager
def _transaction(path: Path) -> Iterator[Connection]:
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as fault:
        raise StoreError(f"{path}: cannot be used as a database ({fault.orig})") from fault
    finally:
        engine.dispose()


def _engine(path: Path) -> Engine:
    """Python's sqlite3 would begin at the first INSERT only: begin by hand, so that a whole migration is
    one transaction and other processes wait for it."""
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def prepare(raw: SqliteConnection, _: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
