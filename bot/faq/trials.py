"""Questions put to the search on trial, to learn from: ways of asking that it does not know, and a pack's own set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.faq.entries import Document
from bot.faq.search import Nearest, Searcher

_TURNS = 6
_LEFT_OUT = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a pack's set; any of the documents in `right` is right.

    `is_none`: nothing should answer it; those in `right` only turn it away (small talk, another office).
    """

    text: str
    right: frozenset[str]
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What the search found for a question, in each language it looked in."""

    asked: Asked
    found: tuple[Nearest, ...]


Keeps = Callable[[int, int], bool]
"""Whether the way of asking in a place stays known in a turn."""

REGIMES: Mapping[str, Keeps] = {
    "most": lambda place, turn: place % _TURNS != turn,
    "few": lambda place, turn: place % _TURNS == (turn + 1) % _TURNS,
    "none": lambda place, turn: False,
}
"""How many of a document's ways of asking the search knows when it is asked another one."""


def put(searcher: Searcher, asked: Asked) -> Trial:
    """One question to the search."""
    return Trial(asked, tuple(searcher.evidence(asked.text)))


def left_out(
    documents: Sequence[Document], keeps: Keeps, synonyms: Mapping[str, Sequence[str]] | None
) -> Iterator[Trial]:
    """Each way of asking once, of a search that knows only what `keeps` says.

    An eighth of the documents is always missing, so that some questions have no right answer.
    """
    ids = sorted({document.id for document in documents})
    for turn in range(_TURNS):
        missing = frozenset(ids[turn::_LEFT_OUT])
        kept = [_with_fewer(document, keeps, turn) for document in documents if document.id not in missing]
        searcher = Searcher([document for document in kept if any(map(str.strip, document.ways))], synonyms)
        for document in documents:
            for ask in document.asks[turn::_TURNS]:
                yield put(searcher, Asked(ask, frozenset({document.id})))


def _with_fewer(document: Document, keeps: Keeps, turn: int) -> Document:
    return replace(document, asks=tuple(ask for place, ask in enumerate(document.asks) if keeps(place, turn)))
