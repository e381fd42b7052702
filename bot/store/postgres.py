"""PostgreSQL through asyncpg: a pool of connections; each unit of work is one transaction on one of them.

Writes are READ COMMITTED with row locks and named locks (`locks`), reads one REPEATABLE READ view. A work that has
begun is finished even if its caller stops waiting, as on SQLite; a cancelled asyncpg query would cost a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_sql

from bot.errors import StoreError
from bot.store.address import PostgresDatabase
from bot.store.again import Collided
from bot.store.postgres_pool import PostgresPool
from bot.store.query import Compiled, Dialect, Statement, Upsert
from bot.store.unit import AtOnce, Rows, Work
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
    # Every statement finds its rows by an index, whatever the values; planning a claim costs twice the claim.
    "plan_cache_mode": "force_generic_plan",
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
        self._pool: PostgresPool | None = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Connect. Raises StoreError if the database is missing or of another version than this program."""
        try:
            with faults_named(self._address, _NOT_OPENED):
                self._pool = PostgresPool(self._address.pool_size, _ANSWER_TIMEOUT_S, connection_options(self._address))
                await self._pool.open()
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
            return await self._whole(_carry_out(self._open_pool(), work, _WRITE))

    async def read(self, work: Work[T]) -> T:
        """Run a work that changes and locks nothing on one unchanging view of the data."""
        with faults_named(self._address, "read failed"):
            return await self._whole(_carry_out(self._open_pool(), work, _READ))

    def _open_pool(self) -> PostgresPool:
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


async def _carry_out(pool: PostgresPool, work: Work[T], kind: Mapping[str, Any]) -> T:
    connection, transaction = await _patiently(_connect if isinstance(work, AtOnce) else _begin, pool, kind)
    try:
        if transaction is None:
            return await _at_once(connection, work, kind)
        return await _to_the_end(connection, transaction, work)
    except TimeoutError:
        connection.terminate()  # who knows what it is still doing
        raise
    finally:
        pool.give(connection)


async def _at_once(connection: asyncpg.Connection, work: Work[T], kind: Mapping[str, Any]) -> T:
    """The first statement is a transaction of its own: two trips fewer. If there is more to do, that is one work."""
    try:
        query, values = next(work)
        statement = work.send(await _rows_of(connection, query.compiled(DIALECT), values))
    except StopIteration as finished:
        return cast("T", finished.value)
    transaction = connection.transaction(**kind)
    await transaction.start()
    return await _to_the_end(connection, transaction, work, statement)


async def _to_the_end(
    connection: asyncpg.Connection, transaction: Any, work: Work[T], statement: Statement | None = None
) -> T:
    try:
        result = await _drive(connection, work, statement)
    except BaseException:
        if not connection.is_closed():
            await transaction.rollback()
        raise
    await transaction.commit()
    return result


async def _drive(connection: asyncpg.Connection, work: Work[T], statement: Statement | None) -> T:
    try:
        query, values = statement or next(work)
        while True:
            query, values = work.send(await _rows_of(connection, query.compiled(DIALECT), values))
    except StopIteration as finished:
        return cast("T", finished.value)


Ready = tuple[asyncpg.Connection, Any]
"""A connection, and its transaction if one has begun."""


async def _patiently(
    make: Callable[[PostgresPool, Mapping[str, Any]], Awaitable[Ready]], pool: PostgresPool, kind: Mapping[str, Any]
) -> Ready:
    """Until a work has begun nothing has happened, so another connection may be tried."""
    for pause_s in _PAUSES_S:
        try:
            return await make(pool, kind)
        except _GONE:
            await asyncio.sleep(pause_s)
    return await make(pool, kind)


async def _connect(pool: PostgresPool, _: Mapping[str, Any]) -> Ready:
    return await pool.take(), None


async def _begin(pool: PostgresPool, kind: Mapping[str, Any]) -> Ready:
    connection = await pool.take()
    try:
        transaction = connection.transaction(**kind)
        await transaction.start()
    except BaseException:
        pool.give(connection)
        raise
    return connection, transaction


async def _rows_of(connection: asyncpg.Connection, compiled: Compiled, values: Mapping[str, Any]) -> Rows:
    if not compiled.sql:
        return ()
    return cast("Rows", await connection.fetch(compiled.sql, *compiled.arguments(values)))


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
