"""SHELL: one counter report is one unit of work: what it changes, the resident's message and the answer to the counter.

A report sent again gets the answer it got, and changes nothing. What does not fit the bookings as they are now
(cancelled meanwhile, at another counter) is answered with the reason, and changes nothing either. No HTTP here.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.booking.plan import Plan
from bot.booking.slots import day_of
from bot.counter_day import bookings_of, desk_of
from bot.enrolment import bare_code, digest, free_name
from bot.store import agents, visits
from bot.store.again import write_again
from bot.store.engine import Engine
from bot.store.unit import Work
from bot.texts import Texts
from bot.visit_reports import Agent, Answer, Reports, Told, verdict_of
from counter_agent import wire

CHALLENGE_HOLDS_FOR = timedelta(minutes=10)
"""From the asking to the signature: a resident may take their time with the PIN."""

_BATCH = 500
_log = logging.getLogger(__name__)


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
        self._reports = Reports(plan, pushed)
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
        told = Told(agent, report, self._clock())
        answer, is_new = await write_again(self._engine, lambda: self._reports.take(told))
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
            self.read[verdict_of(report)] += 1
        if isinstance(report, wire.Closed):
            self.ended[report.outcome.value] += 1
            self._said()
