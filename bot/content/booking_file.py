"""`booking/services.yaml` and `booking/calendar.yaml` -> a `Plan`; faults by file, line and key.

A plan with a fault is not handed out: half a calendar would give seats away on a closed day. What needs the rest of the
pack, or the meaning of the whole, is `check_booking.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.booking.plan import Plan
from bot.booking.services import AtCounter, Basis, CounterTask, Period, Service, ServiceKind
from bot.content.booking_calendar import read_calendar, read_count, read_rules
from bot.content.faq_file import read_member
from bot.content.part import Fields, Part, did_you_mean, read_yaml
from bot.errors import Fault

FOLDER = "booking"
SERVICES = f"{FOLDER}/services.yaml"
CALENDAR = f"{FOLDER}/calendar.yaml"

_NEEDS: Mapping[ServiceKind, str] = {ServiceKind.DESK: "periods", ServiceKind.CHAIN: "steps"}


@dataclass(frozen=True, slots=True)
class BookingFile:
    """A plan with the files it was read from. `sections` are the sections of the page its services rest on, with the
    places where they are named."""

    plan: Plan
    services: Part
    calendar: Part
    sections: tuple[tuple[str, Part], ...]


def read_booking(folder: Path, values: Mapping[str, object], faults: list[Fault]) -> BookingFile | None:
    """The pack's booking folder; None where there is none, or where it has a fault. `values` are `pack.yaml`'s."""
    if not (folder / FOLDER).is_dir():
        return None
    before = len(faults)
    # The parts keep the list they were read with: what is seen later of the whole plan is noted there too.
    services_part, calendar_part = read_yaml(folder, SERVICES, faults), read_yaml(folder, CALENDAR, faults)
    if services_part.is_absent or calendar_part.is_absent:
        return None
    file = _read(services_part, calendar_part, values)
    return file if len(faults) == before else None


def _read(services_part: Part, calendar_part: Part, values: Mapping[str, object]) -> BookingFile | None:
    listed = services_part.fields(("services",))["services"]
    sections: list[tuple[str, Part]] = []
    services = {} if listed.is_absent else {name: _read_service(name, one, sections) for name, one in listed.named()}
    if not services and not listed.is_absent:
        listed.fault("has no service; write at least one, or delete the folder")
    for name, service in services.items():
        _check_steps(listed.at(name, "steps"), service, services)
    calendar = read_calendar(calendar_part, values, services)
    rules = read_rules(calendar_part.at("rules"))
    if calendar is None or rules is None:
        return None
    return BookingFile(Plan(services, calendar, rules), services_part, calendar_part, tuple(sections))


def _read_service(name: str, part: Part, sections: list[tuple[str, Part]]) -> Service:
    fields = part.fields(("kind", "source"), ("at_counter", "bring", "helps_with", "periods", "steps"))
    kind = read_member(fields["kind"], ServiceKind, ServiceKind.EXPLAINED)
    _check_fits(part, fields, kind)
    source = fields["source"].fields(("section", "facts")) if "source" in fields else Fields({}, part)
    if "section" in source:
        sections.append((source["section"].text(), source["section"]))
    return Service(
        id=name,
        kind=kind,
        periods=tuple(_read_periods(fields["periods"])) if "periods" in fields else (),
        steps=fields["steps"].texts() if "steps" in fields else (),
        bring=fields["bring"].texts() if "bring" in fields else (),
        facts=source["facts"].texts() if "facts" in source else (),
        helps_with=fields["helps_with"].texts() if "helps_with" in fields else (),
        at_counter=_read_at_counter(fields["at_counter"]) if "at_counter" in fields else AtCounter(),
    )


def _read_at_counter(part: Part) -> AtCounter:
    """How the visit goes on the counter's screen; every item has a label of its own (`check_booking`)."""
    fields = part.fields(("items", "tasks"), ("may_be_unneeded",))
    items = fields["items"].texts() if "items" in fields else ()
    unneeded = fields["may_be_unneeded"].texts() if "may_be_unneeded" in fields else ()
    for item in sorted(set(unneeded) - set(items)):
        fields["may_be_unneeded"].fault(f"{item!r} is not among the items{did_you_mean(item, items)}")
    listed = fields["tasks"].items() if "tasks" in fields else ()
    tasks = frozenset(read_member(one, CounterTask, CounterTask.READ_CARD) for one in listed)
    return AtCounter(items, frozenset(unneeded), tasks)


def _check_fits(part: Part, fields: Fields, kind: ServiceKind) -> None:
    """What a kind of service needs is there, and nothing that only another kind has."""
    needed = _NEEDS.get(kind)
    if needed and needed not in fields and "kind" in fields:
        part.child(needed).fault(f"is missing; a {kind} needs it")
    for name in set(_NEEDS.values()) - {needed}:
        if name in fields:
            fields[name].fault(f"a {kind} has none; delete it")


def _read_periods(part: Part) -> Iterator[Period]:
    earlier = date.min
    items = part.items()
    if not items and not part.is_absent:
        part.fault("has no period; write from which day there are seats")
    for one in items:
        period = _read_period(one)
        if period.from_on <= earlier and period.from_on != date.min:
            one.fault(f"{period.from_on} is not after {earlier}; put the periods in order of days")
        earlier = period.from_on
        yield period


def _read_period(part: Part) -> Period:
    fields = part.fields(("from", "slot_minutes", "seats", "basis"))
    return Period(
        from_on=fields["from"].day() or date.min,
        slot_minutes=read_count(fields["slot_minutes"]),
        seats=read_count(fields["seats"]),
        basis=read_member(fields["basis"], Basis, Basis.CITY),
    )


def _check_steps(part: Part, service: Service, services: Mapping[str, Service]) -> None:
    """A chain goes to two desks or more, each once."""
    if service.kind is not ServiceKind.CHAIN or not part.key.endswith(".steps"):
        return
    desks = [one.id for one in services.values() if one.kind is ServiceKind.DESK]
    for step in service.steps:
        if step not in desks:
            part.fault(f"{step!r} is no service of kind desk{did_you_mean(step, desks)}")
    if len(service.steps) < 2 or len(set(service.steps)) < len(service.steps):
        part.fault("must be two different desks or more, in the order of the visit")
