"""How sure the search is: a logistic regression over a few signals, and the two limits it is held against."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals

ANSWER_FROM = 0.6
OFFER_FROM = 0.15


def features(signals: Signals, number: int, share: float) -> tuple[float, ...]:
    """What speaks for document `number` being right; `share` is its part of the rank's odds among the nearest."""
    return (
        share,
        float(signals.cover[number]),
        float(signals.grams[number]),
        float(signals.words[number]),
    )


WEIGHTS = (3.0, 2.0, 3.5, 2.5)
INTERCEPT = -4.8


def weigh(signals: Signals, order: npt.NDArray[np.int64]) -> list[tuple[float, float]]:
    """Score and confidence for the documents in `order`, best first."""
    if not len(order):
        return []
    odds = np.exp(signals.rank[order] - signals.rank[order[0]])
    shares = odds / odds.sum()
    weighed = []
    for number, share in zip(order.tolist(), shares.tolist(), strict=True):
        known = features(signals, number, share)
        fit = sum(weight * value for weight, value in zip(WEIGHTS, known, strict=True))
        weighed.append((min(1.0, max(known[1] * 0.5 + known[2] * 0.5, 0.0)), 1 / (1 + math.exp(-fit - INTERCEPT))))
    return weighed


def outcome(matches: Sequence[Match]) -> Outcome:
    """What may be done with matches, best first."""
    if not matches or matches[0].confidence < OFFER_FROM:
        return Outcome.ASK_OFFICE
    return Outcome.ANSWER if matches[0].confidence >= ANSWER_FROM else Outcome.DID_YOU_MEAN
