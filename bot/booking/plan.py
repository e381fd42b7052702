"""Everything a pack says about booking: services, calendar, rules. Frozen data, for the rest of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.booking.services import Service, ServiceKind
from bot.booking.slots import Span

MonthDay = tuple[int, int]
"""A day of every year: (12, 29)."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a service (None: every one) is closed, both ends included. `note_key` is the text that says why."""

    from_on: date
    until_on: date
    service: str | None
    note_key: str

    def concerns(self, service: str, day: date) -> bool:
        return self.from_on <= day <= self.until_on and self.service in {None, service}


@dataclass(frozen=True, slots=True)
class SpecialHours:
    """Other hours on one day, which may be a Sunday or a holiday."""

    day: date
    service: str | None
    hours: tuple[Span, ...]

    def concerns(self, service: str, day: date) -> bool:
        return self.day == day and self.service in {None, service}


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the desks are open. `closed_weekdays` counts from Monday = 0; `year_end` has both ends (None: no such days);
    `opens_at` is the instant before which nobody can book."""

    hours: tuple[Span, ...]
    closed_weekdays: frozenset[int]
    closed_on_holidays: bool
    year_end: tuple[MonthDay, MonthDay] | None
    first_on: date
    last_on: date
    opens_at: datetime
    closures: tuple[Closure, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant before a slot: `at` o'clock on the n-th working day before its day (0: on the day itself), or
    `minutes` before it begins where there is no `at`."""

    working_days: int = 0
    at: time | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The city's rules. `book_from` and `book_until` bound when a slot can be booked; who waits for a freed seat can
    take it until `wait_until`. In the `quiet` hours nothing is offered. Residents are reminded at `remind_at` the day
    before, and `remind_minutes` before the slot."""

    book_from: Deadline
    book_until: Deadline
    wait_until: Deadline
    change_until: Deadline
    cancel_until: Deadline
    bookings_per_person: int
    largest_party: int
    hold_minutes: int
    holds_per_person: int
    waits_per_person: int
    offer_minutes: int
    quiet: Span
    remind_at: time
    remind_minutes: int

    @property
    def hold_for(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)

    @property
    def offer_for(self) -> timedelta:
        return timedelta(minutes=self.offer_minutes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pack's booking folder says, by service id in the order of the file."""

    services: Mapping[str, Service]
    calendar: Calendar
    rules: Rules

    def steps_of(self, service: str) -> tuple[str, ...]:
        """The desks a visit goes to, in order; none where the service cannot be booked or is unknown."""
        found = self.services.get(service)
        if found is None or not found.is_bookable:
            return ()
        return (found.id,) if found.kind is ServiceKind.DESK else found.steps

    def service_for(self, steps: Collection[str]) -> str | None:
        """What to book for these next steps: the one desk that helps with them, or the visit to all that do."""
        desks = {one.id for one in self.desks if not set(one.helps_with).isdisjoint(steps)}
        return next((one for one in self.services if desks and set(self.steps_of(one)) == desks), None)

    @property
    def desks(self) -> tuple[Service, ...]:
        return tuple(one for one in self.services.values() if one.kind is ServiceKind.DESK)
