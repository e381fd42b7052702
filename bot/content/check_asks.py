"""Faults of the ways of asking: too few, twice, or claimed by two entries."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.content.faq_file import Placed
from bot.content.part import Part

FEWEST: Mapping[str, int] = MappingProxyType({"ja": 8, "ja-easy": 2, "en": 5, "zh": 1, "ko": 1, "vi": 1})
"""Ways of asking that an entry needs in each language (docs/content.md)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One way of asking with its place: an ask in a list, or the question itself."""

    text: str
    entry_id: str
    part: Part


def check_asks(entries: Sequence[Placed]) -> None:
    """Note entries with too few ways of asking, and ways of asking that do not lead to one entry alone."""
    first: dict[str, Asked] = {}
    for placed in entries:
        _check_numbers(placed)
        _check_twice(placed)
        for asked in _all_asked(placed):
            _check_shared(asked, first.setdefault(folded(asked.text), asked))


def folded(text: str) -> str:
    """A way of asking as it is compared: width, capitals, spaces and punctuation do not matter.

    >>> folded("ポイント　の期限は、いつ？") == folded("ﾎﾟｲﾝﾄの期限はいつ")
    True
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZPSC")
    return letters or plain


def _check_numbers(placed: Placed) -> None:
    for code, fewest in FEWEST.items():
        asks = placed.entry.asks.get(code)
        if asks is not None and len(asks) < fewest:
            placed.part.at("asks", code).fault(
                f"has {len(asks)} ways of asking, at least {fewest} are needed; add some"
            )


def _check_twice(placed: Placed) -> None:
    for code, asks in placed.entry.asks.items():
        seen: set[str] = set()
        for place, ask in enumerate(asks):
            if folded(ask) in seen:
                _ask_part(placed, code, place).fault(f"{ask!r} is there twice; delete one")
            seen.add(folded(ask))


def _all_asked(placed: Placed) -> Iterator[Asked]:
    entry = placed.entry
    for language, question in entry.question.items():
        if question:
            yield Asked(question, entry.id, placed.part.at("question", language))
    for code, asks in entry.asks.items():
        for place, ask in enumerate(asks):
            yield Asked(ask, entry.id, _ask_part(placed, code, place))


def _ask_part(placed: Placed, code: str, place: int) -> Part:
    items = placed.part.at("asks", code).items()
    return items[place] if place < len(items) else placed.part.at("asks", code)


def _check_shared(asked: Asked, first: Asked) -> None:
    if asked.entry_id != first.entry_id:
        where = f"{first.part.key} ({first.part.file}:{first.part.line})"
        asked.part.fault(f"{asked.text!r} is also asked in {where}; keep it in one entry or say it differently")
