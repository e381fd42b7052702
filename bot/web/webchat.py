"""The web chat's JSON: one event in, its replies out; and what is new, at once or when it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.webchat import RefusedEvent, Shown, as_json, parse
from bot.dialogue import Incoming
from bot.web.guarded import require_same_origin
from bot.web.pace import Pace
from bot.web.problems import Problem
from bot.web.sessions import Session, new_session, remember, session_of

PATH = "/webchat/v1/messages"
MOST_BYTES = 64 * 1024
LONGEST_WAIT_S = 25.0
_LARGEST_ID = 2**63 - 1


class Taker(Protocol):
    """Takes events."""

    async def take(self, incoming: Incoming) -> None:
        """Take one event in one transaction; a repeated event changes nothing."""
        ...


class Reader(Protocol):
    """Reads what the desk said to one address, in order."""

    async def after(self, address: str, after_id: int) -> tuple[Shown, ...]: ...

    async def wait_after(self, address: str, after_id: int, timeout_s: float) -> tuple[Shown, ...]:
        """As `after`, but waits up to `timeout_s` for the first."""
        ...

    async def for_event(self, address: str, event_id: str) -> tuple[Shown, ...]: ...


@dataclass(frozen=True, slots=True)
class Chat:
    """What the web chat needs of the house; `keep` is how long a browser remembers its session."""

    taker: Taker
    reader: Reader
    clock: Callable[[], datetime]
    keep: timedelta = timedelta(days=30)


def webchat_routes(chat: Chat, pace: Pace, closing: asyncio.Event) -> list[Route]:
    """`POST` and `GET /webchat/v1/messages`. Nobody is kept waiting once `closing` is set."""

    async def take(request: Request) -> Response:
        require_same_origin(request)
        session = session_of(request) or new_session()
        _keep_pace(pace, session)
        incoming = parse(await _json(request), session.address, chat.clock())
        if isinstance(incoming, RefusedEvent):
            raise Problem(HTTPStatus.BAD_REQUEST, "bad_event", incoming.reason)
        await chat.taker.take(incoming)
        response = _messages(await chat.reader.for_event(session.address, incoming.event_id))
        remember(response, request, session, chat.keep)
        return response

    async def read(request: Request) -> Response:
        require_same_origin(request)
        after_id, wait_s = _after(request), _wait_s(request)
        session = session_of(request)
        if session is None:
            return _messages(())
        _keep_pace(pace, session)
        if wait_s == 0:
            return _messages(await chat.reader.after(session.address, after_id))
        waiting = chat.reader.wait_after(session.address, after_id, wait_s)
        return _messages(await _unless_over(waiting, _until_gone(request), closing.wait()))

    return [Route(PATH, take, methods=["POST"]), Route(PATH, read, methods=["GET"])]


def _messages(shown: tuple[Shown, ...]) -> Response:
    return JSONResponse({"messages": [as_json(message) for message in shown]})


def _keep_pace(pace: Pace, session: Session) -> None:
    wait_s = pace.wait_s(session.address)
    if wait_s:
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_fast", "slow down", retry_after_s=wait_s)


async def _json(request: Request) -> object:
    """The decoded body. Raises Problem 415, 413 or 400."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", "send Content-Type: application/json")
    try:
        decoded: object = json.loads(await _body(request))
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_json", "the body is not JSON in UTF-8") from error
    return decoded


async def _body(request: Request) -> bytes:
    """The body, read no further than the limit."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                message = f"the body is larger than {MOST_BYTES} bytes"
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
    except ClientDisconnect as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "cut_off", "the body ended early") from error
    return bytes(body)


def _after(request: Request) -> int:
    text = request.query_params.get("after", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST_ID)) and int(text) <= _LARGEST_ID):
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_after", "after is not the id of a message")
    return int(text)


def _wait_s(request: Request) -> float:
    """Seconds to wait; more than the most is the most."""
    text = request.query_params.get("wait", "0")
    if not (text.isascii() and text.isdecimal()):
        raise Problem(
            HTTPStatus.BAD_REQUEST, "bad_wait", f"wait is not a whole number of seconds up to {LONGEST_WAIT_S:g}"
        )
    return min(float(text), LONGEST_WAIT_S)


async def _unless_over(
    waiting: Coroutine[None, None, tuple[Shown, ...]], *ends: Coroutine[None, None, object]
) -> tuple[Shown, ...]:
    """What `waiting` gives; nothing, at once, when one of `ends` comes first."""
    heard = asyncio.create_task(waiting)
    tasks = {heard, *(asyncio.create_task(end) for end in ends)}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return heard.result() if heard.done() else ()
    finally:
        for task in tasks:
            task.cancel()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
