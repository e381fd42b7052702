"""SHELL: one counter report is one unit of work: what it changes, the resident's message and the answer to the counter.

A report sent again gets the answer it got, and changes nothing. What does not fit the bookings as they are now
(cancelled meanwhile, at another counter) is answered with the reason, and changes nothing either. No HTTP here.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.booking.bookings import Booking, Changed, Status
from bot.booking.checkin import way_to, why_not_here, why_not_missed, why_not_served
from bot.booking.plan import Plan
from bot.booking.slots import day_of
from bot.booking.tickets import parse
from bot.counter_day import bookings_of, desk_of, line_of
from bot.enrolment import bare_code, digest, free_name
from bot.handlers import visited
from bot.store import agents, booking_rows, bookings, locks, outbox, visits
from bot.store.again import Collided, write_again
from bot.store.engine import Engine
from bot.store.unit import Work
from bot.store.visits import KnownVisit, VisitKey
from bot.texts import Texts
from counter_agent import wire

CHALLENGE_HOLDS_FOR = timedelta(minutes=10)
"""From the asking to the signature: a resident may take their time with the PIN."""

_BATCH = 500
_log = logging.getLogger(__name__)

Answer = wire.Accepted | wire.Conflict


class ReportIdReused(Exception):
    """A report id was sent before with another body."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A counter PC that has shown its token."""

    agent_id: str
    name: str


@dataclass(frozen=True, slots=True)
class _Report:
    """A report with who sent it and what it is about. `booking` None: a walk-in, or nothing is known of the ticket."""

    agent: Agent
    body: wire.AnyReport
    now: datetime
    booking: Booking | None = None

    @property
    def key(self) -> VisitKey:
        return VisitKey(self.agent.agent_id, self.body.visit_id)


class Arrivals:
    """What the counters' HTTP asks of the house. `pushed` are the channels that letters are sent on; on the others they
    are read. `said` is told after a commit that wrote to somebody."""

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        texts: Texts,
        *,
        clock: Callable[[], datetime],
        pushed: frozenset[str],
        said: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._texts = texts
        self._clock = clock
        self._pushed = pushed
        self._said = said
        self.ended: Counter[str] = Counter()
        """Visits ended since the start, by outcome."""
        self.read: Counter[str] = Counter()
        """Cards read since the start, by what that proved."""

    async def agent(self, token: str) -> Agent | None:
        """The counter that owns a token, if it is not revoked."""
        row = await self._engine.read(agents.by_token(digest(token)))
        return Agent(row.agent_id, row.name) if row else None

    async def enrol(self, request: wire.EnrolRequest) -> wire.Enrolled | None:
        """A new counter for a code that is good; None for one that is unknown, used or expired."""
        now, token, agent_id = self._clock(), secrets.token_urlsafe(32), uuid.uuid4().hex

        def work() -> Work[str | None]:
            if not (yield from agents.use_code(digest(bare_code(request.code)), now)):
                return None
            names = {one.name for one in (yield from agents.every()) if one.revoked_at is None}
            name = free_name(request.name, names)
            yield from agents.enrol(agent_id, name, digest(token), now)
            return name

        name = await write_again(self._engine, work)
        if name is None:
            return None
        _log.info("counter enrolled agent=%s", agent_id)
        return wire.Enrolled(agent_id=agent_id, name=name, token=token)

    async def today(self, day: date | None) -> wire.Today:
        """The list of a day (None: today), and the desk as the screens show it."""
        now = self._clock()
        shown = day or day_of(now)
        listed = await self._engine.read(bookings_of(shown, self._plan))
        return wire.Today(day=shown, made_at=now, desk=desk_of(self._plan, self._texts, now), bookings=listed)

    async def challenge(self, agent: Agent, request: wire.ChallengeRequest) -> wire.Challenge:
        """Random bytes to be signed once, in this visit of this counter."""
        made = wire.Challenge(
            challenge_id=uuid.uuid4().hex,
            challenge=secrets.token_hex(wire.CHALLENGE_BYTES),
            expires_at=self._clock() + CHALLENGE_HOLDS_FOR,
        )
        await self._engine.write(
            agents.add_challenge(made.challenge_id, agent.agent_id, request.visit_id, made.expires_at)
        )
        return made

    async def report(self, agent: Agent, report: wire.AnyReport) -> Answer:
        """Take a report; the same one again gets the same answer. Raises ReportIdReused."""
        told = _Report(agent, report, self._clock())
        answer, is_new = await write_again(self._engine, lambda: self._work(told))
        if is_new:
            self._note(report, answer)
        return answer

    async def expire_old(self, before: datetime) -> int:
        """Delete reports, challenges, codes and visits that were over before an instant; the rows deleted."""
        gone = await self._engine.write(agents.purge(before, _BATCH))
        return gone + await self._engine.write(visits.purge(before, _BATCH))

    def _note(self, report: wire.AnyReport, answer: Answer) -> None:
        kind = answer.conflict.value if isinstance(answer, wire.Conflict) else answer.status.value
        _log.info("counter report kind=%s answer=%s", report.kind, kind)
        if isinstance(answer, wire.Conflict):
            return
        if isinstance(report, wire.CardRead):
            self.read[_verdict_of(report)] += 1
        if isinstance(report, wire.Closed):
            self.ended[report.outcome.value] += 1
            self._said()

    def _work(self, told: _Report) -> Work[tuple[Answer, bool]]:
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

    def _answered(self, told: _Report) -> Work[Answer]:
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

    def _check_in(self, told: _Report, body: wire.CheckIn) -> Work[Answer]:
        if body.ticket is None:
            yield from visits.begin(told.key, None, Status.ARRIVED.value, told.now)
            return _accepted(body, wire.Status.ARRIVED, version=1)
        is_elsewhere = yield from _is_elsewhere(told)
        if conflict := why_not_here(told.booking, body, is_elsewhere=is_elsewhere):
            return (yield from self._turned_away(told, conflict))
        return (yield from self._begun(told, Status.ARRIVED))

    def _close_unseen(self, told: _Report, body: wire.Closed) -> Work[Answer]:
        """Only somebody who did not come can be reported without having been checked in."""
        if body.outcome is not wire.Outcome.NO_SHOW or body.ticket is None:
            return self._conflict(told, wire.ConflictKind.UNKNOWN_VISIT)
        if conflict := why_not_missed(told.booking, body.at):
            return (yield from self._turned_away(told, conflict))
        answer = yield from self._begun(told, Status.NO_SHOW)
        yield from self._say_farewell(told, body)
        return answer

    def _turned_away(self, told: _Report, conflict: wire.ConflictKind) -> Work[Answer]:
        """The clerk may go on with an offline visit: what follows of it will change nothing, for the same reason."""
        booking_id = told.booking.id if told.booking else None
        yield from visits.begin(told.key, booking_id, Status.ARRIVED.value, told.now, conflict=conflict.value)
        return self._conflict(told, conflict)

    def _begun(self, told: _Report, status: Status) -> Work[Answer]:
        booking = yield from self._become(told, status)
        yield from visits.begin(told.key, booking.id, status.value, told.now)
        return _accepted(told.body, wire.Status(booking.status.value), version=booking.version)

    # A visit goes on ------------------------------------------------------------------------------------------------

    def _go_on(self, told: _Report, visit: KnownVisit) -> Work[Answer]:
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

    def _card_read(self, told: _Report, body: wire.CardRead, visit: KnownVisit) -> Work[Answer]:
        if body.challenge_id is not None and not (yield from _takes_challenge(told, body, body.challenge_id)):
            return self._conflict(told, wire.ConflictKind.CHALLENGE_NOT_YOURS)
        yield from visits.note_verdict(told.key, _verdict_of(body))
        return _accepted(body, wire.Status(visit.status), version=_version(told, visit))

    def _close(self, told: _Report, body: wire.Closed) -> Work[Answer]:
        answer = yield from self._move_on(told, Status(wire.STATUS_AFTER[body.outcome].value))
        yield from self._say_farewell(told, body)
        return answer

    def _move_on(self, told: _Report, status: Status) -> Work[Answer]:
        version = yield from visits.change(told.key, status.value, told.now)
        if told.booking is not None:
            version = (yield from self._become(told, status)).version
        return _accepted(told.body, wire.Status(status.value), version=version)

    def _become(self, told: _Report, status: Status) -> Work[Booking]:
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

    def _say_farewell(self, told: _Report, body: wire.Closed) -> Work[None]:
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

    def _conflict(self, told: _Report, kind: wire.ConflictKind) -> wire.Conflict:
        is_known = told.booking is not None and kind is not wire.ConflictKind.UNKNOWN_TICKET
        shown = line_of(told.booking, self._plan) if told.booking and is_known else None
        return wire.Conflict(report_id=told.body.report_id, conflict=kind, booking=shown)


