"""A server on loopback that behaves like Telegram's Bot API, as far as the desk uses it.

    with TelegramApi() as api:
        Telegram(api.token, api.url)
        api.writes(7, "hello")            # a resident writes; getUpdates hands it out
        api.sent                          # what sendMessage accepted

It refuses what the Bot API refuses, in the same words, and has troubles on demand (`flood`, `fail`, `stall`,
`forbid`, `lose_chat`, `stop`). `updates` makes an update only, to post it to a webhook.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import Server, bound
from tests.fakes.telegram_updates import BOT, Json, Updates, private

_LONGEST_TEXT = 4096
_MOST_BUTTONS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came in: whether it was then granted or not."""

    method: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted. `buttons` are the rows of the inline keyboard: (text, callback_data)."""

    message_id: int
    chat_id: int
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def tokens(self) -> list[str]:
        return [token for row in self.buttons for _, token in row]


@dataclass
class Trouble:
    """What happens to the next `times` calls of a method (of one chat, if `chat_id` is given)."""

    method: str
    refusal: Refusal | None = None
    body: str | None = None
    status: int = 500
    times: int = 1
    chat_id: int | None = None
    until: threading.Event | None = None
    takes_it: bool = False

    def concerns(self, call: Call) -> bool:
        return call.method == self.method and self.chat_id in (None, call.params.get("chat_id"))


class Refusal(Exception):
    """`{"ok": false, …}` with the status and the words of the Bot API."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class TelegramApi:
    """The server. It may be stopped (out of reach) and started again; its memory and its port stay the same."""

    token: str = "123456:fake-token"
    calls: list[Call] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    updates: Updates = field(default_factory=Updates)

    def __post_init__(self) -> None:
        self._updates: list[Json] = []
        self._allowed: list[str] | None = None
        self._troubles: list[Trouble] = []
        self._forbidden: set[int] = set()
        self._missing: set[int] = set()
        self._fetches = 0
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

    # What residents do. Each gives the update back as Telegram would send it.

    def writes(self, chat_id: int, text: str) -> Json:
        return self.hand_out(self.updates.text(chat_id, text))

    def presses(self, chat_id: int, token: str) -> Json:
        return self.hand_out(self.updates.press(chat_id, token))

    def hand_out(self, update: Json) -> Json:
        """Queue an update for getUpdates, if its kind is allowed."""
        kind = next(name for name in update if name != "update_id")
        with self._lock:
            if self._allowed is None or kind in self._allowed:
                self._updates.append(update)
        return update

    # Troubles.

    def flood(self, retry_after_s: int, method: str = "sendMessage", *, times: int = 1) -> None:
        """429 with retry_after."""
        words = f"Too Many Requests: retry after {retry_after_s}"
        self._add(Trouble(method, Refusal(429, words, retry_after=retry_after_s), times=times))

    def refuse(self, status: int, description: str, method: str = "sendMessage", *, times: int = 1) -> None:
        """A refusal in the Bot API's form."""
        self._add(Trouble(method, Refusal(status, description), times=times))

    def fail(self, status: int = 500, method: str = "sendMessage", *, times: int = 1, body: str = "<html>") -> None:
        """An answer that is not the Bot API's: a proxy's page with a status of its own."""
        self._add(Trouble(method, status=status, body=body, times=times))

    def stall(self, method: str = "sendMessage", *, chat_id: int | None = None, takes_it: bool = False) -> _Stall:
        """Leave the next call unanswered until the stall ends. `takes_it`: it is carried out before."""
        until = threading.Event()
        self._add(Trouble(method, until=until, chat_id=chat_id, takes_it=takes_it))
        return _Stall(until)

    def forbid(self, chat_id: int) -> None:
        """The resident blocks the bot."""
        self._forbidden.add(chat_id)

    def allow(self, chat_id: int) -> None:
        self._forbidden.discard(chat_id)

    def lose_chat(self, chat_id: int) -> None:
        """There is no such chat (any more)."""
        self._missing.add(chat_id)

    def _add(self, trouble: Trouble) -> None:
        with self._lock:
            self._troubles.append(trouble)

    # What was seen.

    def texts(self, chat_id: int | None = None) -> list[str]:
        """The texts accepted, in order."""
        return [message.text for message in list(self.sent) if chat_id in (None, message.chat_id)]

    def called(self, method: str) -> list[Mapping[str, Any]]:
        """The parameters of each call of a method, granted or not."""
        return [call.params for call in list(self.calls) if call.method == method]

    @property
    def unconfirmed(self) -> list[int]:
        """The ids of the updates that the bot has not confirmed."""
        return [update["update_id"] for update in self._updates]

    # The server.

    def _app(self) -> Starlette:
        return Starlette(routes=[Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        call = Call(request.path_params["method"], await _params(request))
        if not self._is_token(request.path_params["token"]):
            return _refused(Refusal(401, "Unauthorized"))
        with self._lock:
            self.calls.append(call)
            trouble = self._trouble_of(call)
        if trouble is None:
            return await self._carry_out(call)
        if trouble.until is None:
            return _refused(trouble.refusal) if trouble.refusal else Response(trouble.body, trouble.status)
        answer = await self._carry_out(call) if trouble.takes_it else None
        await _set(trouble.until)
        return answer or await self._carry_out(call)

    def _is_token(self, token: str) -> bool:
        return token == self.token

    def _trouble_of(self, call: Call) -> Trouble | None:
        trouble = next((one for one in self._troubles if one.concerns(call)), None)
        if trouble is not None:
            trouble.times -= 1
            if trouble.times <= 0:
                self._troubles.remove(trouble)
        return trouble

    async def _carry_out(self, call: Call) -> Response:
        name = call.method.lower()
        try:
            if name == "getupdates":
                return JSONResponse({"ok": True, "result": await self._get_updates(call.params)})
            with self._lock:
                return JSONResponse({"ok": True, "result": _METHODS.get(name, _no_such_method)(self, call.params)})
        except Refusal as refusal:
            return _refused(refusal)

    def _get_me(self, params: Mapping[str, Any]) -> Json:
        return BOT

    async def _get_updates(self, params: Mapping[str, Any]) -> list[Json]:
        """Confirm what lies below the offset, then wait for something to hand out."""
        if self.webhook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {words}")
        with self._lock:
            self._confirm(params)
            self._fetches += 1
            ours = self._fetches
        until_s = time.monotonic() + float(params.get("timeout", 0))
        while not self._updates and time.monotonic() < until_s:
            if self._fetches != ours:
                words = "terminated by other getUpdates request; make sure that only one bot instance is running"
                raise Refusal(409, f"Conflict: {words}")
            await asyncio.sleep(0.005)
        return self._updates[: int(params.get("limit", 100))]

    def _confirm(self, params: Mapping[str, Any]) -> None:
        offset = int(params.get("offset", 0))
        kept = self._updates[offset:] if offset < 0 else [one for one in self._updates if one["update_id"] >= offset]
        self._updates = kept
        if "allowed_updates" in params:
            self._allowed = list(params["allowed_updates"]) or None

    def _set_webhook(self, params: Mapping[str, Any]) -> bool:
        url = str(params.get("url", ""))
        if url and not url.startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if "secret_token" in params and not _SECRET.fullmatch(str(params["secret_token"])):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = dict(params) if url else {}
        return True

    def _delete_webhook(self, params: Mapping[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _set_my_commands(self, params: Mapping[str, Any]) -> bool:
        menu = params.get("commands", [])
        if len(menu) > 100 or not all(_COMMAND.fullmatch(one["command"]) for one in menu):
            raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        if not all(1 <= len(one["description"]) <= 256 for one in menu):
            raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[str(params.get("language_code", ""))] = menu
        return True

    def _send_message(self, params: Mapping[str, Any]) -> Json:
        chat_id, text = self._reachable(params), str(params.get("text", "")).strip()
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
            raise Refusal(400, "Bad Request: message is too long")
        message_id = len(self.sent) + 1
        self.sent.append(Sent(message_id, chat_id, text, tuple(_rows(params.get("reply_markup", {})))))
        return {"message_id": message_id, "date": int(time.time()), "chat": private(chat_id), "text": text}

    def _send_chat_action(self, params: Mapping[str, Any]) -> bool:
        self._reachable(params)
        return True

    def _reachable(self, params: Mapping[str, Any]) -> int:
        if not isinstance(params.get("chat_id"), int):
            raise Refusal(400, "Bad Request: chat_id is empty")
        chat_id = int(params["chat_id"])
        if chat_id in self._forbidden:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat_id in self._missing:
            raise Refusal(400, "Bad Request: chat not found")
        return chat_id

    def _answer_callback_query(self, params: Mapping[str, Any]) -> bool:
        query_id = str(params.get("callback_query_id", ""))
        if query_id not in self.updates.queries:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {words}")
        self.answered.append(query_id)
        return True


class _Stall:
    """Ends with `end`, or with the `with` block."""

    def __init__(self, until: threading.Event) -> None:
        self._until = until

    def end(self) -> None:
        self._until.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


async def _set(event: threading.Event) -> None:
    while not event.is_set():  # noqa: ASYNC110 - it is set in another thread
        await asyncio.sleep(0.005)


async def _params(request: Request) -> Json:
    """Parameters from the query, a form or JSON; the Bot API takes all three."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(json.loads(body))
    pairs = [*parse_qsl(request.url.query), *parse_qsl(body.decode(), keep_blank_values=True)]
    return {name: _value(name, text) for name, text in pairs}


def _value(name: str, text: str) -> Any:
    """A form's values are texts; all but texts are JSON."""
    if name in _TEXTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


_TEXTS = frozenset({"text", "url", "secret_token", "callback_query_id", "language_code", "action"})


def _rows(markup: Json) -> Iterator[tuple[tuple[str, str], ...]]:
    keyboard = markup.get("inline_keyboard", [])
    if sum(len(row) for row in keyboard) > _MOST_BUTTONS:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for row in keyboard:
        yield tuple(_button(button) for button in row)


def _button(button: Json) -> tuple[str, str]:
    if not str(button.get("text", "")).strip():
        raise Refusal(400, "Bad Request: inline keyboard button text is empty")
    token = str(button.get("callback_data", ""))
    if not 1 <= len(token.encode()) <= 64:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return str(button["text"]), token


def _refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body, refusal.status)


def _no_such_method(api: TelegramApi, params: Mapping[str, Any]) -> Any:
    raise Refusal(404, "Not Found")


_METHODS: dict[str, Callable[[TelegramApi, Mapping[str, Any]], Any]] = {
    "getme": TelegramApi._get_me,
    "setwebhook": TelegramApi._set_webhook,
    "deletewebhook": TelegramApi._delete_webhook,
    "setmycommands": TelegramApi._set_my_commands,
    "sendmessage": TelegramApi._send_message,
    "sendchataction": TelegramApi._send_chat_action,
    "answercallbackquery": TelegramApi._answer_callback_query,
}
