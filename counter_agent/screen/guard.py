"""What every request must hold to: this PC's own address, and for anything but reading, our own page's origin.

A page of another site could otherwise post to 127.0.0.1, or reach it under a name of its own (DNS rebinding).
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD"})
_SAME = frozenset({"same-origin", "none"})
_NAMES = ("127.0.0.1", "localhost")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses what does not come from this PC's own page, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if _may_pass(scope):
            await self._app(scope, receive, send_with_headers)
        else:
            await PlainTextResponse("only this PC's own page may ask", 403)(scope, receive, send_with_headers)


def _may_pass(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    port = scope["server"][1] if scope.get("server") else None
    hosts = {f"{name}:{port}" for name in _NAMES}
    host = headers.get("host", "").lower()
    if host not in hosts or headers.get("sec-fetch-site", "same-origin") not in _SAME:
        return False
    # A browser names the origin of whatever may change something; what names none is no page of ours.
    return scope["method"] in _READING or headers.get("origin", "").lower() == f"http://{host}"
