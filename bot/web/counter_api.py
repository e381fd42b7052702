"""`/counter/v1`: what counter PCs ask and report, over HTTP. The contract is `counter_agent/wire.py`; no rules here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BeforeValidator
from starlette.exceptions import HTTPException

from bot.errors import StoreError
from bot.visit_reports import Agent, ReportIdReused
from bot.web.pace import Pace
from counter_agent import wire

MOST_BYTES = 64 * 1024
_PATH = {path: path.removeprefix(wire.PREFIX) for path in (wire.ENROL, wire.TODAY, wire.CHALLENGE, wire.REPORTS)}
_RETRY_AFTER_S = 5
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class CounterDesk(Protocol):
    """What the counters' HTTP asks of the house."""

    async def agent(self, token: str) -> Agent | None:
        """The counter that owns a token, if it is not revoked."""
        ...

    async def enrol(self, request: wire.EnrolRequest) -> wire.Enrolled | None:
        """A new counter for a code that is good; None for one that is unknown, used or expired."""
        ...

    async def today(self, day: date | None) -> wire.Today: ...

    async def challenge(self, agent: Agent, request: wire.ChallengeRequest) -> wire.Challenge: ...

    async def report(self, agent: Agent, report: wire.AnyReport) -> wire.Accepted | wire.Conflict:
        """Take a report; the same one again gets the same answer. Raises ReportIdReused."""
        ...


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": wire.Problem} for code in (400, 401, 403, 409, 413, 422, 429, 500, 503)
}
_router = APIRouter(responses=_PROBLEMS)


def counter_app(desk: CounterDesk, pace: Pace) -> FastAPI:
    """The application to mount under `wire.PREFIX`. `pace` slows down whoever guesses at codes and tokens."""
    app = FastAPI(title="Madoguchi counter", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.counter_desk, app.state.pace = desk, pace
    app.add_exception_handler(RequestValidationError, _explain_invalid)
    app.add_exception_handler(HTTPException, _explain_refusal)
    app.add_exception_handler(StoreError, _explain_closed)
    app.add_exception_handler(Exception, _explain_fault)
    app.middleware("http")(_refuse_large)
    app.include_router(_router)
    return app


async def _agent_of(
    request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
) -> Agent:
    agent = await _desk_of(request).agent(shown.credentials) if shown else None
    if agent is None:
        _keep_pace(request, "token")
        raise _refusal(HTTPStatus.UNAUTHORIZED, wire.ProblemCode.UNAUTHORISED, "enrol this counter again")
    return agent


_Known = Annotated[Agent, Depends(_agent_of)]


@_router.post(_PATH[wire.ENROL], status_code=201)
async def _enrol(request: Request, body: wire.EnrolRequest) -> wire.Enrolled:
    _keep_pace(request, "enrol")
    enrolled = await _desk_of(request).enrol(body)
    if enrolled is None:
        raise _refusal(HTTPStatus.FORBIDDEN, wire.ProblemCode.CODE_REFUSED, "the code is unknown, used or expired")
    return enrolled


def _written_out(value: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("write the day like 2022-07-01")
    return value


def _reckonable(day: date) -> date:
    """The first and the last day of all are moved by one: they have no day before, or none after."""
    return min(max(day, date(1, 1, 2)), date(9999, 12, 30))


_Day = Annotated[date, BeforeValidator(_written_out), AfterValidator(_reckonable)]


@_router.get(_PATH[wire.TODAY])
async def _today(request: Request, agent: _Known, day: _Day | None = None) -> wire.Today:
    del agent
    return await _desk_of(request).today(day)


@_router.post(_PATH[wire.CHALLENGE], status_code=201)
async def _challenge(request: Request, agent: _Known, body: wire.ChallengeRequest) -> wire.Challenge:
    return await _desk_of(request).challenge(agent, body)


@_router.post(_PATH[wire.REPORTS])
async def _report(request: Request, agent: _Known, body: wire.AnyReport) -> wire.Answer:
    try:
        return await _desk_of(request).report(agent, body)
    except ReportIdReused as error:
        detail = "this report id was sent before with another body"
        raise _refusal(HTTPStatus.CONFLICT, wire.ProblemCode.REPORT_ID_REUSED, detail) from error


def _desk_of(request: Request) -> CounterDesk:
    desk: CounterDesk = request.app.state.counter_desk
    return desk


def _keep_pace(request: Request, what: str) -> None:
    pace: Pace = request.app.state.pace
    host = request.client.host if request.client else ""
    if wait_s := pace.wait_s(f"{what} {host}"):
        raise _refusal(
            HTTPStatus.TOO_MANY_REQUESTS, wire.ProblemCode.TOO_MANY, f"wait {wait_s} seconds", retry_after_s=wait_s
        )


def _refusal(
    status: HTTPStatus, code: wire.ProblemCode, detail: str, *, retry_after_s: int | None = None
) -> HTTPException:
    headers = {"X-Problem": code.value}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return HTTPException(status, detail, headers)


async def _refuse_large(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """A body larger than any report is refused before it is read; one that does not say how large it is, too."""
    length = request.headers.get("content-length", "")
    has_body = request.method not in {"GET", "HEAD"}
    if has_body and (not length.isdecimal() or int(length) > MOST_BYTES):
        detail = f"say Content-Length, up to {MOST_BYTES}"
        return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, wire.ProblemCode.INVALID, detail)
    return await go_on(request)


async def _explain_invalid(_: Request, error: Exception) -> Response:
    """Where the body is wrong, without quoting what stood there."""
    places = error.errors() if isinstance(error, RequestValidationError) else ()
    named = ", ".join(".".join(str(part) for part in place["loc"]) for place in places[:5])
    return _problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, wire.ProblemCode.INVALID, f"not as the contract says: {named}"[:500]
    )


async def _explain_refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    code = wire.ProblemCode(headers.pop("X-Problem", wire.ProblemCode.INVALID.value))
    return _problem(HTTPStatus(error.status_code), code, str(error.detail), headers)


async def _explain_closed(_: Request, error: Exception) -> Response:
    del error
    headers = {"Retry-After": str(_RETRY_AFTER_S)}
    detail = "the desk's database does not answer; send the same report again"
    return _problem(HTTPStatus.SERVICE_UNAVAILABLE, wire.ProblemCode.UNAVAILABLE, detail, headers)


async def _explain_fault(_: Request, error: Exception) -> Response:
    """A fault of the program, which the server logs: the counter keeps its report and says so, as with any other no."""
    del error
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, wire.ProblemCode.UNAVAILABLE, "the desk failed; it is in its log")


def _problem(
    status: HTTPStatus, code: wire.ProblemCode, detail: str, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse(wire.Problem(code=code, detail=detail).model_dump(mode="json"), status, headers)
