"""What the booking dialogue asks the house to do, and what it hears back. Types only.

A dialogue decides and asks; the shell looks and claims inside the turn's transaction and tells what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.booking.bookings import Booking
from bot.booking.calendar import Closed
from bot.booking.reminders import Reminder
from bot.booking.rules import Refusal
from bot.booking.visits import MarkedDay


@dataclass(frozen=True, slots=True)
class FindDays:
    """Which days have room for so many? The seats of the booking `changing` count as free.

    Answered by `DaysFound` or `Refused`.
    """

    service: str
    party: int
    changing: str = ""


@dataclass(frozen=True, slots=True)
class FindTimes:
    """Which times of a day have room? Those of the booking `changing` count as free. Answered by `TimesFound` or
    `Refused`."""

    service: str
    party: int
    day: date
    changing: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the seats of this time while the resident decides; `instead_of` is a hold to let go with it.

    Answered by `Held` or `Refused`.
    """

    service: str
    party: int
    starts_at: datetime
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Confirm:
    """Make a hold (or an offer) a booking. Answered by `Confirmed`, `Refused` or `Lost`."""

    ticket: str
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Let a hold go. Answered by `Released`, whether it was still there or not."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Move:
    """Change a booking to another time; the old seats are kept unless the new ones are had.

    Answered by `Moved`, `Refused` or `NotFound`.
    """

    ticket: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give a booking, an offer or a place in line back. Answered by `Cancelled`, `Refused` or `NotFound`."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Change which reminders a booking has. Answered by `Reminded` or `NotFound`."""

    ticket: str
    reminders: tuple[Reminder, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Stand in line for a time that is full. Answered by `Waiting` or `Refused`."""

    service: str
    party: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class FindMine:
    """The resident's bookings that are still to come. Answered by `MineFound`."""


@dataclass(frozen=True, slots=True)
class FindTicket:
    """One of the resident's own bookings. Answered by `TicketFound` or `NotFound`; too many wrong ones: `Locked`.

    `purpose` comes back with the answer: "show", "change", "cancel", "remind", or what is said of a visit afterwards.
    """

    ticket: str
    purpose: str = "show"


Request = FindDays | FindTimes | Hold | Confirm | Release | Move | Cancel | Remind | Wait | FindMine | FindTicket


@dataclass(frozen=True, slots=True)
class DaysFound:
    """The days ahead, closed ones too, in order."""

    days: tuple[MarkedDay, ...]


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day that can be chosen."""

    starts_at: datetime
    ends_at: datetime
    is_free: bool


@dataclass(frozen=True, slots=True)
class TimesFound:
    """The times of a day, full ones too; where there is none, why."""

    day: date
    times: tuple[Time, ...]
    closed: Closed | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The seats are kept until `until`. `reminders` are those whose time is still to come."""

    booking: Booking
    until: datetime
    reminders: tuple[Reminder, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done. `refusal` says why (None: no seat was left); `nearest` are times that are still free."""

    refusal: Refusal | None = None
    nearest: tuple[Time, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """The hold ran out and the seats are gone; `nearest` are times that are still free."""

    nearest: tuple[Time, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing is held any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Cancelled:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Reminded:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Waiting:
    """In line at `place`, 1 being next."""

    booking: Booking
    place: int


@dataclass(frozen=True, slots=True)
class MineFound:
    bookings: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class TicketFound:
    """`reminders` are those whose time is still to come."""

    booking: Booking
    purpose: str
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFound:
    """No booking of this resident has that ticket; whether anybody else's has is not said."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong tickets; none is looked up for a while."""


Outcome = (
    DaysFound | TimesFound | Held | Refused | Lost | Confirmed | Released | Moved | Cancelled | Reminded | Waiting
    | MineFound | TicketFound | NotFound | Locked
)  # fmt: skip
