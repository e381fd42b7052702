"""A server on loopback that behaves like LINE's Messaging API, as far as the desk uses it.

    with LineApi() as api:
        Line(api.token, api.url)
        event = api.events.text(7, "hello")   # to be posted to the webhook, see line_events
        api.sent                              # what reply and push accepted, in order

Limits are enforced (line_rules), a reply token serves once and for a minute, a retry key is accepted once, the month's
pushes come to an end. It has troubles on demand: `flood`, `fail`, `lose_answer`, `stall`, `stop`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.line_events import Events, Json
from tests.fakes.line_rules import faults_of, faults_of_menu
from tests.fakes.server import Server, bound

_TOKEN_LIVES_S = 60.0
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_IMAGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came in, granted or not. `path` is the last part of its path: reply, push, start, …"""

    path: str
    params: Json
    retry_key: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted, and how: by `reply` or `push`."""

    user: str
    message: Json
    by: str

    @property
    def text(self) -> str:
        return str(self.message.get("text", ""))

    @property
    def actions(self) -> list[Json]:
        return [item["action"] for item in self.message.get("quickReply", {}).get("items", [])]


@dataclass
class Trouble:
    """What happens to the next `times` calls of a path. `takes_it`: it is carried out all the same."""

    path: str
    answer: Response | None
    times: int = 1
    takes_it: bool = False
    until: threading.Event | None = None


class Refusal(Exception):
    """`{"message": …}` with its status."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse({"message": message}, status, headers)


