"""What the search takes in and gives out. Types only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.language import Language


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found.

    `asks` are further ways of asking the same; `language` is the language of question, asks and
    answer (one entry of a pack becomes one document a language, all with the same `id`).
    """

    id: str
    question: str
    asks: tuple[str, ...] = ()
    answer: str = ""
    language: str = Language.JA.value
    weight: float = 1.0

    @property
    def ways(self) -> tuple[str, ...]:
        """The question and all further ways of asking it."""
        return (self.question, *self.asks)


class Outcome(StrEnum):
    """How sure the search is."""

    ANSWER = "answer"
    DID_YOU_MEAN = "did_you_mean"
    ASK_OFFICE = "ask_office"


@dataclass(frozen=True, slots=True)
class Match:
    """A document that fits: `score` 0..1, larger is nearer; `confidence` 0..1, the chance that it is right."""

    id: str
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Found:
    """The matches, best first, and what may be done with them.

    ANSWER: the first match is right. DID_YOU_MEAN: offer the first three. ASK_OFFICE: none fits.
    """

    outcome: Outcome
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one word of the question adds to a document: `by` are the document's words that were taken for it."""

    word: str
    by: tuple[str, ...]
    amount: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document stands where it stands. The contributions and the two likenesses add up to `total`.

    `place` counts from 1 among all documents of `language`; `unknown` are the words of the question no document holds.
    `by_characters` and `by_words` is what its nearest single way of asking adds.
    """

    id: str
    language: str
    place: int
    total: float
    contributions: tuple[Contribution, ...]
    by_characters: float
    by_words: float
    unknown: tuple[str, ...]
