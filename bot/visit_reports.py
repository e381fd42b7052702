"""What a counter's report changes, inside one unit of work: the visit, the booking, the resident's message, the answer.

Whether it fits the booking is `booking/checkin`'s to say; what does not fit is answered with the reason and changes
nothing. No clock, no commit: `arrivals` carries it out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from bot.booking.bookings import Booking, Changed, Status
from bot.booking.checkin import way_to, why_not_here, why_not_missed, why_not_served
from bot.booking.plan import Plan
from bot.booking.tickets import parse
from bot.counter_day import line_of
from bot.handlers import visited
from bot.store import agents, booking_rows, bookings, locks, outbox, visits
from bot.store.again import Collided
from bot.store.unit import Work
from bot.store.visits import KnownVisit, VisitKey
from counter_agent import wire

Answer = wire.Accepted | wire.Conflict


class ReportIdReused(Exception):
    """A report id was sent before with another body."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A counter PC that has shown its token."""

    agent_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """A report with who sent it and what it is about. `booking` None: a walk-in, or nothing is known of the ticket."""

    agent: Agent
    body: wire.AnyReport
    now: datetime
    booking: Booking | None = None

    @property
    def key(self) -> VisitKey:
        return VisitKey(self.agent.agent_id, self.body.visit_id)


class Reports:
    """Takes reports for one town. `pushed` are the channels that letters are sent on; on the others they are read."""

    def __init__(self, plan: Plan, pushed: frozenset[str]) -> None:
        self._plan = plan
        self._pushed = pushed

    def take(self, told: Told) -> Work[tuple[Answer, bool]]:
        """The answer, and whether the report was new. Raises ReportIdReused, which undoes the work."""
        agent_id, body = told.agent.agent_id, told.body
        # One report of a counter at a time: sent twice at once, the second waits for the first one's answer.
        yield from locks.alone("counter", agent_id)
        sent = hashlib.sha256(wire.REPORT.dump_json(body)).hexdigest()
        known = yield from agents.report(agent_id, body.report_id)
        if known is not None:
            if known.body_hash != sent:
                raise ReportIdReused
            return wire.ANSWER.validate_json(known.answer), False
        answer = yield from self._answered(told)
        yield from agents.keep_report(agent_id, body.report_id, sent, answer.model_dump_json(), told.now)
        return answer, True

    def _answered(self, told: Told) -> Work[Answer]:
        visit = yield from visits.by_key(told.key)
        told = replace(told, booking=(yield from _booking_of(told.body)))
        match told.body:
            case wire.CheckIn() if visit is None:
                return (yield from self._check_in(told, told.body))
            case wire.Closed() if visit is None:
                return (yield from self._close_unseen(told, told.body))
        if visit is None:
            return self._conflict(told, wire.ConflictKind.UNKNOWN_VISIT)
        return (yield from self._go_on(told, visit))

    # A visit begins -----------------------------------------------------------------------------------------------

    def _check_in(self, told: Told, body: wire.CheckIn) -> Work[Answer]:
        if body.ticket is None:
            yield from visits.begin(told.key, None, Status.ARRIVED.value, told.now)
            return _accepted(body, wire.Status.ARRIVED, version=1)
        is_elsewhere = yield from _is_elsewhere(told)
        if conflict := why_not_here(told.booking, body, is_elsewhere=is_elsewhere):
            return (yield from self._turned_away(told, conflict))
        return (yield from self._begun(told, Status.ARRIVED))

    def _close_unseen(self, told: Told, body: wire.Closed) -> Work[Answer]:
        """Only somebody who did not come can be reported without having been checked in."""
        if body.outcome is not wire.Outcome.NO_SHOW or body.ticket is None:
            return self._conflict(told, wire.ConflictKind.UNKNOWN_VISIT)
        if conflict := why_not_missed(told.booking, body.at):
            return (yield from self._turned_away(told, conflict))
        answer = yield from self._begun(told, Status.NO_SHOW)
        yield from self._say_farewell(told, body)
        return answer

    def _turned_away(self, told: Told, conflict: wire.ConflictKind) -> Work[Answer]:
        """The clerk may go on with an offline visit: what follows of it will change nothing, for the same reason."""
        booking_id = told.booking.id if told.booking else None
        yield from visits.begin(told.key, booking_id, Status.ARRIVED.value, told.now, conflict=conflict.value)
        return self._conflict(told, conflict)

    def _begun(self, told: Told, status: Status) -> Work[Answer]:
        booking = yield from self._become(told, status)
        yield from visits.begin(told.key, booking.id, status.value, told.now)
        return _accepted(told.body, wire.Status(booking.status.value), version=booking.version)

    # A visit goes on ------------------------------------------------------------------------------------------------

    def _go_on(self, told: Told, visit: KnownVisit) -> Work[Answer]:
        if visit.conflict is not None:
            return self._conflict(told, wire.ConflictKind(visit.conflict))
        if conflict := (yield from _why_not(told, visit)):
            return self._conflict(told, conflict)
        match told.body:
            case wire.CheckIn():
                return _accepted(told.body, wire.Status(visit.status), version=_version(told, visit))
            case wire.Called():
                return (yield from self._move_on(told, Status.IN_SERVICE))
            case wire.CardRead():
                return (yield from self._card_read(told, told.body, visit))
            case wire.Closed():
                return (yield from self._close(told, told.body))

    def _card_read(self, told: Told, body: wire.CardRead, visit: KnownVisit) -> Work[Answer]:
        if body.challenge_id is not None and not (yield from _takes_challenge(told, body, body.challenge_id)):
            return self._conflict(told, wire.ConflictKind.CHALLENGE_NOT_YOURS)
        yield from visits.note_verdict(told.key, verdict_of(body))
        return _accepted(body, wire.Status(visit.status), version=_version(told, visit))

    def _close(self, told: Told, body: wire.Closed) -> Work[Answer]:
        answer = yield from self._move_on(told, Status(wire.STATUS_AFTER[body.outcome].value))
        yield from self._say_farewell(told, body)
        return answer

    def _move_on(self, told: Told, status: Status) -> Work[Answer]:
        version = yield from visits.change(told.key, status.value, told.now)
        if told.booking is not None:
            version = (yield from self._become(told, status)).version
        return _accepted(told.body, wire.Status(status.value), version=version)

    def _become(self, told: Told, status: Status) -> Work[Booking]:
        """The booking after the change. Somebody else changed it this very moment: everything is undone and done again,
        and finds it as it is then."""
        booking = told.booking
        assert booking is not None, "a change without a booking"  # noqa: S101 - the caller has looked
        for step in way_to(booking.status, status):
            changed = yield from bookings.change(booking, step, told.now, told.agent.name)
            if not isinstance(changed, Changed):
                raise Collided("a booking changed while a counter reported it")
            booking = changed.booking
        return booking

    def _say_farewell(self, told: Told, body: wire.Closed) -> Work[None]:
        """The figures of the visit, and the resident's closing message, if there is a chat to say it in."""
        yield from visits.note_end(told.key, body.outcome.value, body.waited_s, body.took_s)
        booking = told.booking
        if booking is None or booking.conversation_id is None:
            return
        done = [one.service for one in body.services if one.result is wire.ServiceResult.DONE]
        said = visited.closing(booking, self._plan, body.outcome.value, done)
        yield from outbox.put(
            booking.conversation_id,
            booking.channel,
            None,
            booking.language,
            (said,),
            said_at=told.now,
            not_before=told.now if booking.channel in self._pushed else None,
        )

    def _conflict(self, told: Told, kind: wire.ConflictKind) -> wire.Conflict:
        is_known = told.booking is not None and kind is not wire.ConflictKind.UNKNOWN_TICKET
        shown = line_of(told.booking, self._plan) if told.booking and is_known else None
        return wire.Conflict(report_id=told.body.report_id, conflict=kind, booking=shown)


