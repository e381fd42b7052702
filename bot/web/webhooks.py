"""The doors for platforms that call us: who calls is checked before anything is read, then the turn is taken.

Nothing is decided here. An answer other than 2xx makes the platform deliver the event again.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.dialogue import Incoming
from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

LARGEST_BODY = 1_000_000
"""Bytes; the largest update Telegram sends is a few thousand."""

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_log = logging.getLogger(__name__)


def telegram_webhook(take: Callable[[Incoming], Awaitable[None]], telegram: Telegram, secret: str) -> Route:
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
