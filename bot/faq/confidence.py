"""How sure the search is: a logistic regression over a few signals, and the two limits it is held against.

Learned on a pack's own ways of asking, a sixth at a time taken out and asked, an eighth of the entries taken out as
well so that some questions have no right answer. The intercepts are then raised by 0.7: in that trial a question had
lost its own wording and often its entry, which in use is rarer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals

ANSWER_FROM = 0.45
OFFER_FROM = 0.2


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the signals: share of the odds among the nearest, cover, likeness by characters and words, rank."""

    share: float
    cover: float
    grams: float
    words: float
    rank: float
    intercept: float

    def chance(self, share: float, signals: Signals, number: int) -> float:
        """The chance that document `number` is right."""
        fit = (
            self.share * share
            + self.cover * float(signals.cover[number])
            + self.grams * float(signals.grams[number])
            + self.words * float(signals.words[number])
            + self.rank * float(signals.rank[number])
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, fit + self.intercept))))


_JAPANESE = Model(share=2.4, cover=0.0, grams=1.11, words=0.0, rank=0.17, intercept=-2.98)
_OTHER = Model(share=2.95, cover=0.51, grams=0.33, words=1.72, rank=0.0, intercept=-3.72)
_MODELS: Mapping[str, Model] = {"ja": _JAPANESE}


def weigh(signals: Signals, order: npt.NDArray[np.int64], language: str) -> list[tuple[float, float]]:
    """Score and confidence for the documents in `order`, best first."""
    if not len(order):
        return []
    model = _MODELS.get(language, _OTHER)
    odds = np.exp(signals.rank[order] - signals.rank[order[0]])
    shares = odds / odds.sum()
    return [
        (_score(signals, number), model.chance(share, signals, number))
        for number, share in zip(order.tolist(), shares.tolist(), strict=True)
    ]


def outcome(matches: Sequence[Match]) -> Outcome:
    """What may be done with matches, best first."""
    if not matches or matches[0].confidence < OFFER_FROM:
        return Outcome.ASK_OFFICE
    return Outcome.ANSWER if matches[0].confidence >= ANSWER_FROM else Outcome.DID_YOU_MEAN


def _score(signals: Signals, number: int) -> float:
    """How near a document is by itself (0..1): what it holds of the question, and how like its nearest asking is."""
    return min(1.0, max(0.0, (float(signals.cover[number]) + float(signals.grams[number])) / 2))
