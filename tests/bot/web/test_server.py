"""The server believes the proxies it was told of, and nobody else, that a resident came by https."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.server import Server

pytestmark = pytest.mark.anyio


async def scheme_seen(server: Server, caller: str) -> str:
    server.config.load()
    transport = httpx.ASGITransport(server.config.loaded_app, client=(caller, 4321))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return (await client.get("/", headers={"X-Forwarded-Proto": "https"})).text


def app_that_tells_the_scheme() -> Starlette:
    async def tell(request: Request) -> Response:
        return PlainTextResponse(request.url.scheme)

    app = Starlette(routes=[Route("/", tell)])
    app.state.closing = asyncio.Event()
    return app


@pytest.mark.parametrize(
    ("trusted", "caller", "scheme"),
    [
        (("127.0.0.1",), "127.0.0.1", "https"),
        (("127.0.0.1",), "10.0.0.5", "http"),
        (("10.0.0.5",), "10.0.0.5", "https"),
        (("10.0.0.5",), "10.0.0.6", "http"),
        (("10.0.0.0/29",), "10.0.0.7", "https"),
        (("10.0.0.0/29",), "10.0.0.8", "http"),
        (("*",), "203.0.113.7", "https"),
    ],
)
async def test_only_a_trusted_proxy_says_how_a_resident_came(
    trusted: tuple[str, ...], caller: str, scheme: str
) -> None:
    assert await scheme_seen(Server(app_that_tells_the_scheme(), trusted), caller) == scheme
