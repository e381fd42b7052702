"""The doors for platforms that call us: who calls is checked before anything is read, then the turn is taken.

Nothing is decided here. An answer other than 2xx makes the platform deliver the event again.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.line_events import Received, is_webhook, read_events
from bot.dialogue import Incoming, Left
from bot.errors import StoreError
from bot.web.pace import Pace

if TYPE_CHECKING:
    from bot.channels.line import Line
    from bot.channels.telegram import Telegram

LARGEST_BODY = 1_000_000
"""Bytes; the largest update Telegram sends is a few thousand."""

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_SIGNATURE_HEADER = "X-Line-Signature"
_PATIENCE_S = 1.0
"""LINE gives up on an answer after two seconds."""

_MOST_UNDER_WAY = 1000
_log = logging.getLogger(__name__)

Take = Callable[[Incoming], Awaitable[None]]


def telegram_webhook(take: Take, telegram: Telegram, secret: str) -> Route:
    """`POST /telegram/webhook`: 200 once the turn is committed, or the update is left out (nothing to take, or what
    breaks the turn would break it again, for hours).

    403 without the secret, 413 for a body too large, 400 for what is no update; 500 when the store fails.
    """

    async def receive(request: Request) -> Response:
        if not _knows(request.headers.get(_SECRET_HEADER), secret):
            return Response(status_code=403)
        body = await _body_within(request, LARGEST_BODY)
        if body is None:
            return Response(status_code=413)
        try:
            is_update = await telegram.take_update(_decoded(body), take)
        except StoreError:
            _log.exception("telegram: an update could not be stored; Telegram will send it again")
            return Response(status_code=500)
        return Response(status_code=200 if is_update else 400)

    return Route("/telegram/webhook", receive, methods=["POST"])


def line_webhook(
    take: Take,
    line: Line,
    secret: str,
    *,
    clock: Callable[[], datetime],
    pace: Pace | None = None,
    under_way: set[asyncio.Task[object]] | None = None,
    patience_s: float = _PATIENCE_S,
) -> Route:
    """`POST /line/webhook`: 200 once every turn is committed; by itself LINE delivers nothing a second time.

    A turn takes milliseconds. One that takes longer than `patience_s` goes on by itself, and the answer is 503: LINE,
    if it is set to, delivers the events again, and what was taken by then changes nothing. 401 without the right
    signature, 413 for a body too large, 400 for what is no webhook's body, 500 when the store fails.
    `under_way` holds the turns that go on by themselves, for whoever stops the service to wait for.
    """
    taking = _Taking(take, line, pace or Pace(burst=30, per_second=1.0), patience_s)
    if under_way is not None:
        taking.under_way = under_way

    async def receive(request: Request) -> Response:
        body = await _body_within(request, LARGEST_BODY)
        if body is None:
            return Response(status_code=413)
        if not is_signed(body, request.headers.get(_SIGNATURE_HEADER), secret):
            return Response(status_code=401)
        payload = _decoded(body)
        if not is_webhook(payload):
            return Response(status_code=400)
        return Response(status_code=await taking.take_all(read_events(payload, clock())))

    return Route("/line/webhook", receive, methods=["POST"])


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether LINE signed these very bytes, found out in a time that tells nothing. No secret: nothing is signed."""
    expected = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
    return bool(secret) and hmac.compare_digest((signature or "").encode("latin-1", "replace"), expected)


class _Taking:
    """Takes the events of LINE's calls: one person's in their order, different people's side by side."""

    def __init__(self, take: Take, line: Line, pace: Pace, patience_s: float) -> None:
        self._take = take
        self._line = line
        self._pace = pace
        self._patience_s = patience_s
        self.under_way: set[asyncio.Task[object]] = set()

    async def take_all(self, events: Sequence[Received]) -> int:
        """The status to answer with."""
        if len(self.under_way) >= _MOST_UNDER_WAY:
            return 503
        lines = {self._start(self._take_line(line)): address for address, line in _by_person(events).items()}
        pending = await _still_pending(lines, self._patience_s / 2)
        for task in pending:
            self._start(self._line.show_loading(lines[task]))
        if await _still_pending(pending, self._patience_s / 2):
            _log.warning("line: the store is slow; a webhook was answered before its events were taken")
            return 503
        return 200 if all(task.result() for task in lines) else 500

    async def _take_line(self, line: Sequence[Received]) -> bool:
        """One person's events. False: the store failed, and those left are not taken, so that none overtakes."""
        for received in line:
            try:
                await self._take_one(received)
            except StoreError:
                _log.exception("line: an event could not be stored")
                return False
        return True

    async def _take_one(self, received: Received) -> None:
        """An event that fails for another reason than the store would fail for ever: it must not stop the others."""
        incoming = received.incoming
        if not isinstance(incoming.body, Left) and self._pace.wait_s(incoming.address):
            _log.warning("line: one person sends faster than anybody types; an event was left out")
            return
        if received.is_redelivered:
            _log.info("line: an event comes again")
        self._line.note(received)
        try:
            await self._take(incoming)
        except StoreError:
            raise
        except Exception:
            _log.exception("line: an event failed and was left out")

    def _start(self, work: Coroutine[None, None, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task


def _by_person(events: Sequence[Received]) -> dict[str, list[Received]]:
    lines: dict[str, list[Received]] = defaultdict(list)
    for received in events:
        lines[received.incoming.address].append(received)
    return lines


async def _still_pending(tasks: Collection[asyncio.Task[object]], timeout_s: float) -> set[asyncio.Task[object]]:
    return (await asyncio.wait(tasks, timeout=timeout_s))[1] if tasks else set()


def _knows(given: str | None, secret: str) -> bool:
    """Whether the secret is the right one, in a time that tells nothing about it. An empty one is never right."""
    return bool(secret) and hmac.compare_digest((given or "").encode("latin-1"), secret.encode())


async def _body_within(request: Request, most: int) -> bytes | None:
    """The body, or None once it is larger than `most` bytes; what a caller broke off is empty."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _decoded(body: bytes) -> object:
    """The JSON in the body; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
