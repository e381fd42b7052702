"""What is booked: slots, visits made of them, and what staff changed at run time. Types only.

Days and times of day are Japan's; an instant may come in any zone, for aware instants compare as instants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

TOKYO = timezone(timedelta(hours=9), "JST")
"""Japan has no summer time, so no time zone database is needed."""


def moment(day: date, clock: time) -> datetime:
    """The instant at which a clock in Japan shows `clock` on `day`."""
    return datetime.combine(day, clock, TOKYO)


def day_of(at: datetime) -> date:
    """The calendar day in Japan."""
    return at.astimezone(TOKYO).date()


class SlotId(NamedTuple):
    """Which slot; two services may have slots at the same time."""

    service: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a day, in clock times; `end` does not belong to it."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time at a service's desk. How many seats it has is not its own: staff may change that."""

    service: str
    starts_at: datetime
    ends_at: datetime

    @property
    def id(self) -> SlotId:
        return SlotId(self.service, self.starts_at)

    @property
    def day(self) -> date:
        return day_of(self.starts_at)


@dataclass(frozen=True, slots=True)
class Visit:
    """What one booking takes: `seats[i]` seats in `slots[i]`, one slot after another.

    >>> from datetime import datetime, timedelta
    >>> at = datetime(2022, 7, 1, 9, tzinfo=TOKYO)
    >>> visit = Visit((Slot("points", at, at + timedelta(minutes=30)),), (2,))
    >>> visit.services, f"{visit.ends_at:%H:%M}"
    (('points',), '09:30')
    """

    slots: tuple[Slot, ...]
    seats: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.slots or len(self.slots) != len(self.seats) or min(self.seats) < 1:
            raise ValueError("a visit takes at least one seat in each of its slots")

    @property
    def claims(self) -> tuple[tuple[Slot, int], ...]:
        """Each slot with the seats taken in it."""
        return tuple(zip(self.slots, self.seats, strict=True))

    @property
    def starts_at(self) -> datetime:
        return self.slots[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.slots[-1].ends_at

    @property
    def day(self) -> date:
        return day_of(self.starts_at)

    @property
    def services(self) -> tuple[str, ...]:
        """The services visited, in order."""
        return tuple(dict.fromkeys(slot.service for slot in self.slots))


class OverrideKind(StrEnum):
    """What staff changed: the day is closed, has other hours, or its slots other seats."""

    CLOSED = "closed"
    HOURS = "hours"
    SEATS = "seats"


@dataclass(frozen=True, slots=True)
class Override:
    """A change of one day by staff, over the pack's calendar; `service` None: of every service.

    HOURS has `hours` and opens a day that is closed; SEATS has `seats`. `reason` is shown to residents. Of those that
    concern the same thing, the one made last holds.
    """

    day: date
    service: str | None
    kind: OverrideKind
    hours: tuple[Span, ...]
    seats: int | None
    reason: str
    made_at: datetime

    def concerns(self, service: str, day: date) -> bool:
        return self.day == day and self.service in {None, service}


@dataclass(frozen=True, slots=True)
class StopSwitch:
    """No booking is taken on `channel` (None: on any) for now; `message` says why."""

    channel: str | None
    message: str


def stop_for(stops: Iterable[StopSwitch], channel: str) -> StopSwitch | None:
    """The switch that stops bookings on `channel`: its own before the one of all channels."""
    found = [stop for stop in stops if stop.channel in {None, channel}]
    return max(found, key=lambda stop: stop.channel is not None, default=None)
