"""Who is signed in at this PC: a random token in a cookie, and a second one in every form (CSRF)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "counter-session"
LASTS_S = 10 * 3600.0
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in clerk. `csrf` is known to the pages only."""

    clerk: str
    csrf: str
    until_s: float


class Sessions:
    """Kept in memory: whoever restarts the program signs in again. One clerk at a time has the desk."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._sessions: dict[str, Session] = {}

    def open(self, clerk: str, response: Response) -> None:
        """Sign a clerk in; whoever was signed in before is out."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(clerk, secrets.token_urlsafe(_TOKEN_BYTES), self._monotonic() + LASTS_S)
        self._sessions = {token: session}
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")

    def close(self, response: Response) -> None:
        """Sign out."""
        self._sessions = {}
        response.delete_cookie(COOKIE, path="/")

    def of(self, request: Request) -> Session | None:
        """The session the browser brought, while it lasts."""
        brought = request.cookies.get(COOKIE, "")
        for token, session in self._sessions.items():
            if hmac.compare_digest(token.encode(), brought.encode()) and self._monotonic() < session.until_s:
                return session
        return None


def is_from_our_page(session: Session, token: str) -> bool:
    """Whether a form holds what only our own page knows."""
    return hmac.compare_digest(session.csrf.encode(), token.encode())
