"""What staff changed at run time: a day's hours and seats, over the pack's calendar, and the stop switch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Executable, bindparam, delete, insert, select

from bot.booking.slots import Override, OverrideKind, Span, StopSwitch
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import overrides
from bot.store.schema import stops as stops_table
from bot.store.unit import Work

_EVERY_CHANNEL = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """An override with the number under which it can be taken back."""

    id: int
    override: Override


def add(override: Override) -> Work[int]:
    """Let an override hold from now on; its number. Nobody who has a seat loses it: see `seats.hit_by` before."""
    rows = yield _insert_override.bind(
        day=override.day.isoformat(),
        service=override.service,
        kind=override.kind.value,
        hours=json.dumps([[span.start.isoformat(), span.end.isoformat()] for span in override.hours]),
        seats=override.seats,
        reason=override.reason,
        made_at=to_micros(override.made_at),
    )
    return int(rows[0][0])


def remove(override_id: int) -> Work[bool]:
    """Take an override back; False: there is none of this number."""
    rows = yield _delete_override.bind(override_id=override_id)
    return bool(rows)


def between(first_on: date, last_on: date) -> Work[tuple[Entered, ...]]:
    """The overrides of some days, both included, as they were made."""
    rows = yield _select_overrides.bind(first_on=first_on.isoformat(), last_on=last_on.isoformat())
    return tuple(Entered(row[0], _override(*row[1:])) for row in sorted(rows))


def purge(before_on: date, limit: int) -> Work[int]:
    """Delete the overrides of days gone by; how many. Fewer than `limit`: none is left."""
    rows = yield _delete_old.bind(before_on=before_on.isoformat(), limit=limit)
    return len(rows)


def stop(switch: StopSwitch, now: datetime) -> Work[None]:
    """Take no booking on a channel, or on any, until `resume`; again: with another message."""
    channel = switch.channel or _EVERY_CHANNEL
    yield _upsert_stop.bind(channel=channel, message=switch.message, made_at=to_micros(now))


def resume(channel: str | None) -> Work[bool]:
    """Undo `stop`; False: nothing was stopped."""
    rows = yield _delete_stop.bind(channel=channel or _EVERY_CHANNEL)
    return bool(rows)


def stops() -> Work[tuple[StopSwitch, ...]]:
    """The switches that are on."""
    rows = yield _select_stops.bind()
    return tuple(StopSwitch(channel or None, message) for channel, message in sorted(rows))


def _override(
    day: str, service: str | None, kind: str, hours: str, seats: int | None, reason: str, made_at: int
) -> Override:
    spans = tuple(Span(time.fromisoformat(start), time.fromisoformat(end)) for start, end in json.loads(hours))
    day_on = date.fromisoformat(day)
    return Override(day_on, service, OverrideKind(kind), spans, seats, reason, from_micros(made_at))


_table = overrides.c
_NAMES = ("day", "service", "kind", "hours", "seats", "reason", "made_at")


@Query
def _insert_override(_: Dialect) -> Executable:
    row: dict[str, Any] = {name: bindparam(name) for name in _NAMES}
    return insert(overrides).values(row).returning(_table.id)


@Query
def _delete_override(_: Dialect) -> Executable:
    return delete(overrides).where(_table.id == bindparam("override_id")).returning(_table.id)


@Query
def _select_overrides(_: Dialect) -> Executable:
    columns = (_table.id, *(_table[name] for name in _NAMES))
    return select(*columns).where(_table.day >= bindparam("first_on"), _table.day <= bindparam("last_on"))


@Query
def _delete_old(_: Dialect) -> Executable:
    old = select(_table.id).where(_table.day < bindparam("before_on")).limit(bindparam("limit"))
    return delete(overrides).where(_table.id.in_(old)).returning(_table.id)


@Query
def _upsert_stop(dialect: Dialect) -> Executable:
    row = dialect.insert(stops_table).values(
        channel=bindparam("channel"), message=bindparam("message"), made_at=bindparam("made_at")
    )
    changed = {name: row.excluded[name] for name in ("message", "made_at")}
    return row.on_conflict_do_update(index_elements=["channel"], set_=changed).returning(stops_table.c.channel)


@Query
def _delete_stop(_: Dialect) -> Executable:
    return delete(stops_table).where(stops_table.c.channel == bindparam("channel")).returning(stops_table.c.channel)


@Query
def _select_stops(_: Dialect) -> Executable:
    return select(stops_table.c.channel, stops_table.c.message)
