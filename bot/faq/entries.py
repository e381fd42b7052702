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
