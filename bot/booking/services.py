"""The desk's services as the pack describes them. Their names and places are texts, by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ServiceKind(StrEnum):
    """DESK has slots of its own; CHAIN is several desks in one visit; REFUSED the desk does not do, and says who does;
    EXPLAINED needs no booking."""

    DESK = "desk"
    CHAIN = "chain"
    REFUSED = "refused"
    EXPLAINED = "explained"


class Basis(StrEnum):
    """What a number rests on: the pack's page, or the city's own choice, which may be changed at will."""

    PAGE = "page"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Period:
    """How a desk is staffed from a day on: the length of a slot, and the seats in each."""

    from_on: date
    slot_minutes: int
    seats: int
    basis: Basis = Basis.CITY


class CounterTask(StrEnum):
    """What the counter's screen goes through with a resident: reads the card, has the payment service's name read out
    and confirmed."""

    READ_CARD = "read_card"
    NAME_PAYMENT_SERVICE = "name_payment_service"


@dataclass(frozen=True, slots=True)
class AtCounter:
    """How a desk's visit goes on the counter's screen: the things checked one by one, those that some payment services
    do not ask for, and what is done then."""

    items: tuple[str, ...] = ()
    may_be_unneeded: frozenset[str] = frozenset()
    tasks: frozenset[CounterTask] = frozenset()


@dataclass(frozen=True, slots=True)
class Service:
    """One thing residents come for. `periods` (of a desk) are in order of days; `steps` (of a chain) are desks in the
    order of the visit; `bring` names what to bring; `facts` are the page's facts it rests on; `helps_with` are the next
    steps of an eligibility result that are done there; `at_counter` is how a visit goes on the counter's screen."""

    id: str
    kind: ServiceKind
    periods: tuple[Period, ...] = ()
    steps: tuple[str, ...] = ()
    bring: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    at_counter: AtCounter = AtCounter()

    @property
    def is_bookable(self) -> bool:
        return self.kind in {ServiceKind.DESK, ServiceKind.CHAIN}

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The texts that say what it is: a button's label, its name, and where it is, why not or how."""
        last = {ServiceKind.REFUSED: "why_not", ServiceKind.EXPLAINED: "about"}.get(self.kind, "place")
        return tuple(f"booking.service.{self.id}.{part}" for part in ("label", "name", last))

    def period_on(self, day: date) -> Period | None:
        """How it is staffed that day; None before its first period."""
        return next((period for period in reversed(self.periods) if period.from_on <= day), None)


def text_of_item(item: str) -> str:
    """The text key of something to bring."""
    return f"booking.bring.{item}"


def label_of_item(item: str) -> str:
    """The text key of something to bring, short: on a button, on the counter's screen."""
    return f"booking.item.{item}"


def after_visit(service: str) -> str:
    """The text key of what follows once a desk's visit is done."""
    return f"visit.next.{service}"
