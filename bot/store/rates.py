"""How fast messages may go out on a channel, held for all processes together: places in one queue of instants.

A process takes so many places at once and sends at those instants. Nobody waits in the database for a place, and a
process that ends with places it has not used costs the others a moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Executable, bindparam, case, select, update

from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import rates
from bot.store.unit import Work

HORIZON = timedelta(seconds=1)
"""Places are given for so long ahead. Who gets none leaves the letter in the outbox, where it waits in its order."""

_IMPLAUSIBLE = timedelta(seconds=30)
"""No queue is so long: the clock was set back (a demonstration started again), and the queue begins anew."""


@dataclass(frozen=True, slots=True)
class Places:
    """The first of the places given, or `first_at` None: none, and none before `again_at`."""

    first_at: datetime | None
    again_at: datetime


def take(channel: str, now: datetime, span: timedelta) -> Work[Places]:
    """Take places that fill `span`, which is their number by the pause between two."""
    micros = {"now": to_micros(now), "latest": to_micros(now + HORIZON), "absurd": to_micros(now + _IMPLAUSIBLE)}
    asked = _take.bind(channel=channel, span=span // _MICROSECOND, **micros)
    rows = yield asked
    if not rows:
        rows = yield _begin.bind(channel=channel, until=to_micros(now + span))
    if not rows:  # another process may have begun this queue meanwhile
        rows = yield asked
    if rows:
        after = from_micros(rows[0][0])
        return Places(after - span, after)
    rows = yield _select_next.bind(channel=channel)
    return Places(None, from_micros(rows[0][0]) - HORIZON / 2)


_MICROSECOND = timedelta(microseconds=1)
_IS_ABSURD = rates.c.next_at > bindparam("absurd")


@Query
def _take(_: Dialect) -> Executable:
    is_past = (rates.c.next_at < bindparam("now")) | _IS_ABSURD
    later: ColumnElement[int] = case((is_past, bindparam("now")), else_=rates.c.next_at) + bindparam("span")
    is_near = (rates.c.next_at <= bindparam("latest")) | _IS_ABSURD
    taken = update(rates).values(next_at=later).where(rates.c.channel == bindparam("channel"), is_near)
    return taken.returning(rates.c.next_at)


@Query
def _begin(dialect: Dialect) -> Executable:
    row = dialect.insert(rates).values(channel=bindparam("channel"), next_at=bindparam("until"))
    return row.on_conflict_do_nothing().returning(rates.c.next_at)


@Query
def _select_next(_: Dialect) -> Executable:
    return select(rates.c.next_at).where(rates.c.channel == bindparam("channel"))
