"""PURE: what of a visit is reported to the server. Verdicts, counts and seconds; nothing of the resident."""

from __future__ import annotations

from datetime import datetime

from counter_agent.visit import Settled, Visit
from counter_agent.waiting import Visitor
from counter_agent.wire import (
    Booking,
    Called,
    CardRead,
    CheckIn,
    Closed,
    Outcome,
    Service,
    ServiceDone,
    ServiceResult,
)

_DAY_S = 86_400
_BEST_FIRST = (ServiceResult.DONE, ServiceResult.HANDED_OVER, ServiceResult.NOT_DONE)


def check_in_of(visitor: Visitor, seen: Booking | None, *, report_id: str) -> CheckIn:
    """Somebody is here; `seen` is the booking as it stood on the clerk's list, None for a walk-in."""
    return CheckIn(
        report_id=report_id,
        visit_id=visitor.visit_id,
        ticket=visitor.ticket,
        at=visitor.checked_in_at,
        services=tuple(service.id for service in visitor.services),
        party=visitor.party,
        language=visitor.language,
        seen_version=seen.version if seen else None,
        seen_starts_at=seen.starts_at if seen else None,
    )


def called_of(visit: Visit, *, report_id: str) -> Called:
    """Somebody was called to the counter."""
    return Called(report_id=report_id, visit_id=visit.visit_id, ticket=visit.ticket, at=visit.called_at)


def read_of(visit: Visit, *, report_id: str, at: datetime) -> CardRead | None:
    """None while nothing was read."""
    if visit.verdict is None:
        return None
    return CardRead(
        report_id=report_id,
        visit_id=visit.visit_id,
        ticket=visit.ticket,
        at=at,
        challenge_id=visit.challenge_id,
        possession_proved=visit.verdict.possession_proved,
        dates_valid=visit.verdict.dates_valid,
        chain_valid=visit.verdict.chain_valid,
    )


def closed_of(visit: Visit, *, report_id: str, at: datetime) -> Closed:
    """The visit is over, for everybody of the party."""
    return Closed(
        report_id=report_id,
        visit_id=visit.visit_id,
        ticket=visit.ticket,
        at=at,
        outcome=outcome_of_party(visit.ended),
        services=services_done(visit),
        payment_service_confirmed=visit.payment_confirmed,
        waited_s=seconds_between(visit.checked_in_at, visit.called_at),
        took_s=seconds_between(visit.called_at, at),
    )


def gone_without_visit(ticket: str | None, visit_id: str, outcome: Outcome, *, report_id: str, at: datetime) -> Closed:
    """A no-show, or somebody who left before being called."""
    return Closed(
        report_id=report_id,
        visit_id=visit_id,
        ticket=ticket,
        at=at,
        outcome=outcome,
        services=(),
        payment_service_confirmed=False,
        waited_s=0,
        took_s=0,
    )


def outcome_of_party(ended: tuple[Outcome, ...]) -> Outcome:
    """A wrong card overrules all; else the booking is done if it was for anybody; else as it went for the last."""
    for overruling in (Outcome.WRONG_CARD, Outcome.COMPLETED):
        if overruling in ended:
            return overruling
    return ended[-1] if ended else Outcome.ABANDONED


def services_done(visit: Visit) -> tuple[ServiceDone, ...]:
    """Each settled service once: the best result among the party, and the time from the settling before it."""
    ordered = sorted(visit.settled, key=lambda one: one.at)
    begun_at = dict(zip(ordered, [visit.called_at, *(one.at for one in ordered)], strict=False))
    by_service = ((service, [one for one in ordered if one.service == service.id]) for service in visit.services)
    return tuple(_done(service, settled, begun_at) for service, settled in by_service if settled)


def _done(service: Service, settled: list[Settled], begun_at: dict[Settled, datetime]) -> ServiceDone:
    return ServiceDone(
        service=service.id,
        result=min((one.result for one in settled), key=_BEST_FIRST.index),
        took_s=min(sum(seconds_between(begun_at[one], one.at) for one in settled), _DAY_S),
    )


def seconds_between(begin: datetime, end: datetime) -> int:
    """Whole seconds, never negative nor more than a day: a clock may be set while a visit goes on."""
    return max(0, min(int((end - begin).total_seconds()), _DAY_S))
