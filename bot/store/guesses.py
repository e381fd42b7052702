"""Wrong tickets typed: after ten, tickets of others are not looked up for whoever typed them for a while.

Kept under a hash that does not lead back to the resident's address by itself, and outlives "forget me": else a guesser
would only have to ask to be forgotten. `purge` deletes it when the lock is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NewType

from sqlalchemy import ColumnElement, Executable, Integer, bindparam, case, delete, literal_column, select

from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import guesses
from bot.store.unit import Work

Guesser = NewType("Guesser", str)

MOST_WRONG = 10
WINDOW = timedelta(hours=1)
"""Guesses are counted, and a lock lasts, for so long after the first of them."""


def guesser(channel: str, address: str) -> Guesser:
    """Who guesses, as far as it must be known."""
    return Guesser(blake2b(f"ticket\0{channel}\0{address}".encode(), digest_size=16).hexdigest())


def is_locked(who: Guesser, now: datetime) -> Work[bool]:
    """Whether no ticket is to be looked up: then also say of a right one that it is not found."""
    rows = yield _select_locked.bind(who=who, since=to_micros(now - WINDOW), most=MOST_WRONG)
    return bool(rows)


def wrong(who: Guesser, now: datetime) -> Work[int]:
    """Count a wrong ticket; how many there were in this window. From MOST_WRONG on they are locked."""
    rows = yield _count_one.bind(who=who, now=to_micros(now), since=to_micros(now - WINDOW))
    return int(rows[0][0])


def purge(before: datetime, limit: int) -> Work[int]:
    """Delete guesses whose window began before an instant; how many. Fewer than `limit`: none is left."""
    rows = yield _delete_old.bind(before=to_micros(before), limit=limit)
    return len(rows)


_table = guesses.c


@Query
def _select_locked(_: Dialect) -> Executable:
    is_locked_now = (_table.since > bindparam("since")) & (_table.wrong >= bindparam("most"))
    return select(_table.wrong).where(_table.who == bindparam("who"), is_locked_now)


@Query
def _count_one(dialect: Dialect) -> Executable:
    one: ColumnElement[int] = literal_column("1", Integer)
    row = dialect.insert(guesses).values(who=bindparam("who"), wrong=one, since=bindparam("now"))
    is_new_window = _table.since <= bindparam("since")
    again = {
        "wrong": case((is_new_window, one), else_=_table.wrong + one),
        "since": case((is_new_window, row.excluded.since), else_=_table.since),
    }
    return row.on_conflict_do_update(index_elements=["who"], set_=again).returning(_table.wrong)


@Query
def _delete_old(_: Dialect) -> Executable:
    old = select(_table.who).where(_table.since < bindparam("before")).limit(bindparam("limit"))
    is_old = _table.since < bindparam("before")
    return delete(guesses).where(_table.who.in_(old), is_old).returning(_table.who)
