"""A house for counters that behaves: one enrolment code, one token, reports kept by id."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.visit_reports import Agent, ReportIdReused
from counter_agent import wire

NOW = datetime(2022, 7, 4, 0, 0, tzinfo=UTC)
CODE = "KX3P-7Q2M"
TOKEN = "t" * 43


def worded(text: str) -> wire.Localised:
    return wire.Localised(ja=text, ja_easy=text, en=text)


class FakeCounterDesk:
    """What `/counter/v1` asks of the house, without a database."""

    def __init__(self) -> None:
        self.reports: dict[str, tuple[str, wire.Accepted]] = {}
        self.codes = {CODE}

    async def agent(self, token: str) -> Agent | None:
        return Agent("counter-1", "窓口1") if token == TOKEN else None

    async def enrol(self, request: wire.EnrolRequest) -> wire.Enrolled | None:
        if request.code not in self.codes:
            return None
        self.codes.remove(request.code)
        return wire.Enrolled(agent_id="counter-1", name=request.name, token=TOKEN)

    async def today(self, day: date | None) -> wire.Today:
        desk = wire.Desk(
            name=worded("窓口"), city_phone="042", hotline="0120", hand_over_to=worded("保険年金課"), services=()
        )
        return wire.Today(day=day or NOW.date(), made_at=NOW, desk=desk, bookings=())

    async def challenge(self, agent: Agent, request: wire.ChallengeRequest) -> wire.Challenge:
        expires_at = NOW + timedelta(minutes=5)
        return wire.Challenge(challenge_id=request.visit_id, challenge="0" * 64, expires_at=expires_at)

    async def report(self, agent: Agent, report: wire.AnyReport) -> wire.Accepted | wire.Conflict:
        body = report.model_dump_json()
        known = self.reports.get(report.report_id)
        if known and known[0] != body:
            raise ReportIdReused
        answer = wire.Accepted(report_id=report.report_id, ticket=report.ticket, status=wire.Status.ARRIVED, version=2)
        self.reports.setdefault(report.report_id, (body, answer))
        return answer
