"""Laying a message out: numbers on choices, and splitting a long text where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile

from bot.dialogue import Rendered, RenderedChoice

_SENTENCE = r"[。！？]+[」』）]*|[.!?]+[\"')\]」』）]*(?=\s)"
_JOINED = "[\u0300-\u036f\u200d\u3099\u309a\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
_PICTURE = "[\u2194\u2195\u2600-\u2767\u2794-\u27bf\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
_GRAPHEME = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}{_JOINED}*(?:(?<=\u200d){_PICTURE}{_JOINED}*)*|[^\x00-\x1f]{_JOINED}*|.",
    re.DOTALL,
)
"""A joiner ties pictures only: between other characters it is seen as nothing, and LINE counts them one by one."""

_PAUSES = (
    (re.compile(r"(?=\n\n)"), 0.5),
    (re.compile(r"(?=\n)"), 0.5),
    (re.compile(_SENTENCE), 0.5),
    (re.compile(rf"(?=\n)|{_SENTENCE}"), 0.0),
    (re.compile(r"[、，；]|(?=\s)"), 0.0),
    (re.compile(rf"(?<!\u200d)(?!{_JOINED})"), 0.0),
)
"""Where a text may be parted, best first, and the share of a part that must be full by then: paragraphs, lines and
sentences in the second half; any line or sentence; words; and last of all between two characters."""


def numbered_label(place: int, choice: RenderedChoice) -> str:
    """A choice's label with the number that can be typed instead of pressing it; `place` counts from 0."""
    return f"{place + 1}. {choice.label}"


def text_with_long_labels(message: Rendered, widest: int) -> str:
    """The message's text; where a label is wider than a button, all choices follow in full, by their numbers.

    `widest` is in half-width cells. An app shortens a label that its button cannot hold; the text is never shortened.
    """
    if all(width_in_cells(choice.label) <= widest for choice in message.choices):
        return message.text
    listed = "\n".join(_numbered(message.choices))
    return f"{message.text}\n\n{listed}"


def numbered_list(message: Rendered) -> str:
    """The message's text and under it all choices in full, by the numbers they can be typed with.

    >>> numbered_list(Rendered("どちらですか。", (RenderedChoice("はい", "yes"), RenderedChoice("いいえ", "no"))))
    'どちらですか。\\n\\n1. はい\\n2. いいえ'
    """
    return "\n\n".join(part for part in (message.text, "\n".join(_numbered(message.choices))) if part)


def fitted(label: str, most: int) -> str:
    """A label in at most `most` characters as people see them; a shortened one ends in "…".

    Only for a label that also stands in the text in full.

    >>> fitted("マイナンバーカード", 5)
    'マイナン…'
    """
    seen = graphemes(label)
    return label if len(seen) <= most else "".join(seen[: most - 1]).rstrip() + "…"


def graphemes(text: str) -> list[str]:
    """The characters of a text as people see them; where in doubt, rather too many than too few."""
    return _GRAPHEME.findall(text)


def width_in_cells(text: str) -> int:
    """How wide a text is drawn: full-width characters take two cells, others one.

    >>> width_in_cells("窓口 A")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def utf16_units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram and LINE count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, most: int) -> list[str]:
    """The text in parts of at most `most` UTF-16 units, each ending where a reader would pause.

    Nothing is lost but white space at the seams; an empty text has no parts.

    >>> split_text("一文目です。二文目です。", 8)
    ['一文目です。', '二文目です。']
    """
    parts, rest = [], text.strip()
    while utf16_units(rest) > most:
        end = _parting(rest, _characters_within(rest, most))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def _numbered(choices: Sequence[RenderedChoice]) -> Iterator[str]:
    return (numbered_label(place, choice) for place, choice in enumerate(choices))


def _characters_within(text: str, most: int) -> int:
    """How many characters fit into `most` units; at least one, so that splitting comes to an end."""
    used = accumulate(2 if ord(character) > 0xFFFF else 1 for character in text)
    return max(sum(1 for _ in takewhile(lambda units: units <= most, used)), 1)


def _parting(text: str, fitting: int) -> int:
    """Where to part: the last of the best pauses in what fits; where there is none, where it is full."""
    for pause, share in _PAUSES:
        ends = [found.end() for found in pause.finditer(text, 0, fitting + 1)]
        if within := [end for end in ends if share * fitting < end <= fitting]:
            return within[-1]
    return fitting
