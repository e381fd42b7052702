"""A server that speaks the counter's contract: remembers what came, answers again as before, and can be cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counter_agent import wire
from tests.counter_agent.made_up import MORNING, today
from tests.fakes.server import Server, bound

TOKEN = "t" * 43
CODE = "482-913"


class CounterServer:
    """What the server of the contract does, in memory."""

    def __init__(self) -> None:
        self.today = today()
        self.reports: list[wire.AnyReport] = []
        self.bodies: list[bytes] = []
        self.answers: dict[str, tuple[str, bytes]] = {}
        self.conflicts: dict[str, wire.ConflictKind] = {}
        self.fails_with: int | None = None
        self.loses_answers = 0
        self.knows_token = True

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(wire.ENROL, self._enrol, methods=["POST"]),
                Route(wire.TODAY, self._today),
                Route(wire.CHALLENGE, self._challenge, methods=["POST"]),
                Route(wire.REPORTS, self._report, methods=["POST"]),
            ]
        )

    async def _enrol(self, request: Request) -> Response:
        asked = wire.EnrolRequest.model_validate_json(await request.body())
        if asked.code != CODE:
            return _problem(403, wire.ProblemCode.CODE_REFUSED)
        return _json(wire.Enrolled(agent_id="counter-1", name=asked.name, token=TOKEN), 201)

    async def _today(self, request: Request) -> Response:
        return self._barred(request) or _json(self.today)

    async def _challenge(self, request: Request) -> Response:
        barred = self._barred(request)
        if barred:
            return barred
        self.bodies.append(await request.body())
        expires_at = MORNING + timedelta(days=1)
        return _json(wire.Challenge(challenge_id="c" * 32, challenge="5a" * 32, expires_at=expires_at), 201)

    async def _report(self, request: Request) -> Response:
        body = await request.body()
        self.bodies.append(body)
        barred = self._barred(request)
        if barred:
            return barred
        report = wire.REPORT.validate_json(body)
        digest = hashlib.sha256(wire.REPORT.dump_json(report)).hexdigest()
        known = self.answers.get(report.report_id)
        if known and known[0] != digest:
            return _problem(409, wire.ProblemCode.REPORT_ID_REUSED)
        if not known:
            self.reports.append(report)
            self.answers[report.report_id] = (digest, self._answer(report))
        if self.loses_answers:
            self.loses_answers -= 1
            return Response(status_code=502)
        return Response(self.answers[report.report_id][1], media_type="application/json")

    def _answer(self, report: wire.AnyReport) -> bytes:
        conflict = self.conflicts.get(report.ticket or "")
        if conflict is not None:
            return wire.Conflict(report_id=report.report_id, conflict=conflict).model_dump_json().encode()
        accepted = wire.Accepted(
            report_id=report.report_id, ticket=report.ticket, status=wire.Status.ARRIVED, version=2
        )
        return accepted.model_dump_json().encode()

    def _barred(self, request: Request) -> Response | None:
        if self.fails_with is not None:
            return Response(status_code=self.fails_with)
        if not self.knows_token or request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(401, wire.ProblemCode.UNAUTHORISED)
        return None


def _problem(status: int, code: wire.ProblemCode) -> Response:
    return _json(wire.Problem(code=code, detail="made up"), status)


def _json(message: wire.Message, status: int = 200) -> Response:
    return Response(message.model_dump_json(), status, media_type="application/json")


@contextmanager
def served(server: CounterServer, *, port: int = 0) -> Iterator[str]:
    """The server's address, while it runs."""
    listening = bound(port)
    running = Server(server.app(), listening)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.stop()