@dataclass
class LineApi:
    """The server. It may be stopped (out of reach) and started again; its memory and its port stay the same."""

    token: str = "fake-channel-access-token"
    secret: str = "fake-channel-secret"
    quota: int | None = None
    calls: list[Call] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    loading: list[str] = field(default_factory=list)
    menus: dict[str, Json] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    default_menu: str | None = None
    unknown: set[str] = field(default_factory=set)
    events: Events = field(default_factory=Events)
    pushed: int = 0

    def __post_init__(self) -> None:
        self._troubles: list[Trouble] = []
        self._keys: set[str] = set()
        self._used: set[str] = set()
        self._lock = threading.RLock()
        self._runner: Server | None = None
        self._reserved: socket.socket | None = bound(0)
        self._port: int = self._reserved.getsockname()[1]

    # Being there, and not.

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        listening, self._reserved = self._reserved or bound(self._port), None
        self._runner = Server(self._app(), listening)

    def stop(self) -> None:
        """Out of reach: connections are cut, new ones refused."""
        if self._runner is not None:
            self._runner.stop()
            self._runner = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._reserved is not None:
            self._reserved.close()

    # Troubles.

    def flood(self, path: str = "push", *, times: int = 1) -> None:
        """429, without a time to wait, as LINE answers."""
        self._add(Trouble(path, JSONResponse({"message": "The API rate limit has been exceeded."}, 429), times))

    def fail(self, path: str = "push", *, status: int = 500, times: int = 1) -> None:
        """Not carried out; a proxy's page for an answer."""
        self._add(Trouble(path, Response(b"<html>\xff" if status >= 500 else b"<html>", status), times))

    def lose_answer(self, path: str = "push", *, times: int = 1) -> None:
        """Carried out, but what comes back is a fault."""
        self._add(Trouble(path, Response(b"<html>", 502), times, takes_it=True))

    def stall(self, path: str = "push", *, takes_it: bool = False) -> threading.Event:
        """The next call stays unanswered until the event is set; `takes_it`: it is carried out before."""
        until = threading.Event()
        self._add(Trouble(path, None, takes_it=takes_it, until=until))
        return until

    def pass_s(self, seconds: float) -> None:
        """Time goes by for reply tokens."""
        self.events.skipped_s += seconds

    def _add(self, trouble: Trouble) -> None:
        with self._lock:
            self._troubles.append(trouble)

    # What was seen.

    def texts(self, user: str | None = None) -> list[str]:
        """The texts accepted, in order."""
        return [one.text for one in list(self.sent) if user in (None, one.user)]

    def called(self, path: str) -> list[Call]:
        return [call for call in list(self.calls) if call.path == path]

    # The server.

    def _app(self) -> Starlette:
        return Starlette(routes=[Route("/v2/bot/{rest:path}", self._answer, methods=["GET", "POST", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({"message": "Authentication failed due to an invalid access token"}, 401)
        call, rest = await _call(request), str(request.path_params["rest"])
        body = await request.body()
        with self._lock:
            self.calls.append(call)
            trouble = self._trouble_of(call)
        if trouble is None:
            return self._carry_out(request.method, rest, call, body)
        answer = self._carry_out(request.method, rest, call, body) if trouble.takes_it else None
        if trouble.until is not None:
            while not trouble.until.is_set():  # noqa: ASYNC110 - it is set in another thread
                await asyncio.sleep(0.005)
            return answer or self._carry_out(request.method, rest, call, body)
        return trouble.answer or Response(status_code=500)

    def _trouble_of(self, call: Call) -> Trouble | None:
        trouble = next((one for one in self._troubles if one.path == call.path), None)
        if trouble is not None:
            trouble.times -= 1
            if trouble.times <= 0:
                self._troubles.remove(trouble)
        return trouble

    def _carry_out(self, method: str, rest: str, call: Call, body: bytes) -> Response:
        with self._lock:
            try:
                return self._granted(method, rest, call, body)
            except Refusal as refusal:
                return refusal.answer

    def _granted(self, method: str, rest: str, call: Call, body: bytes) -> Response:
        match (method, *rest.split("/")):
            case ("POST", "message", "reply"):
                return self._reply(call)
            case ("POST", "message", "push"):
                return self._push(call)
            case ("GET", "message", "quota"):
                return JSONResponse(_quota(self.quota))
            case ("GET", "message", "quota", "consumption"):
                return JSONResponse({"totalUsage": self.pushed})
            case ("POST", "chat", "loading", "start"):
                return self._load(call.params)
            case (_, "richmenu", *_) | (_, "user", "all", "richmenu", *_):
                return self._menu(method, rest.split("/"), call.params, body)
        raise Refusal(404, "Not found")

    def _reply(self, call: Call) -> Response:
        if call.retry_key is not None:
            raise Refusal(400, "X-Line-Retry-Key is not supported in this API")
        _check(call.params.get("messages"))
        token = str(call.params.get("replyToken"))
        person, issued_s = self.events.tokens.get(token, ("", 0.0))
        if not person or token in self._used or self.events.now_s() - issued_s > _TOKEN_LIVES_S:
            raise Refusal(400, "Invalid reply token")
        self._used.add(token)
        return self._accept(person, call.params["messages"], "reply")

    def _push(self, call: Call) -> Response:
        if call.retry_key is not None and call.retry_key in self._keys:
            raise Refusal(409, "The retry key is already accepted", **{"x-line-accepted-request-id": "1"})
        if call.retry_key is not None and not _is_uuid(call.retry_key):
            raise Refusal(400, "The retry key is invalid")
        person = str(call.params.get("to", ""))
        _check(call.params.get("messages"))
        if len(person) != 33 or person in self.unknown:
            raise Refusal(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        if self.quota is not None and self.pushed >= self.quota:
            raise Refusal(429, "You have reached your monthly limit.")
        self._keys.add(call.retry_key or "")
        self.pushed += 1
        return self._accept(person, call.params["messages"], "push")

    def _accept(self, person: str, messages: list[Json], by: str) -> Response:
        self.sent.extend(Sent(person, message, by) for message in messages)
        return JSONResponse({"sentMessages": [{"id": str(len(self.sent)), "quoteToken": "q"}]})

    def _load(self, params: Mapping[str, Any]) -> Response:
        seconds = params.get("loadingSeconds", 20)
        if seconds % 5 or not 5 <= seconds <= 60:
            raise Refusal(400, "loadingSeconds: must be a multiple of 5")
        self.loading.append(str(params["chatId"]))
        return JSONResponse({}, 202)

    def _menu(self, method: str, parts: list[str], params: Json, body: bytes) -> Response:
        match (method, *parts):
            case ("POST", "richmenu"):
                return self._create_menu(params)
            case ("POST", "richmenu", menu_id, "content"):
                return self._take_picture(menu_id, body)
            case ("GET", "richmenu", "list"):
                return JSONResponse({"richmenus": [{"richMenuId": key} | one for key, one in self.menus.items()]})
            case ("DELETE", "richmenu", menu_id):
                del self.menus[menu_id]
                return JSONResponse({})
            case ("POST", "user", "all", "richmenu", menu_id) if menu_id in self.pictures:
                self.default_menu = menu_id
                return JSONResponse({})
        raise Refusal(400, "must upload richmenu image before applying it to user")

    def _create_menu(self, menu: Json) -> Response:
        if faults := faults_of_menu(menu):
            raise Refusal(400, "; ".join(faults))
        menu_id = f"richmenu-{uuid.uuid4().hex}"
        self.menus[menu_id] = menu
        return JSONResponse({"richMenuId": menu_id})

    def _take_picture(self, menu_id: str, picture: bytes) -> Response:
        if menu_id not in self.menus or not picture.startswith((_PNG, b"\xff\xd8")) or len(picture) > _LARGEST_IMAGE:
            raise Refusal(400, "The image is not acceptable")
        self.pictures[menu_id] = picture
        return JSONResponse({})


def _check(messages: object) -> None:
    if faults := faults_of(messages):
        raise Refusal(400, "; ".join(faults))


def _quota(quota: int | None) -> Json:
    return {"type": "none"} if quota is None else {"type": "limited", "value": quota}


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


async def _call(request: Request) -> Call:
    body = await request.body()
    is_json = request.headers.get("content-type", "").startswith("application/json")
    params = json.loads(body) if body and is_json else {}
    return Call(request.url.path.rpartition("/")[2], dict(params), request.headers.get("x-line-retry-key"))