def _booking_of(body: wire.AnyReport) -> Work[Booking | None]:
    """The booking of the report's ticket, if it is one."""
    ticket = parse(body.ticket) if body.ticket else None
    return (yield from booking_rows.by_ticket(ticket)) if isinstance(ticket, str) else None


def _is_elsewhere(told: _Report) -> Work[bool]:
    """Whether another visit has the booking."""
    holder = (yield from visits.holder(told.booking.id)) if told.booking else None
    return holder is not None and holder != told.key


def _why_not(told: _Report, visit: KnownVisit) -> Work[wire.ConflictKind | None]:
    """Why a visit that was let in cannot go on."""
    if visit.status not in {Status.ARRIVED.value, Status.IN_SERVICE.value}:
        return wire.ConflictKind.ALREADY_CLOSED
    if told.body.ticket is None and visit.booking_id is None:
        return None
    if told.booking is None or told.booking.id != visit.booking_id:
        return wire.ConflictKind.UNKNOWN_TICKET
    return why_not_served(told.booking, is_elsewhere=(yield from _is_elsewhere(told)))


def _takes_challenge(told: _Report, body: wire.CardRead, challenge_id: str) -> Work[bool]:
    """Whether it was given to this visit, unused, and signed in time; the report itself may come much later."""
    given = yield from agents.challenge(challenge_id)
    theirs = (told.agent.agent_id, body.visit_id)
    if given is None or (given.agent_id, given.visit_id) != theirs or body.at > given.expires_at:
        return False
    return (yield from agents.use_challenge(challenge_id, told.now))


def _accepted(body: wire.AnyReport, status: wire.Status, *, version: int) -> wire.Accepted:
    return wire.Accepted(report_id=body.report_id, ticket=body.ticket, status=status, version=version)


def _version(told: _Report, visit: KnownVisit) -> int:
    return told.booking.version if told.booking else visit.version


def _verdict_of(body: wire.CardRead) -> str:
    """What a read proved, as one word: the weakest of what was checked."""
    if not body.possession_proved:
        return "not_proved"
    if not body.dates_valid:
        return "out_of_date"
    return {True: "proved", False: "issuer_unknown", None: "issuer_not_checked"}[body.chain_valid]
