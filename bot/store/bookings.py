"""The one way bookings are written, whoever asks: a chat, or staff for the telephone and the door.

Every change compares first: it is made only if the booking is as the caller saw it (`version`), and else the caller is
told how it is now. Seats are taken and given back in the same transaction as the change they follow from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, delete, literal_column, null, select, update

from bot.booking.bookings import (
    AWAITING_CONFIRMATION,
    CANCELLABLE,
    MOVABLE,
    UNLIMITED,
    Booking,
    Capacity,
    Changed,
    Full,
    Limits,
    Made,
    Stale,
    Status,
    Wish,
    may_change_at_the_desk,
)
from bot.booking.slots import Visit
from bot.store import holds, lone_seat, reminders, seats, wishes
from bot.store.booking_rows import (
    BOOKING,
    NOW,
    booking_of,
    by_id,
    first,
    is_one_of,
    person_may_have_more,
    text_of,
    write_visit,
)
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.reminders import Timed
from bot.store.schema import bookings
from bot.store.unit import AtOnce, Work
from bot.store.wishes import Refused

_COLLISIONS_BORNE = 8


def hold(wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime) -> Work[Made | Refused]:
    """Keep seats for a resident until `held_until`, within their limits.

    Call `conversations.find` before, in the same work: it is what keeps two events of one person apart.
    """
    if lone_seat.is_one(wish):
        return AtOnce(_hold_one(wish, capacity, limits, now, held_until))
    return _hold_seats(wish, capacity, limits, now, held_until)


def _hold_one(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Made | Refused]:
    for _ in range(_COLLISIONS_BORNE):
        added = yield from lone_seat.add_held(wish, capacity, limits, now, held_until)
        if isinstance(added, Booking):
            return Made(added)
        if not isinstance(added, lone_seat.Undecided):
            return added
        if added is lone_seat.Undecided.NEEDS_THE_SLOT:
            break
    return (yield from _hold_seats(wish, capacity, limits, now, held_until))


def _hold_seats(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Made | Refused]:
    yield from seats.lock(slot.id for slot in wish.visit.slots)
    add = partial(wishes.add_held, wish, capacity, limits, now, held_until)
    return (yield from _seated(add, wish.visit, capacity, now))


def enter(wish: Wish, capacity: Capacity, now: datetime) -> Work[Made | Refused]:
    """Book at once, without a limit: staff do this for somebody who rang or came."""
    yield from seats.lock(slot.id for slot in wish.visit.slots)
    return (yield from _seated(partial(wishes.add_confirmed, wish, capacity, now), wish.visit, capacity, now))


def _seated(
    add: Callable[[], Work[Booking | Refused]], visit: Visit, capacity: Capacity, now: datetime
) -> Work[Made | Refused]:
    """A booking added with its seats, or why not; the caller holds the slots' locks."""
    added = yield from add()
    if isinstance(added, Full) and (yield from holds.end_overdue(visit, now)):
        added = yield from add()
    if not isinstance(added, Booking):
        return added
    if (yield from holds.claim(added.id, visit, capacity, now)):
        return Made(added)
    yield from wishes.remove(added.id)
    return Full()


def confirm(
    booking: Booking,
    now: datetime,
    chosen: tuple[str, ...] = (),
    timed: Sequence[Timed] = (),
    *,
    limits: Limits = UNLIMITED,
) -> Work[Changed | Stale]:
    """Make a held or offered booking certain; `chosen` are the kinds of reminder wished for, `timed` their letters.

    Works after `held_until` too, as long as nobody else has taken the seats and the person may have one more.
    """
    rows = yield _confirm.bind(
        booking_id=booking.id,
        version=booking.version,
        now=to_micros(now),
        most_active=limits.active,
        reminders=" ".join(chosen),
        remind_at=_written(timed),
    )
    if not rows:
        return Stale((yield from by_id(booking.id)))
    confirmed = booking_of(rows[0])
    yield from reminders.write(confirmed, timed, now)
    return Changed(confirmed)


def reschedule(
    booking: Booking,
    visit: Visit,
    capacity: Capacity,
    now: datetime,
    *,
    timed: Sequence[Timed] = (),
    held_until: datetime | None = None,
) -> Work[Changed | Full | Stale]:
    """Move a held or confirmed booking to another visit, under the same ticket; reminders are written anew.

    `held_until`: the new end of a hold. On Full the booking has its old seats, as it had all the while. Offer the old
    ones to whoever is next in the same work (`waitlist.offer` with the old `slot_ids`).
    """
    yield from seats.lock((*booking.slot_ids, *(slot.id for slot in visit.slots)))
    current = first((yield _select_locked.bind(booking_id=booking.id)))
    if current is None or current.version != booking.version or current.status not in MOVABLE:
        return Stale(current)
    had = yield from seats.free(booking.id)
    if not (yield from holds.claim(booking.id, visit, capacity, now)):
        yield from seats.put_back(booking.id, had)
        return Full()
    moved = yield from _moved(current, visit, now, timed, held_until)
    yield from reminders.withdraw(moved.id)
    yield from reminders.write(moved, timed, now)
    return Changed(moved)


def _moved(
    current: Booking, visit: Visit, now: datetime, timed: Sequence[Timed], held_until: datetime | None
) -> Work[Booking]:
    until = (held_until or current.held_until) if current.status is Status.HELD else None
    rows = yield _move.bind(
        booking_id=current.id,
        slots=write_visit(visit),
        starts_at=to_micros(visit.starts_at),
        ends_at=to_micros(visit.ends_at),
        now=to_micros(now),
        held_until=None if until is None else to_micros(until),
        remind_at=_written(timed),
    )
    return booking_of(rows[0])


