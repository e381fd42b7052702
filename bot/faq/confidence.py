"""How sure the search is: a logistic regression over a few signals, and the two limits it is held against.

Learned on a pack's own ways of asking, a sixth at a time taken out and asked, an eighth of the entries taken out as
well so that some questions have no right answer. The intercepts are then raised by 0.7: in that trial a question had
lost its own wording and often its entry, which in use is rarer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals

ANSWER_FROM = 0.45
OFFER_FROM = 0.2


class Evidence(NamedTuple):
    """What speaks for one document being right."""

    share: float
    """Its part of the odds among the nearest."""
    cover: float
    grams: float
    words: float
    rank: float


@dataclass(frozen=True, slots=True)
class Model:
    """A weight for each kind of evidence, in its order, and the intercept."""

    weights: tuple[float, ...]
    intercept: float

    def chance(self, evidence: Evidence) -> float:
        """The chance that the document is right."""
        fit = sum(weight * value for weight, value in zip(self.weights, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, fit + self.intercept))))


_RAISED = 0.7
_JAPANESE = Model((2.61, -0.68, 1.55, -0.48, 0.19), _RAISED - 3.22)
_OTHER = Model((2.85, -0.09, 0.21, 1.82, 0.02), _RAISED - 3.82)
_MODELS: Mapping[str, Model] = {"ja": _JAPANESE}


def weigh(signals: Signals, order: npt.NDArray[np.int64]) -> list[Evidence]:
    """The evidence for the documents in `order`, best first."""
    if not len(order):
        return []
    odds = np.exp(signals.rank[order] - signals.rank[order[0]])
    columns = (odds / odds.sum(), *(of[order] for of in (signals.cover, signals.grams, signals.words, signals.rank)))
    return [Evidence(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def confidence(evidence: Evidence, language: str) -> float:
    """The chance (0..1) that a document is right for a question in `language`."""
    return _MODELS.get(language, _OTHER).chance(evidence)


def score(evidence: Evidence) -> float:
    """How near a document is by itself (0..1): what it holds of the question, and how like its nearest asking is."""
    return min(1.0, max(0.0, (evidence.cover + evidence.grams) / 2))


def outcome(matches: Sequence[Match]) -> Outcome:
    """What may be done with matches, best first."""
    if not matches or matches[0].confidence < OFFER_FROM:
        return Outcome.ASK_OFFICE
    return Outcome.ANSWER if matches[0].confidence >= ANSWER_FROM else Outcome.DID_YOU_MEAN
