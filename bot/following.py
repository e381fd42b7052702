"""SHELL: what follows from a claim or its end: reminders, offers of freed seats, and a word to whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.booking.bookings import Booking
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder, reminder_times
from bot.booking.slots import SlotId
from bot.booking.waiting import offer_window
from bot.dialogue import Say
from bot.handlers import booked
from bot.house import house_of
from bot.store import outbox, waitlist
from bot.store.reminders import Timed
from bot.store.unit import Work


def timed_reminders(booking: Booking, plan: Plan, chosen: Iterable[Reminder], now: datetime) -> Sequence[Timed]:
    """The letters that will remind of a booking, each with its time."""
    return tuple(
        Timed(at, booked.reminder(booking, plan, kind))
        for kind, at in reminder_times(plan, booking.starts_at, chosen, now)
    )


def offer_freed(slot_ids: Iterable[SlotId], plan: Plan, now: datetime) -> Work[tuple[Booking, ...]]:
    """Offer free seats to those next in line, and write to each; at night the letter waits for the morning."""
    house = yield from house_of(plan, now)

    def until(starts_at: datetime) -> datetime | None:
        window = offer_window(plan, now, starts_at)
        return window.until if window else None

    offered = yield from waitlist.offer(slot_ids, house.capacity, now, until, limits=house.limits)
    for booking in offered:
        window = offer_window(plan, now, booking.starts_at)
        if window and booking.conversation_id is not None and booking.held_until is not None:
            said = booked.offer(booking, booking.held_until)
            yield from tell(booking, said, now, window.send_at)
    return offered


def tell(booking: Booking, said: Say, now: datetime, at: datetime) -> Work[None]:
    """Write to the chat a booking belongs to, now or at a later instant."""
    if booking.conversation_id is not None:
        to = booking.conversation_id, booking.channel
        yield from outbox.put(*to, None, booking.language, (said,), said_at=now, not_before=max(now, at))
