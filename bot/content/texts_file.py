"""One `texts/<language>.yaml` -> its texts by dotted key, its typed commands, and how it words dates and numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.pack import Formats
from bot.content.part import Fields, Part

PATTERNS = ("day", "weekday_day", "month_end", "month", "time", "hours", "yen", "number", "days_left")
"""The templates of `formats`; all but `time` are also the names of filters."""

_NOT_SAID = ("words", "formats")
_LISTS = {"months": 12, "weekdays": 7}


@dataclass(frozen=True, slots=True)
class TextsFile:
    """What one language's file holds. `parts` are the places of the texts."""

    part: Part
    texts: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    formats: Formats | None = None


def read_texts(part: Part) -> TextsFile:
    """The whole file; faults are noted."""
    if part.is_absent:
        return TextsFile(part)
    groups = dict(part.named())
    whole = Fields(groups, part)
    for name in _NOT_SAID:
        if name not in whole:
            whole[name].fault("is missing; see docs/content.md")
    said = (group for name, group in groups.items() if name not in _NOT_SAID)
    parts = {one.key: one for group in said for one in _leaves(group)}
    return TextsFile(
        part=part,
        texts={key: one.text() for key, one in parts.items()},
        parts=parts,
        words=_read_words(whole["words"]),
        formats=_read_formats(whole["formats"]),
    )


def normalised_word(word: str) -> str:
    """A typed command as it is compared: width and capitals do not matter.

    >>> normalised_word(" ＭＥＮＵ ")
    'menu'
    """
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _leaves(part: Part) -> Iterator[Part]:
    if not part.is_mapping:
        yield part
        return
    for _, child in part.named():
        yield from _leaves(child)


def _read_words(part: Part) -> Mapping[str, frozenset[str]]:
    if part.is_absent:
        return {}
    words = {}
    for command, listed in part.named():
        words[command] = frozenset(normalised_word(word) for word in listed.texts())
        if not words[command]:
            listed.fault("has no word; write at least one")
    return words


def _read_formats(part: Part) -> Formats | None:
    """None when the block is missing."""
    if part.is_absent:
        return None
    fields = part.fields(("reiwa", "heisei", *_LISTS, "am", "pm", *PATTERNS))
    return Formats(
        reiwa=fields["reiwa"].text(),
        heisei=fields["heisei"].text(),
        months=_read_names(fields["months"], _LISTS["months"]),
        weekdays=_read_names(fields["weekdays"], _LISTS["weekdays"]),
        am=fields["am"].text(),
        pm=fields["pm"].text(),
        patterns={name: fields[name].text() for name in PATTERNS},
    )


def _read_names(part: Part, number: int) -> tuple[str, ...]:
    names = part.texts()
    if len(names) != number and not part.is_absent:
        part.fault(f"must be {number} names, but is {len(names)}")
    return names if len(names) == number else ("",) * number
