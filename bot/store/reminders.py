"""Letters that remind of a booking: written with it, withdrawn with it, sent by `delivery` as any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, exists, insert, select

from bot.booking.bookings import Booking
from bot.dialogue import Say
from bot.store import outbox as letters
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, outbox, reminders
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class Timed:
    """What to say, and when."""

    at: datetime
    say: Say


def write(booking: Booking, timed: Sequence[Timed], now: datetime) -> Work[None]:
    """Add reminders; none for a booking that no chat belongs to."""
    if booking.conversation_id is None:
        return
    for one in timed:
        (letter_id,) = yield from letters.put(
            booking.conversation_id, booking.channel, None, booking.language, [one.say], said_at=now, not_before=one.at
        )
        yield _insert_reminder.bind(letter_id=letter_id, booking_id=booking.id)


def withdraw(booking_id: int) -> Work[int]:
    """Delete the reminders of a booking that are not out yet; how many."""
    rows = yield _delete_reminders.bind(booking_id=booking_id)
    return len(rows)


def drop_past(now: datetime, limit: int) -> Work[int]:
    """Delete reminders of visits that have begun: after an outage they would only confuse. How many."""
    rows = yield _delete_past.bind(now=to_micros(now), limit=limit)
    return len(rows)


@Query
def _delete_past(_: Dialect) -> Executable:
    # Asked of each reminder, not joined: SQLite would go through all letters, and there are few reminders.
    waits = exists().where(outbox.c.id == reminders.c.letter_id, outbox.c.dead_at.is_(None))
    joined = reminders.join(bookings, bookings.c.id == reminders.c.booking_id)
    past = select(reminders.c.letter_id).select_from(joined).where(bookings.c.starts_at <= bindparam("now"), waits)
    past = past.limit(bindparam("limit"))
    return delete(outbox).where(outbox.c.id.in_(past)).returning(outbox.c.id)


@Query
def _insert_reminder(_: Dialect) -> Executable:
    row: dict[str, Any] = {name: bindparam(name) for name in ("letter_id", "booking_id")}
    return insert(reminders).values(row).returning(reminders.c.letter_id)


@Query
def _delete_reminders(_: Dialect) -> Executable:
    theirs = select(reminders.c.letter_id).where(reminders.c.booking_id == bindparam("booking_id"))
    return delete(outbox).where(outbox.c.id.in_(theirs)).returning(outbox.c.id)
