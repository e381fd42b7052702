"""The line before a full slot. Whoever joined first is offered first, as soon as there are seats enough for them.

A party too large for what is free is passed over, not passed by: it keeps its place. An offer is a hold (`holds`) under
the waiting booking's own ticket: accepted with `bookings.confirm`, declined with `bookings.cancel`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, literal_column, select, update

from bot.booking.bookings import UNLIMITED, Booking, Capacity, Limits, Made, Status, TicketTaken, TooMany, Wish
from bot.booking.slots import SlotId
from bot.store import holds, seats, wishes
from bot.store.booking_rows import BOOKING, NOW, booking_of, person_may_have_more, text_of
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, conversations, waits
from bot.store.unit import Work

Until = Callable[[datetime], datetime | None]
"""From the start of a slot to when an offer of it made now would end; None: too late for any offer."""

_LOOKED_AT = 20
"""How many of a line are looked at for whom the seats would do."""


def wait(wish: Wish, limits: Limits, now: datetime) -> Work[Made | TooMany | TicketTaken]:
    """Join the line. Call `offer` next, in the same work: a seat may have been given back a moment ago."""
    added = yield from wishes.add_waiting(wish, limits, now)
    if not isinstance(added, Booking):
        return added
    yield from seats.lock(added.slot_ids)
    for slot in added.slot_ids:
        yield _join_line.bind(service=slot.service, starts_at=to_micros(slot.starts_at), booking_id=added.id)
    return Made(added)


def offer(
    slot_ids: Iterable[SlotId], capacity: Capacity, now: datetime, until: Until, *, limits: Limits = UNLIMITED
) -> Work[tuple[Booking, ...]]:
    """Hold free seats of some slots for those next in line; whom, for each is to be told.

    Somebody who cannot be reached, or has as many bookings as one may have, is passed over. Call it in the same work as
    whatever frees seats.
    """
    wanted = tuple(dict.fromkeys(slot_ids))
    yield from seats.lock(wanted)
    offered: list[Booking] = []
    full: set[SlotId] = set()
    for booking in (yield from _in_line(wanted, now)):
        end = until(booking.starts_at)
        if end is None or not full.isdisjoint(booking.slot_ids):
            continue
        # Who waits for more slots than these: not now if another work has them; the sweeper comes by again.
        if not (yield from seats.lock_at_once(set(booking.slot_ids) - set(wanted))):
            continue
        if (yield from seats.claim(booking.id, booking.visit, capacity)):
            offered += yield from _offered(booking, limits, now, end)
        elif booking.visit.seats == (1,):
            full.update(booking.slot_ids)
    return tuple(offered)


def _offered(booking: Booking, limits: Limits, now: datetime, end: datetime) -> Work[list[Booking]]:
    rows = yield _offer.bind(
        booking_id=booking.id,
        version=booking.version,
        most_active=limits.active,
        now=to_micros(now),
        held_until=to_micros(end),
    )
    if rows:
        yield holds.leave_line.bind(booking_id=booking.id)
    else:  # left the line meanwhile, or may not have more
        yield from seats.free(booking.id)
    return [booking_of(row) for row in rows]


def _in_line(slot_ids: Iterable[SlotId], now: datetime) -> Work[list[Booking]]:
    found: dict[int, Booking] = {}
    for slot in slot_ids:
        rows = yield _select_line.bind(
            service=slot.service, starts_at=to_micros(slot.starts_at), now=to_micros(now), limit=_LOOKED_AT
        )
        found |= {row[0]: booking_of(row) for row in rows}
    return [found[booking_id] for booking_id in sorted(found)]


def waiting_slots(now: datetime, limit: int, after: SlotId | None = None) -> Work[tuple[SlotId, ...]]:
    """Slots still to come that have a line, in a fixed order, those behind `after`.

    `offer` them now and then, for seats that staff added.
    """
    service, starts_at = (after.service, to_micros(after.starts_at)) if after else ("", 0)
    rows = yield _select_slots.bind(now=to_micros(now), service=service, starts_at=starts_at, limit=limit)
    return tuple(SlotId(service, from_micros(starts_at)) for service, starts_at in rows)


def place_in_line(booking: Booking) -> Work[int]:
    """How many stand before a waiting booking at its first slot, and itself: 1 is next."""
    slot = booking.slot_ids[0]
    rows = yield _count_before.bind(service=slot.service, starts_at=to_micros(slot.starts_at), booking_id=booking.id)
    return int(rows[0][0])


_table = bookings.c
_IS_SLOT = (waits.c.service == bindparam("service")) & (waits.c.starts_at == bindparam("starts_at"))


@Query
def _join_line(_: Dialect) -> Executable:
    row: dict[str, Any] = {name: bindparam(name) for name in ("service", "starts_at", "booking_id")}
    return insert(waits).values(row).returning(waits.c.booking_id)


@Query
def _select_line(_: Dialect) -> Executable:
    joined = waits.join(bookings, _table.id == waits.c.booking_id).join(
        conversations, conversations.c.id == _table.conversation_id
    )
    is_waiting = (_table.held_until > bindparam("now")) & conversations.c.blocked_at.is_(None)
    line = select(*BOOKING).select_from(joined).where(_IS_SLOT, is_waiting)
    return line.order_by(waits.c.booking_id).limit(bindparam("limit"))


@Query
def _offer(_: Dialect) -> Executable:
    offered = update(bookings).values(
        status=text_of(Status.OFFERED),
        version=_table.version + literal_column("1"),
        changed_at=NOW,
        held_until=bindparam("held_until"),
    )
    is_as_seen = (_table.id == bindparam("booking_id")) & (_table.version == bindparam("version"))
    is_waiting = _table.status == text_of(Status.WAITING)
    return offered.where(is_as_seen, is_waiting, person_may_have_more()).returning(*BOOKING)


@Query
def _select_slots(_: Dialect) -> Executable:
    slot = waits.c.service, waits.c.starts_at
    is_later = (waits.c.service == bindparam("service")) & (waits.c.starts_at > bindparam("starts_at"))
    is_behind = (waits.c.service > bindparam("service")) | is_later
    found = select(*slot).where(waits.c.starts_at > bindparam("now"), is_behind).distinct()
    return found.order_by(*slot).limit(bindparam("limit"))


@Query
def _count_before(_: Dialect) -> Executable:
    return select(func.count()).select_from(waits).where(_IS_SLOT, waits.c.booking_id <= bindparam("booking_id"))
