"""Who a browser is: a random token in a cookie, and the address made of it.

The address is the token's hash, so that nobody who reads the database can continue a resident's session.
The cookie is set only by an answer to a POST: a page reached by a link from another site arrives without it
(SameSite=Strict), and a new one there would cut the resident off from their conversation.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session. Its token is a secret; `address` is what the rest of the house sees."""

    token: str

    def __repr__(self) -> str:
        return f"Session(address={self.address!r})"

    @property
    def address(self) -> str:
        return sha256(self.token.encode("ascii")).hexdigest()


def session_of(request: Request) -> Session | None:
    """The session the browser brought, if it brought one."""
    token = request.cookies.get(_cookie_name(request), "")
    return Session(token) if _TOKEN.fullmatch(token) else None


def new_session() -> Session:
    """A session nobody can guess."""
    return Session(secrets.token_urlsafe(_TOKEN_BYTES))


def remember(response: Response, request: Request, session: Session, keep: timedelta) -> None:
    """Have the browser bring the session for `keep` from now."""
    response.set_cookie(
        _cookie_name(request),
        session.token,
        max_age=int(keep.total_seconds()),
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )


def _cookie_name(request: Request) -> str:
    """Over https the browser itself then refuses a cookie that another host or plain http set under this name."""
    return "__Host-madoguchi" if _is_https(request) else "madoguchi"


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
