"""PostgreSQL through asyncpg: a pool of connections; each unit of work is one transaction on one of them.

Writes are READ COMMITTED with row locks and named locks (`locks`), reads one REPEATABLE READ view. A work that has
begun is finished even if its caller stops waiting, as on SQLite; a cancelled asyncpg query would cost a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_sql

from bot.errors import StoreError
from bot.store.address import PostgresDatabase
from bot.store.again import Collided
from bot.store.query import Compiled, Dialect, Upsert
from bot.store.unit import Rows, Work
from bot.store.version import read_version, require_version

T = TypeVar("T")

DIALECT = Dialect(
    asyncpg_sql.dialect(),  # type: ignore[no-untyped-call]
    cast("Callable[..., Upsert]", postgresql.insert),
)

_NOT_OPENED = "cannot be opened; check MADOGUCHI_DATABASE_URL and that the server runs"
_CACHED_STATEMENTS = 256
_CONNECT_TIMEOUT_S = 10.0
_ANSWER_TIMEOUT_S = 30.0
# A server that is restarted comes back within seconds; LINE does not deliver an event a second time.
_PAUSES_S = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0)
# The locks of a machine that vanished are given back after a while, not when TCP gives up on it.
SESSION = {
    "application_name": "madoguchi",
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
    "lock_timeout": "10s",
    "statement_timeout": "25s",
    "tcp_keepalives_idle": "10",
    "tcp_user_timeout": "30000",
}
_WRITE: Mapping[str, Any] = {}
_READ: Mapping[str, Any] = {"isolation": "repeatable_read", "readonly": True}
_COLLISIONS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
# What a connection says whose server was restarted since it was last used, or that has not come up yet.
_GONE = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    OSError,
)


class PostgresEngine:
    """Carries out units of work on one database of a PostgreSQL server."""

    def __init__(self, address: PostgresDatabase) -> None:
        self._address = address
        self._pool: asyncpg.Pool | None = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Connect. Raises StoreError if the database is missing or of another version than this program."""
        try:
            with faults_named(self._address, _NOT_OPENED):
                self._pool = await asyncpg.create_pool(
                    min_size=1,
                    max_size=self._address.pool_size,
                    reset=_leave_as_it_is,
                    **connection_options(self._address),
                )
                found = await self._version()
            require_version(found, str(self._address))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what is running and disconnect. Closing twice is harmless."""
        pool, self._pool = self._pool, None
        if self._running:
            await asyncio.wait(self._running)
        if pool is not None:
            await pool.close()

    async def write(self, work: Work[T]) -> T:
        """Run a work in one transaction: committed when it returns, undone if anything is raised.

        Raises Collided, a StoreError, if it was undone for another work's sake (`again.write_again`).
        """
        with faults_named(self._address, "write failed"):
            return await self._whole(self._transact(self._open_pool(), work, _WRITE))

    async def read(self, work: Work[T]) -> T:
        """Run a work that changes and locks nothing on one unchanging view of the data."""
        with faults_named(self._address, "read failed"):
            return await self._whole(self._transact(self._open_pool(), work, _READ))

    def _open_pool(self) -> asyncpg.Pool:
        if self._pool is None:
            raise StoreError("the database is not open")
        return self._pool

    async def _version(self) -> str:
        try:
            return await self.read(read_version())
        except StoreError as fault:
            if isinstance(fault.__cause__, asyncpg.UndefinedTableError):
                return ""
            raise

    async def _whole(self, transaction: Coroutine[None, None, T]) -> T:
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone: asyncio would report it as never retrieved

    async def _transact(self, pool: asyncpg.Pool, work: Work[T], kind: Mapping[str, Any]) -> T:
        async with _begun(pool, kind) as connection:
            return await _drive(connection, work)


@asynccontextmanager
async def _begun(pool: asyncpg.Pool, kind: Mapping[str, Any]) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction. Until it has begun nothing has happened, so another connection may be tried."""
    connection, transaction = await _begin(pool, kind)
    try:
        try:
            yield connection
        except BaseException:
            if not connection.is_closed():
                await transaction.rollback()
            raise
        await transaction.commit()
    finally:
        await pool.release(connection)


async def _begin(pool: asyncpg.Pool, kind: Mapping[str, Any]) -> tuple[asyncpg.Connection, Any]:
    for pause_s in _PAUSES_S:
        try:
            return await _begin_once(pool, kind)
        except _GONE:
            await asyncio.sleep(pause_s)
    return await _begin_once(pool, kind)


async def _begin_once(pool: asyncpg.Pool, kind: Mapping[str, Any]) -> tuple[asyncpg.Connection, Any]:
    connection = await pool.acquire(timeout=_ANSWER_TIMEOUT_S)
    try:
        transaction = connection.transaction(**kind)
        await transaction.start()
    except BaseException:
        await pool.release(connection)
        raise
    return connection, transaction


async def _drive(connection: asyncpg.Connection, work: Work[T]) -> T:
    try:
        query, values = next(work)
        while True:
            query, values = work.send(await _rows_of(connection, query.compiled(DIALECT), values))
    except StopIteration as finished:
        return cast("T", finished.value)


async def _rows_of(connection: asyncpg.Connection, compiled: Compiled, values: Mapping[str, Any]) -> Rows:
    if not compiled.sql:
        return ()
    return cast("Rows", await connection.fetch(compiled.sql, *compiled.arguments(values)))


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """The pool would reset a session after each use, one more trip to the server: a work changes nothing of it."""


def connection_options(address: PostgresDatabase) -> dict[str, Any]:
    """How this desk connects: what the address says, and how long anything may take."""
    return {
        **address.connect_options(),
        "timeout": _CONNECT_TIMEOUT_S,
        "command_timeout": _ANSWER_TIMEOUT_S,
        "statement_cache_size": _CACHED_STATEMENTS,
        "server_settings": SESSION,
    }


@contextmanager
def faults_named(address: PostgresDatabase, problem: str) -> Iterator[None]:
    """Raise what the server or the network says as a StoreError that names the database."""
    try:
        yield
    except _FAULTS as fault:
        if isinstance(fault, asyncpg.PostgresError):
            fault.detail = None  # quotes the row, and with it the resident
        kind = Collided if isinstance(fault, _COLLISIONS) else StoreError
        raise kind(f"{address}: {problem} ({words_of(fault)})") from fault


def words_of(fault: BaseException) -> str:
    """What a fault says in one line; some say nothing but their name."""
    return str(fault).partition("\n")[0] or type(fault).__name__
