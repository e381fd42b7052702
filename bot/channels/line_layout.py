"""A message as LINE's message objects, within LINE's limits. Pure: dictionaries, no library.

Quick replies vanish with the next message and do not exist on PCs, so every choice also stands in the text, with the
number that can be typed. Where they are too many for quick replies, they can be pressed on cards.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from bot.channels.layout import fitted, numbered_label, numbered_list, split_text
from bot.dialogue import Rendered, RenderedChoice

LONGEST_TEXT = 5000
"""UTF-16 units of one text message."""

MOST_MESSAGES = 5
"""Messages of one request."""

MOST_QUICK_REPLIES = 13
_WIDEST_QUICK_LABEL = 20
_WIDEST_CARD_LABEL = 40
_LONGEST_ECHO = 300
_LONGEST_ALT_TEXT = 1500
_MOST_CARDS = 12
_CALENDAR = "\N{CALENDAR}"
_FEWEST_ON_A_CARD = 4
_LARGEST_CAROUSEL = 50_000
_LARGEST_CARD = 30_000
Json = dict[str, Any]


def messages_of(message: Rendered) -> tuple[Json, ...]:
    """The message in one or more message objects; none where it has no text."""
    text = numbered_list(message)
    texts: list[Json] = [{"type": "text", "text": part} for part in split_text(text, LONGEST_TEXT)]
    if not texts or not message.choices:
        return tuple(texts)
    if len(message.choices) > MOST_QUICK_REPLIES:
        return (*texts, cards(message.choices, text))
    items = [_quick_reply(*one) for one in enumerate(message.choices)]
    texts[-1]["quickReply"] = {"items": [*items, *_calendars(message.choices)][:MOST_QUICK_REPLIES]}
    return tuple(texts)


def cards(choices: Sequence[RenderedChoice], alt_text: str) -> Json:
    """Choices as buttons on cards side by side (days, times). What does not fit any more can be typed by its number."""
    on_each = max(_FEWEST_ON_A_CARD, math.ceil(len(choices) / _MOST_CARDS))
    bubbles: list[Json] = []
    for bubble in _bubbles(choices, on_each):
        if len(bubbles) == _MOST_CARDS or _bytes([*bubbles, bubble]) > _LARGEST_CAROUSEL:
            break
        bubbles.append(bubble)
    carousel = {"type": "carousel", "contents": bubbles}
    return {"type": "flex", "altText": split_text(alt_text, _LONGEST_ALT_TEXT)[0], "contents": carousel}


def _bubbles(choices: Sequence[RenderedChoice], on_each: int) -> Iterator[Json]:
    for start in range(0, len(choices), on_each):
        bubble: Json = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": []}}
        for place, choice in enumerate(choices[start : start + on_each], start=start):
            button = {"type": "button", "height": "sm", "action": _action(place, choice, _WIDEST_CARD_LABEL)}
            if _bytes(bubble) + _bytes(button) > _LARGEST_CARD:
                break
            bubble["body"]["contents"].append(button)
        yield bubble


def _quick_reply(place: int, choice: RenderedChoice) -> Json:
    return {"type": "action", "action": _action(place, choice, _WIDEST_QUICK_LABEL)}


def _calendars(choices: Sequence[RenderedChoice]) -> Iterator[Json]:
    """A calendar for each choice that has days: it only shortens the way, so it comes last and may be left out."""
    for choice in choices:
        if choice.days is not None:
            label = fitted(f"{_CALENDAR} {choice.label}", _WIDEST_QUICK_LABEL)
            span = {"initial": choice.days.first, "min": choice.days.first, "max": choice.days.last}
            picker = {"type": "datetimepicker", "mode": "date", "label": label, "data": choice.days.token}
            yield {"type": "action", "action": picker | span}


def _action(place: int, choice: RenderedChoice, widest: int) -> Json:
    """`displayText` is what the chat then shows as said by the resident."""
    return {
        "type": "postback",
        "label": fitted(numbered_label(place, choice), widest),
        "data": choice.token,
        "displayText": fitted(choice.label, _LONGEST_ECHO) or numbered_label(place, choice),
    }


def _bytes(value: object) -> int:
    """As it goes over the wire: the library writes everything but ASCII as \\uXXXX."""
    return len(json.dumps(value))
