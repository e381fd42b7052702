"""The web application: routes, the headers of every answer, and errors as JSON. Built once, in `wiring`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from bot.web.guarded import Headers
from bot.web.health import Operators, health_routes
from bot.web.pace import Pace
from bot.web.page import Front, page_routes
from bot.web.problems import HANDLERS
from bot.web.webchat import Chat, webchat_routes


def build_app(
    front: Front,
    chat: Chat,
    operators: Operators,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """The page, its JSON, the operators' addresses, and `extra_routes` (the platforms' webhooks).

    `app.state.closing` is an event that ends the waiting of every page; `server.Server` sets it.
    """
    closing = asyncio.Event()
    routes = [*page_routes(front), *webchat_routes(chat, Pace(), closing), *health_routes(operators), *extra_routes]
    app = Starlette(routes=routes, middleware=[Middleware(Headers)], exception_handlers=HANDLERS, lifespan=lifespan)
    app.state.closing = closing
    return app
