"""The town's plan in small, for tests that then change one thing in it; and clock times in Japan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

from bot.booking.plan import Calendar, Deadline, Plan, Rules
from bot.booking.services import Period, Service, ServiceKind
from bot.booking.slots import TOKYO, Override, OverrideKind, Span

FIRST, LAST = date(2022, 6, 30), date(2023, 2, 28)


def at(text: str) -> datetime:
    """The instant in Japan: `at("2022-07-01 08:30")`."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def span(start: str, end: str) -> Span:
    return Span(time.fromisoformat(start), time.fromisoformat(end))


def desk(name: str, seats: int, slot_minutes: int = 30) -> Service:
    return Service(name, ServiceKind.DESK, (Period(FIRST, slot_minutes, seats),))


SERVICES: Mapping[str, Service] = {
    "points": desk("points", 2),
    "insurance": desk("insurance", 1),
    "both": Service("both", ServiceKind.CHAIN, steps=("insurance", "points")),
    "account": Service("account", ServiceKind.REFUSED),
    "kiosk": Service("kiosk", ServiceKind.EXPLAINED),
}
CALENDAR = Calendar(
    hours=(span("08:30", "11:00"), span("13:00", "16:00")),
    closed_weekdays=frozenset({5, 6}),
    closed_on_holidays=True,
    year_end=((12, 29), (1, 3)),
    first_on=FIRST,
    last_on=LAST,
    opens_at=at("2022-06-23 08:30"),
)
RULES = Rules(
    book_from=Deadline(working_days=30, at=time(8, 30)),
    book_until=Deadline(working_days=1, at=time(17)),
    wait_until=Deadline(minutes=120),
    change_until=Deadline(minutes=120),
    cancel_until=Deadline(minutes=30),
    bookings_per_person=2,
    largest_party=4,
    hold_minutes=10,
    holds_per_person=2,
    waits_per_person=2,
    offer_minutes=30,
    quiet=span("20:00", "08:00"),
    remind_at=time(17),
    remind_minutes=120,
)
PLAN = Plan(SERVICES, CALENDAR, RULES)


def with_calendar(**changes: object) -> Plan:
    return replace(PLAN, calendar=replace(CALENDAR, **changes))  # type: ignore[arg-type]


def with_rules(**changes: object) -> Plan:
    return replace(PLAN, rules=replace(RULES, **changes))  # type: ignore[arg-type]


def with_services(*services: Service) -> Plan:
    return replace(PLAN, services={**SERVICES, **{one.id: one for one in services}})


def override(
    day: str,
    kind: str = "closed",
    *,
    service: str | None = None,
    hours: tuple[Span, ...] = (),
    seats: int | None = None,
    made: str = "2022-07-01 12:00",
) -> Override:
    return Override(date.fromisoformat(day), service, OverrideKind(kind), hours, seats, "停電のため", at(made))
