"""What the tests of bookings say in one line."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from bot.booking.bookings import Booking, Capacity, Changed, EnteredBy, Full, Limits, Made, TicketTaken, TooMany, Wish
from bot.booking.slots import Slot, SlotId, Visit
from bot.language import Language
from bot.store import bookings, conversations, waitlist
from bot.store.engine import Engine
from bot.store.unit import Work

NOW = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
NINE = datetime(2022, 7, 5, 0, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
TEN_MINUTES = timedelta(minutes=10)
LIMITS = Limits(active=2, held=2, waiting=2)

_numbers = itertools.count(1)


def slot(number: int = 0, service: str = "points") -> Slot:
    """The slots of one morning, one after another."""
    return Slot(service, NINE + number * HALF, NINE + (number + 1) * HALF)


def visit(*numbers: int, seats: int = 1, service: str = "points") -> Visit:
    slots = tuple(slot(number, service) for number in numbers or (0,))
    return Visit(slots, (seats,) * len(slots))


def both(number: int = 0) -> Visit:
    """First the one desk, then the other."""
    return Visit((slot(number, "insurance"), slot(number + 1)), (1, 1))


def seats_for(count: int) -> Capacity:
    return lambda _: count


def new_ticket() -> str:
    return f"T{next(_numbers):06}"


def wish(wanted: Visit, conversation_id: int | None, ticket: str = "", **others: EnteredBy) -> Wish:
    service = wanted.services[0]
    party = max(wanted.seats)
    channel = "telegram" if conversation_id else ""
    return Wish(ticket or new_ticket(), service, wanted, party, channel, conversation_id, Language.JA, **others)


def person(address: str) -> Work[int]:
    """A resident who writes: locked until the commit, and known."""
    found = yield from conversations.find("telegram", address)
    return (yield from conversations.save("telegram", address, found.conversation, NOW))


def held(
    address: str,
    wanted: Visit | None = None,
    *,
    seats: int = 1,
    now: datetime = NOW,
    limits: Limits = LIMITS,
    ticket: str = "",
) -> Work[Made | Full | TooMany | TicketTaken]:
    """A resident asks for seats; `seats` is how many each slot has."""
    conversation_id = yield from person(address)
    asked = wish(wanted or visit(), conversation_id, ticket)
    return (yield from bookings.hold(asked, seats_for(seats), limits, now, now + TEN_MINUTES))


def waiting(address: str, wanted: Visit | None = None, now: datetime = NOW) -> Work[Booking]:
    conversation_id = yield from person(address)
    made = yield from waitlist.wait(wish(wanted or visit(), conversation_id), LIMITS, now)
    assert isinstance(made, Made)
    return made.booking


def offered(*slot_ids: SlotId, seats: int = 1, now: datetime = NOW) -> Work[tuple[Booking, ...]]:
    return waitlist.offer(slot_ids or (slot().id,), seats_for(seats), now, lambda _: now + HALF, limits=LIMITS)


def cancelled(booking: Booking, *, seats: int = 1, now: datetime = NOW) -> Work[tuple[Booking, ...]]:
    """A booking cancelled and its seats offered, as every caller does; to whom."""
    changed = yield from bookings.cancel(booking, now)
    assert isinstance(changed, Changed)
    return (yield from offered(*booking.slot_ids, seats=seats, now=now))


async def holds(engine: Engine, address: str, wanted: Visit | None = None, *, seats: int = 1) -> Booking:
    made = await engine.write(held(address, wanted, seats=seats))
    assert isinstance(made, Made)
    return made.booking


async def books(engine: Engine, address: str, wanted: Visit | None = None, *, seats: int = 1) -> Booking:
    """A resident's confirmed booking."""
    return await confirms(engine, await holds(engine, address, wanted, seats=seats))


async def confirms(engine: Engine, booking: Booking) -> Booking:
    changed = await engine.write(bookings.confirm(booking, NOW, limits=LIMITS))
    assert isinstance(changed, Changed)
    return changed.booking
