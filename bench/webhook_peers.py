"""Servers for `bench/webhook.py`, each a process of its own: `python -m bench.webhook_peers NAME PORT [PLATFORM_URL]`.

`platform` takes every message as LINE and Telegram do, and counts; `bare` is an endpoint that only reads JSON; `echo` is
python-telegram-bot with a handler that answers with the same words. Without NAME and PORT nothing is served.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, MessageHandler
from telegram.ext.filters import TEXT

_MESSAGE = {"message_id": 1, "date": 1656637200, "chat": {"id": 1, "type": "private"}, "text": "x"}
_ME = {"id": 1, "is_bot": True, "first_name": "b", "username": "b"}


def platform() -> Starlette:
    """Takes replies, pushes and messages; tells how many at /count."""
    taken = 0

    async def count(_: Request) -> Response:
        return JSONResponse(taken)

    async def line(request: Request) -> Response:
        nonlocal taken
        taken += len((await request.json())["messages"])
        return JSONResponse({"sentMessages": [{"id": "1"}]})

    async def quota(request: Request) -> Response:
        return JSONResponse({"totalUsage": 0} if request.url.path.endswith("consumption") else {"type": "none"})

    async def telegram(request: Request) -> Response:
        nonlocal taken
        method = request.path_params["method"]
        taken += method == "sendMessage"
        return JSONResponse({"ok": True, "result": {"sendMessage": _MESSAGE, "getMe": _ME}.get(method, True)})

    return Starlette(
        routes=[
            Route("/count", count),
            Route("/v2/bot/message/quota", quota),
            Route("/v2/bot/message/quota/consumption", quota),
            Route("/v2/bot/message/{way}", line, methods=["POST"]),
            Route("/bot{token}/{method}", telegram, methods=["GET", "POST"]),
        ]
    )


def bare() -> Starlette:
    """The least a webhook can do."""

    async def receive(request: Request) -> Response:
        await request.json()
        return Response(status_code=200)

    return Starlette(routes=[Route("/{channel}/webhook", receive, methods=["POST"])])


def echo(platform_url: str) -> Starlette:
    """What python-telegram-bot alone needs for a webhook that is answered: no search, no store; connections as ours."""
    built = (
        Application.builder()
        .token("1:b")
        .connection_pool_size(32)
        .pool_timeout(10)
        .base_url(f"{platform_url}/bot")
        .build()
    )

    async def say(update: Update, _: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        built.add_handler(MessageHandler(TEXT, say, block=False))
        async with built:
            await built.start()
            yield
            await built.stop()

    async def receive(request: Request) -> Response:
        await built.process_update(Update.de_json(await request.json(), built.bot))
        return Response(status_code=200)

    return Starlette(routes=[Route("/telegram/webhook", receive, methods=["POST"])], lifespan=running)


def main(name: str, port: str, platform_url: str = "") -> None:
    made = {"platform": platform, "bare": bare}
    app = made[name]() if name in made else echo(platform_url)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__" and len(sys.argv) > 2:
    main(*sys.argv[1:])
