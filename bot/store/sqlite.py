"""SQLite through aiosqlite: one connection that writes, one beside it that reads.

A unit of work, BEGIN to COMMIT, is one hop to the connection's thread, where works queue up and are
taken in turn. Several processes may have the same file open. Close an engine: its threads keep the
process alive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy.dialects import sqlite

from bot.errors import StoreError
from bot.store.query import Compiled, Dialect, Upsert
from bot.store.unit import Rows, Work
from bot.store.version import read_version, require_version

T = TypeVar("T")

DIALECT = Dialect(sqlite.dialect(paramstyle="qmark"), cast("Callable[..., Upsert]", sqlite.insert), has_one_writer=True)

_NOT_OPENED = "cannot be opened; check MADOGUCHI_DATABASE_URL, or run `madoguchi migrate` to make it"
_BUSY_TIMEOUT_S = 10.0
_CACHED_STATEMENTS = 256
# FULL: a commit that was reported is on the disk, whatever happens next.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class SqliteEngine:
    """Carries out units of work on one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None

    async def open(self) -> None:
        """Connect. Raises StoreError if the file is missing, is no database of ours, or of another version."""
        try:
            with self._faults_named(_NOT_OPENED):
                self._writer = await self._connect(_PRAGMAS)
                self._reader = await self._connect((*_PRAGMAS, "query_only = ON"))
                found = await _hop(self._reader, lambda connection: _drive(connection, read_version()))
            require_version(found, str(self._path))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what is queued and disconnect. Closing twice is harmless."""
        writer, reader, self._writer, self._reader = self._writer, self._reader, None, None
        for connection in (reader, writer):
            if connection is not None:
                await connection.close()

    async def write(self, work: Work[T]) -> T:
        """Run a work in one transaction: committed when it returns, undone if anything is raised."""
        with self._faults_named("write failed"):
            return await _hop(
                _open_one(self._writer), lambda connection: _transact(connection, "BEGIN IMMEDIATE", work)
            )

    async def read(self, work: Work[T]) -> T:
        """Run a work that changes nothing on one unchanging view of the data, beside any writing."""
        with self._faults_named("read failed"):
            return await _hop(_open_one(self._reader), lambda connection: _transact(connection, "BEGIN", work))

    async def _connect(self, pragmas: tuple[str, ...]) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",  # never makes a file: `migrate` does
            uri=True,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,  # BEGIN and COMMIT are ours
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            await _hop(connection, lambda raw: _prepare(raw, pragmas))
        except BaseException:
            await connection.close()
            raise
        return connection

    @contextmanager
    def _faults_named(self, problem: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            raise StoreError(f"{self._path}: {problem} ({fault})") from fault


def _open_one(connection: aiosqlite.Connection | None) -> aiosqlite.Connection:
    if connection is None:
        raise StoreError("the database is not open")
    return connection


async def _hop(connection: aiosqlite.Connection, function: Callable[[sqlite3.Connection], T]) -> T:
    # The one place that reaches into aiosqlite: it has no public way to run a function in its thread, and
    # a hop for each statement makes a turn four times as dear. tests/bot/store/test_sqlite.py watches over it.
    return cast("T", await connection._execute(function, connection._conn))  # type: ignore[no-untyped-call]  # noqa: SLF001


def _prepare(connection: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _transact(connection: sqlite3.Connection, begin: str, work: Work[T]) -> T:
    connection.execute(begin)
    try:
        result = _drive(connection, work)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return result


def _rows_of(connection: sqlite3.Connection, compiled: Compiled, values: Mapping[str, Any]) -> Rows:
    if not compiled.sql:
        return ()
    return connection.execute(compiled.sql, compiled.arguments(values)).fetchall()


def _drive(connection: sqlite3.Connection, work: Work[T]) -> T:
    try:
        query, values = next(work)
        while True:
            query, values = work.send(_rows_of(connection, query.compiled(DIALECT), values))
    except StopIteration as finished:
        return cast("T", finished.value)
