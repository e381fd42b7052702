"""A browser's session is a secret the house does not keep."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.web.sessions import Session, new_session, remember, session_of

KEEP = timedelta(days=30)


def request_with(cookie: str = "", *, scheme: str = "http") -> Request:
    headers = [(b"host", b"desk.example"), (b"cookie", cookie.encode())]
    return Request({"type": "http", "method": "POST", "scheme": scheme, "path": "/", "headers": headers})


def cookie_set_for(request: Request, session: Session) -> str:
    response = Response()
    remember(response, request, session, KEEP)
    return response.headers["set-cookie"]


def test_two_sessions_are_never_the_same() -> None:
    assert len({new_session().token for _ in range(100)}) == 100


def test_the_address_is_the_hash_of_the_token_and_the_token_does_not_show() -> None:
    session = new_session()
    assert session.address == sha256(session.token.encode()).hexdigest()
    assert session.token not in repr(session)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    cookie = cookie_set_for(request_with(), new_session())
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host() -> None:
    cookie = cookie_set_for(request_with(scheme="https"), new_session())
    assert cookie.startswith("__Host-madoguchi=")
    assert "Secure" in cookie.split("; ")
    assert "Domain" not in cookie


def test_a_session_comes_back_with_its_cookie() -> None:
    session = new_session()
    brought = cookie_set_for(request_with(), session).partition(";")[0]
    assert session_of(request_with(brought)) == session


@pytest.mark.parametrize("cookie", ["", "madoguchi=", "madoguchi=short", "madoguchi=" + "a" * 44, "other=" + "a" * 43])
def test_a_cookie_that_is_not_ours_is_no_session(cookie: str) -> None:
    assert session_of(request_with(cookie)) is None
