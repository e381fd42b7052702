"""What goes wrong, as JSON for the client's developer: {"error": {"code", "message"}}.

An answer quotes nothing that was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import StoreError

_RETRY_AFTER_S = "5"


class Problem(HTTPException):
    """A request that is refused. `code` is for programs, `message` for people."""

    def __init__(self, status: HTTPStatus, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        headers = None if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        super().__init__(status, message, headers)
        self.code = code


def explain_refusal(_: Request, error: Exception) -> Response:
    """A refusal of ours or of the framework (no such path, no such method)."""
    if not isinstance(error, HTTPException):
        return explain_fault(_, error)
    code = error.code if isinstance(error, Problem) else HTTPStatus(error.status_code).name.lower()
    return _response(error.status_code, code, error.detail, error.headers)


def explain_closed_store(_: Request, error: Exception) -> Response:
    """The database does not answer: nothing was done, and the client may send the same event again."""
    del error
    message = "the desk cannot be reached just now; send the same event again"
    return _response(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", message, {"Retry-After": _RETRY_AFTER_S})


def explain_fault(_: Request, error: Exception) -> Response:
    """A fault of ours; the server's log has the traceback."""
    del error
    message = "the desk has failed; send the same event again"
    return _response(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", message, {"Retry-After": _RETRY_AFTER_S})


HANDLERS = {HTTPException: explain_refusal, StoreError: explain_closed_store, Exception: explain_fault}


def _response(status: int, code: str, message: str, headers: Mapping[str, str] | None) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
