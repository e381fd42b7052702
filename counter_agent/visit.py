"""PURE: what is known of one visit, and the stages it goes through. How it goes through them is in `steps`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counter_agent import events as e
from counter_agent.wire import Item, Language, Outcome, Service, ServiceResult


class Stage(StrEnum):
    """Where a visit stands. `CLOSED` is the only way out."""

    CALLED = "called"
    PREPARED = "prepared"
    CARD_ON = "card_on"
    READING = "reading"
    READ = "read"
    FINISHING = "finishing"
    PAUSED = "paused"
    STUCK = "stuck"
    ALARM = "alarm"
    ENDING = "ending"
    CLOSED = "closed"


class Reader(StrEnum):
    """What the reader is known to hold."""

    EMPTY = "empty"
    CARD = "card"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one service for one person, and when."""

    service: str
    person: int
    result: ServiceResult
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit at the counter. `person` counts the party: each has a card, and an end, of their own."""

    visit_id: str
    ticket: str | None
    services: tuple[Service, ...]
    party: int
    language: Language
    checked_in_at: datetime
    called_at: datetime
    active_at: datetime
    reader: Reader = Reader.EMPTY
    stage: Stage = Stage.CALLED
    person: int = 1
    seen: frozenset[tuple[str, e.ItemState]] = frozenset()
    card: e.CardPlaced | None = None
    tries_left: int | None = None
    consents: frozenset[e.Who] = frozenset()
    did_not_answer: bool = False
    pin_was_wrong: bool = False
    """The last PIN was; until the next try."""
    not_typed: e.NotTyped | None = None
    verdict: e.Verdict | None = None
    challenge_id: str | None = None
    settled: tuple[Settled, ...] = ()
    payment_service: str = ""
    payment_confirmed: bool = False
    outcome: Outcome | None = None
    page_cleared: bool = False
    ended: tuple[Outcome, ...] = ()
    is_cut_off: bool = False
    """Its card was read, and then the program ended: which card it was is not known any more, so it can only end."""

    @property
    def was_read(self) -> bool:
        """Whether this person's card was read in this visit."""
        return self.verdict is not None

    @property
    def has_pad(self) -> bool:
        """Whether the PIN is typed on the reader that the card lies on."""
        return self.card is not None and self.card.has_pad

    @property
    def takes_card(self) -> bool:
        return any(service.takes_card for service in self.services)

    @property
    def items(self) -> tuple[Item, ...]:
        """What this visit needs, each thing once."""
        return tuple({item.id: item for service in self.services for item in service.items}.values())

    def seen_as(self, item: str) -> e.ItemState | None:
        return next((state for name, state in self.seen if name == item), None)

    def result_of(self, service: str) -> ServiceResult | None:
        """What became of a service for the person who is at the counter."""
        found = (one.result for one in self.settled if (one.service, one.person) == (service, self.person))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Step:
    """What a visit became, and what the shell must do now."""

    visit: Visit
    effects: tuple[e.Effect, ...] = ()
