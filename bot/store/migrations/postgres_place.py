"""Migrating a database on a PostgreSQL server, while replicas of the previous release work in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Connection, NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreError
from bot.store.address import PostgresDatabase

# Any number nobody else uses on this database: two that migrate wait for each other here.
_LOCK = 6_241_971_003_274_091
# Everybody queues up behind a change of a table that waits for a long transaction: rather fail, and try again.
_BEGIN = (
    "SET LOCAL lock_timeout = '120s'",
    f"SELECT pg_advisory_xact_lock({_LOCK})",
    "SET LOCAL lock_timeout = '5s'",
)
_CONNECT_TIMEOUT_S = 10.0


class PostgresPlace:
    """A database somebody else made: this program has no right to."""

    def __init__(self, address: PostgresDatabase) -> None:
        self._address = address

    def prepare(self) -> None:
        """Nothing: whoever runs the server makes the database."""

    def require(self) -> None:
        """Nothing: connecting tells."""

    def transact(self, work: Callable[[Connection], None]) -> None:
        """Do a work in one transaction; others that migrate wait for its end, replicas go on."""
        try:
            asyncio.run(self._transact(work))
        except DBAPIError as fault:
            raise StoreError(f"{self._address}: cannot be migrated ({_words_of(fault.orig)})") from fault
        except OSError as fault:
            raise StoreError(
                f"{self._address}: cannot be opened ({fault}); check MADOGUCHI_DATABASE_URL and that the server runs"
            ) from fault

    async def _transact(self, work: Callable[[Connection], None]) -> None:
        arguments: dict[str, Any] = {**self._address.connect_options(), "timeout": _CONNECT_TIMEOUT_S}
        # The address goes to the driver as it is; SQLAlchemy's URL would write the password into its own messages.
        engine = create_async_engine(URL.create("postgresql+asyncpg"), poolclass=NullPool, connect_args=arguments)
        try:
            async with engine.begin() as connection:
                for statement in _BEGIN:
                    await connection.exec_driver_sql(statement)
                await connection.run_sync(work)
        finally:
            await engine.dispose()


def _words_of(fault: BaseException | None) -> str:
    """The server's own words: SQLAlchemy puts the driver's class before them."""
    cause = fault.__cause__ if fault is not None and fault.__cause__ is not None else fault
    return str(cause).partition("\n")[0]
