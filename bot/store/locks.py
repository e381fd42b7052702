"""Locks by name, for what no row stands for yet: a resident who writes for the first time, a slot nobody has booked.

Where every writing work runs alone anyway (SQLite) they cost nothing.
"""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import BigInteger, Executable, bindparam, func, select

from bot.store.query import Dialect, Query
from bot.store.unit import Work


def alone(*names: str) -> Work[None]:
    """Wait until no other work holds the lock of these names, and hold it until the commit.

    A statement of its own, taken before what it protects is read: a statement that waits for a row lock sees
    that row anew, but all else as it was before the wait. Several locks are taken in one order, always.
    """
    yield _lock.bind(key=key_of(*names))


def alone_at_once(*names: str) -> Work[bool]:
    """As `alone`, but without waiting; False: another work holds the lock. For a lock taken out of the one order."""
    rows = yield _try_lock.bind(key=key_of(*names))
    return all(is_ours for (is_ours,) in rows)


def key_of(*names: str) -> int:
    """The number that a lock has in the database, of 64 bits."""
    return int.from_bytes(blake2b("\0".join(names).encode(), digest_size=8).digest(), signed=True)


@Query
def _lock(dialect: Dialect) -> Executable | None:
    if dialect.has_one_writer:
        return None
    return select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))


@Query
def _try_lock(dialect: Dialect) -> Executable | None:
    if dialect.has_one_writer:
        return None
    return select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger)))
