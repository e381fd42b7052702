"""The web chat's messages: JSON from a browser to `Incoming`, letters to JSON. No HTTP, no session.

What a stranger sends is parsed here or refused here. The address is whatever the web's session made of its
cookie; an event id is the browser's own, made unique by the address it is hashed with.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.layout import numbered_label
from bot.dialogue import Body, Incoming, Kind, Opened, Pressed, RenderedChoice, Say, Text
from bot.language import Language

NAME = "webchat"
_EVENT_ID = re.compile(r"[\x21-\x7e]{1,128}")
_BODIES = ("text", "choice", "opened")
_FORGOTTEN = "forget.done"
_LANGUAGE_CHANGED = "language.changed"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a resident sees it. `choices` are (label, token); `kind` is `Say.kind`.

    `effects` is what the page is to do: "forgotten" (show nothing from before), "language:CODE" (speak it too).
    `tickets` are the bookings whose files go with it.
    """

    id: int
    text: str
    choices: tuple[tuple[str, str], ...]
    language: Language
    kind: Kind
    effects: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """Not an event of the web chat; `reason` tells the developer of the client why."""

    reason: str


def parse(payload: object, address: str, at: datetime) -> Incoming | RefusedEvent:
    """The event in decoded JSON: `event_id`, one of `text`, `choice`, `opened`, and perhaps `lang`.

    >>> from datetime import UTC
    >>> parse({"event_id": "1", "text": "駐車場"}, "ab", datetime(2022, 7, 1, tzinfo=UTC)).body
    Text(text='駐車場')
    >>> parse({"event_id": "1"}, "ab", datetime(2022, 7, 1, tzinfo=UTC))
    RefusedEvent(reason='give exactly one of text, choice, opened')
    """
    if not isinstance(payload, dict):
        return RefusedEvent("the body is not a JSON object")
    event_id = payload.get("event_id")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        return RefusedEvent("event_id is not a string of 1 to 128 visible ASCII characters")
    body = _body(payload)
    if isinstance(body, RefusedEvent):
        return body
    hint = payload.get("lang")
    if hint is not None and hint not in tuple(Language):
        return RefusedEvent(f"lang is none of {', '.join(Language)}")
    return Incoming(NAME, full_event_id(address, event_id), address, at, body, Language(hint) if hint else None)


def full_event_id(address: str, event_id: str) -> str:
    """The id of a browser's event among everybody's; it does not tell whose, for it outlives "forget me"."""
    return hashlib.sha256(f"{address}:{event_id}".encode("utf-8", "surrogatepass")).hexdigest()


def effects_of(say: Say, language: Language) -> tuple[str, ...]:
    """What a message has the page do, whether the resident pressed a button for it or typed."""
    said = {phrase.key for phrase in say.phrases}
    forgotten = ("forgotten",) if _FORGOTTEN in said else ()
    return (*forgotten, f"language:{language.value}") if _LANGUAGE_CHANGED in said else forgotten


def as_json(shown: Shown) -> Mapping[str, object]:
    """A message for the wire. The number that can be typed instead of pressing stands in the label."""
    choices = (RenderedChoice(label, token) for label, token in shown.choices)
    effects = {"effects": list(shown.effects)} if shown.effects else {}
    return {
        "id": shown.id,
        "text": shown.text,
        "lang": shown.language.value,
        "kind": shown.kind.value,
        "choices": [
            {"label": numbered_label(place, choice), "choice": choice.token} for place, choice in enumerate(choices)
        ],
        "attachments": [attachment for ticket in shown.tickets for attachment in _attachments(ticket)],
        **effects,
    }


def _attachments(ticket: str) -> list[Mapping[str, str]]:
    """Where a ticket's files are; the page words `kind` in the resident's language."""
    folder = f"/tickets/{ticket}"
    return [
        {"kind": "qr", "url": f"{folder}/qr.svg", "type": "image/svg+xml", "ticket": ticket},
        {"kind": "calendar", "url": f"{folder}/visit.ics", "type": "text/calendar", "ticket": ticket},
        {"kind": "page", "url": folder, "type": "text/html", "ticket": ticket},
    ]


def _body(payload: Mapping[object, object]) -> Body | RefusedEvent:
    given = [name for name in _BODIES if name in payload]
    if len(given) != 1:
        return RefusedEvent(f"give exactly one of {', '.join(_BODIES)}")
    match given[0], payload[given[0]]:
        case "text", str(text):
            return Text(text)
        case "choice", str(token):
            return Pressed(token)
        case "opened", True:
            return Opened()
        case name, _:
            return RefusedEvent(f"{name} is not {'true' if name == 'opened' else 'a string'}")
