"""LINE's webhook bodies as events of the desk. Pure: no library, no HTTP.

What LINE may add later (kinds of events, fields) is left out, not refused. Of groups and rooms nothing is taken, nor
where another service has the word (`mode: standby`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.dialogue import Body, Incoming, Left, Opened, Pressed, Text, Unreadable

NAME = "line"
_LONGEST_ID = 256
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """An event to take, with the token to answer it for free; `sent_at_ms` puts one person's events in order."""

    incoming: Incoming
    reply_token: str | None
    sent_at_ms: int
    is_redelivered: bool


def is_webhook(payload: object) -> bool:
    """Whether decoded JSON is a webhook's body. Without events it is LINE's trial call."""
    return isinstance(payload, dict) and isinstance(payload.get("events"), list)


def read_events(payload: object, at: datetime) -> list[Received]:
    """The events for the desk in a webhook's body, each person's in the order they were sent in."""
    events = payload["events"] if isinstance(payload, dict) and is_webhook(payload) else []
    return sorted(_read_all(events, at), key=lambda received: received.sent_at_ms)


def _read_all(events: list[object], at: datetime) -> Iterator[Received]:
    for event in events:
        if isinstance(event, dict) and (received := _read(event, at)):
            yield received


def _read(event: Json, at: datetime) -> Received | None:
    event_id, address = _id(event.get("webhookEventId")), _person(_object(event, "source"))
    body = _body(event)
    if event.get("mode") == "standby" or event_id is None or address is None or body is None:
        return None
    sent_at = event.get("timestamp")
    return Received(
        incoming=Incoming(NAME, event_id, address, at, body),
        reply_token=_id(event.get("replyToken")),
        sent_at_ms=sent_at if isinstance(sent_at, int) else 0,
        is_redelivered=_object(event, "deliveryContext").get("isRedelivery") is True,
    )


def _person(source: Json) -> str | None:
    return _id(source.get("userId")) if source.get("type") == "user" else None


def _body(event: Json) -> Body | None:
    """None: nothing to take. `unsend` too: of what a person wrote nothing is stored that a message's id would find."""
    match event.get("type"):
        case "follow":
            return Opened()
        case "unfollow":
            return Left()
        case "message":
            return _message(_object(event, "message"))
        case "postback":
            return _postback(_object(event, "postback"))
        case _:
            return None


def _message(message: Json) -> Body | None:
    kind, text = message.get("type"), message.get("text")
    if kind == "text":
        return Text(text) if isinstance(text, str) else None
    return Unreadable(kind) if isinstance(kind, str) else None


def _postback(postback: Json) -> Body | None:
    """A button; or a day picked from a calendar, which is a button of that day (`Days`)."""
    token, picked = postback.get("data"), _object(postback, "params").get("date")
    if not isinstance(token, str):
        return None
    return Pressed(f"{token}{picked}" if _is_day(picked) else token)


def _is_day(picked: object) -> bool:
    """Whether it is a day as LINE writes it; anything else is as if nothing had been picked."""
    if not isinstance(picked, str) or not _DAY.fullmatch(picked):
        return False
    try:
        date.fromisoformat(picked)
    except ValueError:
        return False
    return True


def _object(parent: Json, name: str) -> Json:
    child = parent.get(name)
    return child if isinstance(child, dict) else {}


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_ID else None