def remind(booking: Booking, now: datetime, chosen: tuple[str, ...], timed: Sequence[Timed]) -> Work[Changed | Stale]:
    """Choose other reminders for a confirmed booking: those written are withdrawn, `timed` are written instead."""
    rows = yield _remind.bind(
        booking_id=booking.id,
        version=booking.version,
        now=to_micros(now),
        reminders=" ".join(chosen),
        remind_at=_written(timed),
    )
    if not rows:
        return Stale((yield from by_id(booking.id)))
    changed = booking_of(rows[0])
    yield from reminders.withdraw(changed.id)
    yield from reminders.write(changed, timed, now)
    return Changed(changed)


def cancel(booking: Booking, now: datetime) -> Work[Changed | Stale]:
    """End a booking that has not been served, or a place in line: its seats are free, its reminders withdrawn.

    Offer the seats to whoever is next in the same work (`waitlist.offer`).
    """
    rows = yield _cancel.bind(booking_id=booking.id, version=booking.version, now=to_micros(now))
    if not rows:
        return Stale((yield from by_id(booking.id)))
    yield from seats.free(booking.id)
    yield holds.leave_line.bind(booking_id=booking.id)
    yield from reminders.withdraw(booking.id)
    return Changed(booking_of(rows[0]))


def change(booking: Booking, target: Status, now: datetime, counter: str | None = None) -> Work[Changed | Stale]:
    """Note what happens to a visit at the counter (`BY_THE_DESK`); its seats stay taken: the day is history.

    `counter` None leaves the counter as it was. Stale also for a change that is not lawful from here.
    """
    if not may_change_at_the_desk(booking.status, target):
        return Stale((yield from by_id(booking.id)))
    rows = yield _change.bind(
        booking_id=booking.id,
        version=booking.version,
        status=target.value,
        now=to_micros(now),
        counter=counter or booking.counter,
    )
    if not rows:
        return Stale((yield from by_id(booking.id)))
    yield from reminders.withdraw(booking.id)
    return Changed(booking_of(rows[0]))


def purge(before: datetime, limit: int) -> Work[int]:
    """Delete bookings whose visit began before an instant, seats and all; how many.

    Fewer than `limit`: none is left.
    """
    rows = yield _delete_old.bind(before=to_micros(before), limit=limit)
    return len(rows)


def _written(timed: Sequence[Timed]) -> str:
    return " ".join(str(to_micros(one.at)) for one in timed)


_table = bookings.c
_CHANGED = {"version": _table.version + literal_column("1"), "changed_at": bindparam("now")}


def _is_as_seen(statuses: frozenset[Status] = frozenset(Status)) -> tuple[ColumnElement[bool], ...]:
    is_it = (_table.id == bindparam("booking_id")) & (_table.version == bindparam("version"))
    return (is_it,) if statuses == frozenset(Status) else (is_it, is_one_of(statuses))


@Query
def _confirm(_: Dialect) -> Executable:
    values = {"reminders": bindparam("reminders"), "remind_at": bindparam("remind_at"), "held_until": null()}
    confirmed = update(bookings).values(status=text_of(Status.CONFIRMED), **values, **_CHANGED)
    is_in_time = (_table.held_until > NOW) | person_may_have_more()
    is_possible = (*_is_as_seen(AWAITING_CONFIRMATION), _table.ends_at > NOW, is_in_time)
    return confirmed.where(*is_possible).returning(*BOOKING)


@Query
def _remind(_: Dialect) -> Executable:
    values: dict[str, Any] = {"reminders": bindparam("reminders"), "remind_at": bindparam("remind_at")}
    changed = update(bookings).values(**values, **_CHANGED)
    return changed.where(*_is_as_seen(frozenset({Status.CONFIRMED}))).returning(*BOOKING)


@Query
def _select_locked(_: Dialect) -> Executable:
    return select(*BOOKING).where(_table.id == bindparam("booking_id")).with_for_update()


@Query
def _move(_: Dialect) -> Executable:
    names = ("slots", "starts_at", "ends_at", "held_until", "remind_at")
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    moved = update(bookings).values(**values, **_CHANGED)
    return moved.where(_table.id == bindparam("booking_id")).returning(*BOOKING)


@Query
def _cancel(_: Dialect) -> Executable:
    values = {"held_until": null(), "remind_at": literal_column("''")}
    cancelled = update(bookings).values(status=text_of(Status.CANCELLED), **values, **_CHANGED)
    return cancelled.where(*_is_as_seen(CANCELLABLE)).returning(*BOOKING)


@Query
def _change(_: Dialect) -> Executable:
    values: dict[str, Any] = {
        "status": bindparam("status"),
        "counter": bindparam("counter"),
        "remind_at": literal_column("''"),
    }
    return update(bookings).values(**values, **_CHANGED).where(*_is_as_seen()).returning(*BOOKING)


@Query
def _delete_old(_: Dialect) -> Executable:
    old = select(_table.id).where(_table.starts_at < bindparam("before")).order_by(_table.starts_at)
    is_old = _table.starts_at < bindparam("before")
    return delete(bookings).where(_table.id.in_(old.limit(bindparam("limit"))), is_old).returning(_table.id)
