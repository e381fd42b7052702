"""Migrating a SQLite file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError

_BUSY_TIMEOUT_S = 60.0


class SqlitePlace:
    """A file on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Make the folder and an empty file."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # residents' rows: for the desk's own user
        except OSError as fault:
            raise StoreError(f"{self._path}: cannot be made ({fault.strerror})") from fault

    def require(self) -> None:
        """StoreError if there is no file."""
        if not self._path.is_file():
            raise StoreError(f"{self._path}: no database here: run `madoguchi migrate`")

    def transact(self, work: Callable[[Connection], None]) -> None:
        """Do a work in one transaction; other processes wait for its end."""
        engine = _engine(self._path)
        try:
            with engine.begin() as connection:
                work(connection)
        except DBAPIError as fault:
            raise StoreError(f"{self._path}: cannot be used as a database ({fault.orig})") from fault
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
