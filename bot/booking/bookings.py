"""A booking, what may become of it, and the answers to whoever asks for one. Types and one table; no SQL.

A booking names no person: the ticket is enough. `conversation_id` leads to the chat it was made in, if there still is
one: a booking outlives "forget me".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.booking.slots import SlotId, Visit
from bot.language import Language

Capacity = Callable[[SlotId], int]
"""How many seats a slot has now; 0: none, or no such slot."""


class Status(StrEnum):
    """Where a booking stands. WAITING: in line for seats; OFFERED: seats are held for who was next in line."""

    WAITING = "waiting"
    OFFERED = "offered"
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    DONE = "done"
    NO_SHOW = "no_show"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    ABANDONED = "abandoned"


class EnteredBy(StrEnum):
    """Who wrote the booking: the resident in a chat, or staff for somebody who rang or came."""

    CHAT = "chat"
    PHONE = "phone"
    WALK_IN = "walk_in"


SEATED = frozenset(Status) - {Status.WAITING, Status.CANCELLED, Status.EXPIRED}
"""Statuses that have seats, for ever: what happened on a day stays on its list."""

AWAITING_CONFIRMATION = frozenset({Status.HELD, Status.OFFERED})
"""Have seats until `held_until`; after it until somebody else wants them."""

CANCELLABLE = frozenset({Status.WAITING, Status.OFFERED, Status.HELD, Status.CONFIRMED})
MOVABLE = frozenset({Status.HELD, Status.CONFIRMED})

_AT_THE_DESK = frozenset({Status.DONE, Status.HANDED_OVER, Status.REFUSED, Status.ABANDONED})

AT_THE_COUNTER = frozenset({Status.ARRIVED, Status.IN_SERVICE})
"""A counter has the resident."""

OVER = _AT_THE_DESK | {Status.NO_SHOW}
"""What a visit, or one that did not come about, ends with."""

LAWFUL: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.WAITING: frozenset({Status.OFFERED, Status.CANCELLED, Status.EXPIRED}),
        Status.OFFERED: frozenset({Status.CONFIRMED, Status.CANCELLED, Status.EXPIRED}),
        Status.HELD: frozenset({Status.CONFIRMED, Status.CANCELLED, Status.EXPIRED}),
        Status.CONFIRMED: frozenset({Status.CANCELLED, Status.ARRIVED, Status.NO_SHOW}),
        Status.NO_SHOW: frozenset({Status.ARRIVED}),  # came after all
        Status.ARRIVED: frozenset({Status.IN_SERVICE, Status.CONFIRMED, Status.NO_SHOW}) | _AT_THE_DESK,
        Status.IN_SERVICE: frozenset({Status.ARRIVED}) | _AT_THE_DESK,  # ARRIVED: put back in line
        Status.HANDED_OVER: frozenset({Status.IN_SERVICE}) | _AT_THE_DESK - {Status.HANDED_OVER},
        Status.CANCELLED: frozenset(),
        Status.EXPIRED: frozenset(),
        Status.DONE: frozenset(),
        Status.REFUSED: frozenset(),
        Status.ABANDONED: frozenset(),
    }
)
"""What may become of a booking in each status."""

BY_THE_DESK = _AT_THE_DESK | {Status.ARRIVED, Status.IN_SERVICE, Status.NO_SHOW, Status.CONFIRMED}
"""What a change at the counter may lead to: none of these takes or frees a seat. CONFIRMED: a check-in undone."""


def may_become(status: Status, target: Status) -> bool:
    """Whether the change is lawful.

    >>> may_become(Status.HELD, Status.CONFIRMED), may_become(Status.CANCELLED, Status.CONFIRMED)
    (True, False)
    """
    return target in LAWFUL[status]


def may_change_at_the_desk(status: Status, target: Status) -> bool:
    """Whether staff may note this of a visit: a lawful change, not before the booking is confirmed."""
    return status not in AWAITING_CONFIRMATION and target in BY_THE_DESK and may_become(status, target)


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking somebody asks for. `service` is what they chose ("both"), `visit` the slots it takes.

    `conversation_id` None: nobody who could be written to (telephone, walk-in).
    """

    ticket: str
    service: str
    visit: Visit
    party: int
    channel: str
    conversation_id: int | None
    language: Language
    entered_by: EnteredBy = EnteredBy.CHAT


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as it is kept; `version` grows with each change.

    `held_until`: when what is not confirmed gives up its seats or its place in line. `reminders` are the kinds the
    resident chose. `counter` is the counter that serves the visit.
    """

    id: int
    ticket: str
    service: str
    status: Status
    version: int
    visit: Visit
    party: int
    channel: str
    conversation_id: int | None
    language: Language
    reminders: tuple[str, ...]
    entered_by: EnteredBy
    created_at: datetime
    changed_at: datetime
    held_until: datetime | None
    counter: str | None

    @property
    def starts_at(self) -> datetime:
        return self.visit.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.visit.ends_at

    @property
    def slot_ids(self) -> tuple[SlotId, ...]:
        return tuple(slot.id for slot in self.visit.slots)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bookings one person may have, how many of them unconfirmed, and in how many lines they may be."""

    active: int
    held: int
    waiting: int


UNLIMITED = Limits(active=1_000_000, held=1_000_000, waiting=1_000_000)
"""What staff may do, who answer for it."""


class Limit(StrEnum):
    """Which of the `Limits` is reached."""

    ACTIVE = "active"
    HELD = "held"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Made:
    """The booking was made."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Full:
    """Too few seats are free; nothing was changed."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The person has as many as one may have; nothing was changed."""

    limit: Limit


@dataclass(frozen=True, slots=True)
class TicketTaken:
    """Another booking has this ticket: ask again with a new one; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The booking as it is now."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody changed the booking first, or the change is not lawful; nothing was changed. How it is now, if it is."""

    booking: Booking | None
