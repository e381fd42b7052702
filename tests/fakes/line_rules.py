"""What the Messaging API refuses in a message or a rich menu, counted as LINE counts: UTF-16 units, characters as people
see them, bytes. Written from LINE's reference (2022), apart from the program, so that the two check each other."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

LONGEST_TEXT = 5000
MOST_MESSAGES = 5
MOST_QUICK_REPLIES = 13
MOST_BUBBLES = 12


def faults_of(messages: object) -> list[str]:
    """Everything wrong with the messages of one request, as LINE words it; none: they are accepted."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        return ["messages: Size must be between 1 and 5"]
    return [f"messages[{place}]{fault}" for place, one in enumerate(messages) for fault in _of_message(one)]


def faults_of_menu(menu: Json) -> list[str]:
    """Everything wrong with a rich menu."""
    return list(_of_menu(menu))


def units(text: str) -> int:
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def seen(text: str) -> int:
    """Characters as people see them (UAX #29): a mark belongs to the one before it, the two letters of a flag are one,
    a joiner ties two pictures into one and nothing else."""
    count, before, is_picture = 0, "\n", False
    for character in re.sub("[\U0001f1e6-\U0001f1ff]{2}", "\U0001f1e6", text):
        is_mark = unicodedata.category(character) in {"Mn", "Me", "Mc"} or 0x1F3FB <= ord(character) <= 0x1F3FF
        goes_on = (is_mark or character == "\u200d") and not unicodedata.category(before).startswith("Cc")
        is_tied = is_picture and before == "\u200d" and unicodedata.category(character) == "So"
        count += 0 if goes_on or is_tied else 1
        is_picture = (is_picture and goes_on) or unicodedata.category(character) == "So"
        before = character
    return count


def _of_message(message: Json) -> Iterator[str]:
    kind = message.get("type")
    if kind == "text":
        yield from _within(".text", units(str(message.get("text", ""))), LONGEST_TEXT)
    elif kind == "flex":
        yield from _within(".altText", units(str(message.get("altText", ""))), 1500)
        yield from _of_container(message.get("contents", {}))
    elif kind == "image":
        yield from _of_image(message)
    else:
        yield f".type: {kind!r} is not known here"
    yield from _of_quick_reply(message.get("quickReply"))


def _of_image(message: Json) -> Iterator[str]:
    for name in ("originalContentUrl", "previewImageUrl"):
        url = str(message.get(name, ""))
        if not url.startswith("https://") or len(url) > 2000:
            yield f".{name}: invalid uri"


def _of_quick_reply(quick_reply: Json | None) -> Iterator[str]:
    if quick_reply is None:
        return
    items: Sequence[Json] = quick_reply.get("items", [])
    yield from _within(".quickReply.items", len(items), MOST_QUICK_REPLIES)
    for item in items:
        yield from _of_action(item.get("action", {}), ".quickReply", 20)


def _of_container(container: Json) -> Iterator[str]:
    bubbles = container.get("contents", []) if container.get("type") == "carousel" else [container]
    yield from _within(".contents", len(bubbles), MOST_BUBBLES)
    yield from _within(".contents bytes", _bytes(container), 50 * 1024)
    for bubble in bubbles:
        yield from _within(".bubble bytes", _bytes(bubble), 30 * 1024)
        for button in (bubble.get("body") or {}).get("contents", []):
            if button.get("type") == "button":
                yield from _of_action(button.get("action", {}), ".button", 40)


def _of_action(action: Json, where: str, widest: int) -> Iterator[str]:
    yield from _within(f"{where}.label", seen(str(action.get("label", ""))), widest)
    if action.get("type") == "postback":
        yield from _within(f"{where}.data", units(str(action.get("data", ""))), 300)
        if "displayText" in action:
            yield from _within(f"{where}.displayText", seen(str(action["displayText"])), 300)
    elif action.get("type") == "uri":
        yield from _within(f"{where}.uri", len(str(action.get("uri", ""))), 1000)
    elif action.get("type") == "datetimepicker":
        yield from _of_picker(action, where)
    elif action.get("type") != "message":
        yield f"{where}.type: unknown action"


def _of_picker(action: Json, where: str) -> Iterator[str]:
    """Days only: full-date (RFC 3339) between 1900 and 2100; the least before the most, the first shown between them."""
    yield from _within(f"{where}.data", units(str(action.get("data", ""))), 300)
    if action.get("mode") != "date":
        yield f"{where}.mode: not known here"
    days = [str(action.get(name, "")) for name in ("min", "initial", "max")]
    if not all(re.fullmatch(r"(19\d\d|20\d\d|2100)-[01]\d-[0-3]\d", day) for day in days):
        yield f"{where}: invalid date"
    if days != sorted(days) or days[0] == days[2]:
        yield f"{where}: min, initial and max are out of order"


def _of_menu(menu: Json) -> Iterator[str]:
    yield from _within(".name", units(str(menu.get("name", ""))), 300)
    yield from _within(".chatBarText", seen(str(menu.get("chatBarText", ""))), 14)
    size, areas = menu.get("size", {}), menu.get("areas", [])
    yield from _within(".areas", len(areas), 20)
    if not 800 <= size.get("width", 0) <= 2500 or size.get("height", 0) < 250:
        yield ".size: invalid"
    for area in areas:
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > size["width"] or bounds["y"] + bounds["height"] > size["height"]:
            yield ".bounds: outside of the picture"
        yield from _of_action(area.get("action", {}), ".action", 20)


def _within(where: str, count: int, most: int) -> Iterator[str]:
    if not 1 <= count <= most:
        yield f"{where}: Length must be between 1 and {most}, is {count}"


def _bytes(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
