"""What counters reported of visits: how far each is, which counter has it, and in the end its figures.

A visit is known by its counter and the number the counter made for it. Nothing here says who the resident is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, delete, literal_column, select, update

from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import agents, visits
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class VisitKey:
    """The counter, and the counter's number for the visit."""

    agent_id: str
    visit_id: str


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """A visit as it stands. `booking_id` None: a walk-in, or the booking is gone; `conflict`: why it changes none."""

    key: VisitKey
    booking_id: int | None
    status: str
    version: int
    conflict: str | None


def by_key(key: VisitKey) -> Work[KnownVisit | None]:
    """A visit that was reported before."""
    rows = yield _select_visit.bind(agent_id=key.agent_id, visit_id=key.visit_id)
    return next((KnownVisit(key, *row) for row in rows), None)


def holder(booking_id: int) -> Work[VisitKey | None]:
    """The visit that has a booking now; none where its counter's token was revoked, for then nobody reports it."""
    rows = yield _select_holder.bind(booking_id=booking_id)
    return next((VisitKey(*row) for row in rows), None)


def begin(
    key: VisitKey, booking_id: int | None, status: str, now: datetime, *, conflict: str | None = None
) -> Work[None]:
    """Note a visit that was not known; `conflict` says why its reports change nothing."""
    yield _insert_visit.bind(
        agent_id=key.agent_id,
        visit_id=key.visit_id,
        booking_id=booking_id,
        status=status,
        conflict=conflict,
        at=to_micros(now),
    )


def change(key: VisitKey, status: str, now: datetime) -> Work[int]:
    """Note how far a visit is; its version from now on."""
    rows = yield _change_visit.bind(agent_id=key.agent_id, visit_id=key.visit_id, status=status, at=to_micros(now))
    return int(rows[0][0])


def note_verdict(key: VisitKey, verdict: str) -> Work[None]:
    """Note what reading the card proved; the last card of a party counts."""
    yield _note_verdict.bind(agent_id=key.agent_id, visit_id=key.visit_id, verdict=verdict)


def note_end(key: VisitKey, outcome: str, waited_s: int, took_s: int) -> Work[None]:
    """Note how a visit ended, and how long it took."""
    yield _note_end.bind(
        agent_id=key.agent_id, visit_id=key.visit_id, outcome=outcome, waited_s=waited_s, took_s=took_s
    )


def purge(before: datetime, limit: int) -> Work[int]:
    """Delete visits last heard of before an instant; how many. Fewer than `limit`: none is left."""
    rows = yield _delete_old.bind(before=to_micros(before), limit=limit)
    return len(rows)


_table = visits.c
_IS_IT = (_table.agent_id == bindparam("agent_id"), _table.visit_id == bindparam("visit_id"))
_OPEN = ("arrived", "in_service")


@Query
def _select_visit(_: Dialect) -> Executable:
    return select(_table.booking_id, _table.status, _table.version, _table.conflict).where(*_IS_IT)


@Query
def _select_holder(_: Dialect) -> Executable:
    open_: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in _OPEN]
    joined = visits.join(agents, agents.c.agent_id == _table.agent_id)
    held = select(_table.agent_id, _table.visit_id).select_from(joined)
    is_held = (_table.booking_id == bindparam("booking_id")) & _table.status.in_(open_) & _table.conflict.is_(None)
    return held.where(is_held, agents.c.revoked_at.is_(None)).order_by(_table.at.desc())


@Query
def _insert_visit(dialect: Dialect) -> Executable:
    names = ("agent_id", "visit_id", "booking_id", "status", "conflict", "at")
    row: dict[str, Any] = {name: bindparam(name) for name in names}
    return dialect.insert(visits).values(version=literal_column("1"), **row).returning(_table.visit_id)


@Query
def _change_visit(_: Dialect) -> Executable:
    values: dict[str, Any] = {"status": bindparam("status"), "at": bindparam("at")}
    changed = update(visits).values(version=_table.version + literal_column("1"), **values)
    return changed.where(*_IS_IT).returning(_table.version)


@Query
def _note_verdict(_: Dialect) -> Executable:
    return update(visits).values(verdict=bindparam("verdict")).where(*_IS_IT).returning(_table.visit_id)


@Query
def _note_end(_: Dialect) -> Executable:
    values: dict[str, Any] = {name: bindparam(name) for name in ("outcome", "waited_s", "took_s")}
    return update(visits).values(**values).where(*_IS_IT).returning(_table.visit_id)


@Query
def _delete_old(_: Dialect) -> Executable:
    old = select(_table.agent_id, _table.visit_id).where(_table.at < bindparam("before"))
    chosen = old.limit(bindparam("limit")).cte("old")
    is_chosen = (_table.agent_id == chosen.c.agent_id) & (_table.visit_id == chosen.c.visit_id)
    return delete(visits).where(select(chosen.c.visit_id).where(is_chosen).exists()).returning(_table.visit_id)
