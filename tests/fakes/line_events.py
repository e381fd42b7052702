"""Webhook bodies as LINE sends them, signed as LINE signs them. Every event that may be replied to has a reply token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

DESTINATION = "Udeadbeefdeadbeefdeadbeefdeadbeef"
_TIMESTAMP = 1656637200000


def user(number: int) -> str:
    """The id LINE gives a person for one desk."""
    return f"U{number:032x}"


def body(*events: Json) -> bytes:
    """A webhook's body."""
    return json.dumps({"destination": DESTINATION, "events": list(events)}, ensure_ascii=False).encode()


def signature(content: bytes, secret: str) -> str:
    """What LINE puts into x-line-signature."""
    return base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


class Events:
    """Makes events from one-to-one chats. `tokens` are the reply tokens given out: whose, and since when.

    `skipped_s` sets the clock of the tokens forward.
    """

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[str, float]] = {}
        self.skipped_s = 0.0
        self._numbers = itertools.count(1)

    def now_s(self) -> float:
        return time.monotonic() + self.skipped_s

    def text(self, person: int, text: str) -> Json:
        return self.message(person, {"type": "text", "text": text, "quoteToken": "q"})

    def message(self, person: int, message: Mapping[str, Any]) -> Json:
        """A message with any content: a sticker, a picture, a place."""
        return self.event("message", person, {"message": {"id": str(next(self._numbers)), **message}})

    def press(self, person: int, data: str, params: Mapping[str, str] | None = None) -> Json:
        chosen = {"params": dict(params)} if params else {}
        return self.event("postback", person, {"postback": {"data": data, **chosen}})

    def follow(self, person: int) -> Json:
        return self.event("follow", person, {"follow": {"isUnblocked": False}})

    def unfollow(self, person: int) -> Json:
        return self.event("unfollow", person, {}, has_token=False)

    def unsend(self, person: int, message_id: str) -> Json:
        return self.event("unsend", person, {"unsend": {"messageId": message_id}}, has_token=False)

    def event(self, kind: str, person: int, content: Mapping[str, Any], *, has_token: bool = True) -> Json:
        """An event of any kind, known or not."""
        number = next(self._numbers)
        common: Json = {
            "type": kind,
            "mode": "active",
            "timestamp": _TIMESTAMP + number,
            "source": {"type": "user", "userId": user(person)},
            "webhookEventId": f"01G6{number:022d}",
            "deliveryContext": {"isRedelivery": False},
        }
        if has_token:
            common["replyToken"] = self._issued(person, number)
        return common | dict(content)

    def redelivered(self, event: Json) -> Json:
        """The same event once more, as LINE marks it."""
        return event | {"deliveryContext": {"isRedelivery": True}}

    def comes_again(self, event: Json) -> None:
        """Delivered once more, an event's token lives for a minute from then on (it serves once all the same)."""
        if token := event.get("replyToken"):
            self.tokens[token] = (self.tokens[token][0], self.now_s())

    def _issued(self, person: int, number: int) -> str:
        token = f"{number:032x}"
        self.tokens[token] = (user(person), self.now_s())
        return token