def _booking_of(body: wire.AnyReport) -> Work[Booking | None]:
    """The booking of the report's ticket, if it is one."""
    ticket = parse(body.ticket) if body.ticket else None
    return (yield from booking_rows.by_ticket(ticket)) if isinstance(ticket, str) else None


def _is_elsewhere(told: Told) -> Work[bool]:
    """Whether another visit has the booking."""
    holder = (yield from visits.holder(told.booking.id)) if told.booking else None
    return holder is not None and holder != told.key


def _why_not(told: Told, visit: KnownVisit) -> Work[wire.ConflictKind | None]:
    """Why a visit that was let in cannot go on."""
    if visit.status not in {Status.ARRIVED.value, Status.IN_SERVICE.value}:
        return wire.ConflictKind.ALREADY_CLOSED
    if told.body.ticket is None and visit.booking_id is None:
        return None
    if told.booking is None or told.booking.id != visit.booking_id:
        return wire.ConflictKind.UNKNOWN_TICKET
    return why_not_served(told.booking, is_elsewhere=(yield from _is_elsewhere(told)))


def _takes_challenge(told: Told, body: wire.CardRead, challenge_id: str) -> Work[bool]:
    """Whether it was given to this visit, unused, and signed in time; the report itself may come much later."""
    given = yield from agents.challenge(challenge_id)
    theirs = (told.agent.agent_id, body.visit_id)
    if given is None or (given.agent_id, given.visit_id) != theirs or body.at > given.expires_at:
        return False
    return (yield from agents.use_challenge(challenge_id, told.now))


def _accepted(body: wire.AnyReport, status: wire.Status, *, version: int) -> wire.Accepted:
    return wire.Accepted(report_id=body.report_id, ticket=body.ticket, status=status, version=version)


def _version(told: Told, visit: KnownVisit) -> int:
    return told.booking.version if told.booking else visit.version


def verdict_of(body: wire.CardRead) -> str:
    """What a read proved, as one word: the weakest of what was checked."""
    if not body.possession_proved:
        return "not_proved"
    if not body.dates_valid:
        return "out_of_date"
    return {True: "proved", False: "issuer_unknown", None: "issuer_not_checked"}[body.chain_valid]
