"""PURE: the counter: who waits in the hall, and the one visit at the desk. At most one visit, ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from counter_agent import events as e
from counter_agent.visit import Reader, Stage, Visit
from counter_agent.wire import Language, Service


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has checked in and waits. `starts_at` is None for a walk-in; `is_held` lets others go first."""

    visit_id: str
    ticket: str | None
    services: tuple[Service, ...]
    party: int
    language: Language
    checked_in_at: datetime
    starts_at: datetime | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """Everybody who is here, and what the reader holds while nobody is at the desk."""

    waiting: tuple[Visitor, ...] = ()
    visit: Visit | None = None
    reader: Reader = Reader.EMPTY

    @property
    def is_free(self) -> bool:
        return self.visit is None or self.visit.stage is Stage.CLOSED


def check_in(counter: Counter, visitor: Visitor) -> Counter | e.Refused:
    """The counter with one more who waits; the same ticket twice is refused."""
    here = {one.ticket for one in counter.waiting} | ({counter.visit.ticket} if counter.visit else set())
    if visitor.ticket is not None and visitor.ticket in here and not _is_closed_ticket(counter, visitor.ticket):
        return e.Refused(e.Reason.ALREADY_HERE)
    return replace(counter, waiting=(*counter.waiting, visitor))


def _is_closed_ticket(counter: Counter, ticket: str) -> bool:
    waits = any(one.ticket == ticket for one in counter.waiting)
    return not waits and counter.is_free


def next_visitor(counter: Counter) -> Visitor | None:
    """Who is called next: bookings by their time, walk-ins by when they came; the held ones after all others."""
    order = sorted(counter.waiting, key=lambda one: (one.is_held, one.starts_at or one.checked_in_at))
    return order[0] if order else None


def call(counter: Counter, visit_id: str, now: datetime) -> Counter | e.Refused:
    """Begin a visit. Refused while another is not closed, and while a card lies on the reader."""
    if not counter.is_free:
        return e.Refused(e.Reason.VISIT_NOT_CLOSED)
    if counter.reader is Reader.CARD:
        return e.Refused(e.Reason.CARD_LEFT_BEHIND)
    visitor = next((one for one in counter.waiting if one.visit_id == visit_id), None)
    if visitor is None:
        return e.Refused(e.Reason.NOBODY_WAITS)
    others = tuple(one for one in counter.waiting if one.visit_id != visit_id)
    return replace(counter, waiting=others, visit=_begun(visitor, counter.reader, now))


def _begun(visitor: Visitor, reader: Reader, now: datetime) -> Visit:
    return Visit(
        visit_id=visitor.visit_id,
        ticket=visitor.ticket,
        services=visitor.services,
        party=visitor.party,
        language=visitor.language,
        checked_in_at=visitor.checked_in_at,
        called_at=now,
        active_at=now,
        reader=reader,
    )


def hold(counter: Counter, visit_id: str) -> Counter | e.Refused:
    """Let others go before this one, or end that. Somebody at the desk goes back to waiting if no card was on."""
    visit = counter.visit
    if visit is not None and visit.visit_id == visit_id and not counter.is_free:
        return _back_to_waiting(counter, visit)
    if all(one.visit_id != visit_id for one in counter.waiting):
        return e.Refused(e.Reason.NOBODY_WAITS)
    waiting = tuple(
        replace(one, is_held=not one.is_held) if one.visit_id == visit_id else one for one in counter.waiting
    )
    return replace(counter, waiting=waiting)


def _back_to_waiting(counter: Counter, visit: Visit) -> Counter | e.Refused:
    if visit.stage not in {Stage.CALLED, Stage.PREPARED} or visit.person > 1 or visit.was_read:
        return e.Refused(e.Reason.VISIT_NOT_CLOSED)
    if visit.reader is Reader.CARD:
        return e.Refused(e.Reason.CARD_IS_ON)
    visitor = Visitor(
        visit.visit_id,
        visit.ticket,
        visit.services,
        visit.party,
        visit.language,
        visit.checked_in_at,
        is_held=True,
    )
    return replace(counter, waiting=(*counter.waiting, visitor), visit=None, reader=visit.reader)


def strike_out(counter: Counter, visit_id: str) -> Counter | e.Refused:
    """Take somebody off the list of those who wait: they are gone."""
    others = tuple(one for one in counter.waiting if one.visit_id != visit_id)
    if len(others) == len(counter.waiting):
        return e.Refused(e.Reason.NOBODY_WAITS)
    return replace(counter, waiting=others)


def seen_by_reader(counter: Counter, event: e.CardNoticed | e.CardLifted | e.ReaderLost) -> Counter:
    """The counter after what the reader saw; the visit takes the event by itself."""
    match event:
        case e.CardNoticed():
            return replace(counter, reader=Reader.CARD)
        case e.CardLifted():
            return replace(counter, reader=Reader.EMPTY)
    return replace(counter, reader=Reader.LOST)
