"""The line to the server: enrol, today's list, a challenge, one report. One try a call; `sending` does the retries.

Never logs a body, an address or the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from counter_agent import wire
from counter_agent.errors import ServerRefused, Unreachable

T = TypeVar("T", bound=BaseModel)

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
_LATER: Final = frozenset({408, 425, 429})


class Uplink:
    """Speaks as one enrolled counter. Close it when done."""

    def __init__(self, server: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(base_url=server, headers=headers, timeout=_TIMEOUT, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def today(self, day: date) -> wire.Today:
        """The list of a day. Raises Unreachable or ServerRefused."""
        response = await _sent(self._client, "GET", wire.TODAY, params={"day": day.isoformat()})
        return _parsed(wire.Today, response)

    async def challenge(self, visit_id: str) -> wire.Challenge:
        """Something to be signed once, in this visit. Raises Unreachable or ServerRefused."""
        asked = wire.ChallengeRequest(visit_id=visit_id)
        return _parsed(wire.Challenge, await _sent(self._client, "POST", wire.CHALLENGE, asked.model_dump_json()))

    async def send(self, report: wire.AnyReport) -> wire.Accepted | wire.Conflict:
        """Send one report; sent again it gets the same answer. Raises Unreachable or ServerRefused."""
        response = await _sent(self._client, "POST", wire.REPORTS, wire.REPORT.dump_json(report).decode())
        try:
            return wire.ANSWER.validate_json(response.content)
        except ValidationError as error:
            raise Unreachable("the server's answer could not be read") from error


async def enrol(server: str, code: str, name: str) -> wire.Enrolled:
    """Turn a short-lived code into this counter's identity. Raises Unreachable, or ServerRefused for a bad code."""
    asked = wire.EnrolRequest(code=code, name=name)
    async with httpx.AsyncClient(base_url=server, timeout=_TIMEOUT, trust_env=False) as client:
        return _parsed(wire.Enrolled, await _sent(client, "POST", wire.ENROL, asked.model_dump_json()))


async def _sent(
    client: httpx.AsyncClient, method: str, path: str, body: str | None = None, params: Mapping[str, str] | None = None
) -> httpx.Response:
    try:
        response = await client.request(
            method, path, content=body, params=params, headers={"Content-Type": "application/json"} if body else None
        )
    except httpx.HTTPError as error:
        raise Unreachable(f"the server did not answer ({type(error).__name__})") from error
    if response.is_success:
        return response
    if response.is_client_error and response.status_code not in _LATER:
        raise _refusal(response)
    raise Unreachable(f"the server answered {response.status_code}")


def _refusal(response: httpx.Response) -> ServerRefused:
    try:
        problem = wire.Problem.model_validate_json(response.content)
    except ValidationError:
        return ServerRefused(None, f"the server answered {response.status_code}")
    return ServerRefused(problem.code, problem.detail)


def _parsed(kind: type[T], response: httpx.Response) -> T:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        raise Unreachable("the server's answer could not be read") from error
