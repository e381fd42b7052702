"""Updates as Telegram sends them, numbered as Telegram numbers them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

BOT: Json = {"id": 123456, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}
_DATE = 1656637200


class Updates:
    """Makes updates from private chats. `queries` are the ids of the buttons that were pressed."""

    def __init__(self) -> None:
        self.queries: set[str] = set()
        self._ids = itertools.count(1001)

    def text(self, chat_id: int, text: str, language_code: str = "ja") -> Json:
        return self.message(chat_id, {"text": text}, language_code)

    def message(self, chat_id: int, content: Mapping[str, Any], language_code: str = "ja") -> Json:
        """A message with any content: a photo, a sticker, a note."""
        return self._numbered("message", _message(chat_id, language_code) | dict(content))

    def edited(self, chat_id: int, text: str) -> Json:
        """A message that was sent before, changed."""
        changed = {"text": text, "edit_date": _DATE + 60}
        return self._numbered("edited_message", _message(chat_id, "ja") | changed)

    def press(self, chat_id: int, token: str) -> Json:
        """A button under one of the desk's messages."""
        below = _message(chat_id, "ja") | {"from": BOT, "text": "…"}
        pressed = {"from": person(chat_id), "message": below, "chat_instance": "1", "data": token}
        update = self._numbered("callback_query", pressed)
        query_id = f"{chat_id}{update['update_id']}"
        update["callback_query"]["id"] = query_id
        self.queries.add(query_id)
        return update

    def membership(self, chat_id: int, status: str) -> Json:
        """The resident blocks the bot (`kicked`) or lets it in again (`member`)."""
        before = "member" if status == "kicked" else "kicked"
        return self._numbered(
            "my_chat_member",
            {
                "chat": private(chat_id),
                "from": person(chat_id),
                "date": _DATE,
                "old_chat_member": {"user": BOT, "status": before, "until_date": 0},
                "new_chat_member": {"user": BOT, "status": status, "until_date": 0},
            },
        )

    def _numbered(self, kind: str, content: Json) -> Json:
        return {"update_id": next(self._ids), kind: content}


def private(chat_id: int) -> Json:
    return {"id": chat_id, "type": "private", "first_name": "A"}


def person(user_id: int, language_code: str = "ja") -> Json:
    return {"id": user_id, "is_bot": False, "first_name": "A", "language_code": language_code}


def _message(chat_id: int, language_code: str) -> Json:
    return {"message_id": 1, "date": _DATE, "chat": private(chat_id), "from": person(chat_id, language_code)}
