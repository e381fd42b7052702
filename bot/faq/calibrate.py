"""Learning how sure the search may be, from a pack's own ways of asking; pure, slow, for the command line.

A sixth of the ways of asking is taken out and asked, and with it an eighth of the documents, whose questions then have
no right answer; six times over. On what the search says of them a logistic regression is fitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.faq.confidence import Evidence
from bot.faq.entries import Document
from bot.faq.search import Searcher

_ROUNDS = 6
_LEFT_OUT = 8
_STEPS = 30
_RIDGE = 1.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights for `confidence.Evidence` in its order, and the intercept; `right` of `trials` first matches were right.

    `auroc` is the chance that a right first match is given more confidence than a wrong one.
    """

    weights: tuple[float, ...]
    intercept: float
    trials: int
    right: int
    auroc: float


def learn(
    documents: Iterable[Document], languages: Sequence[str], synonyms: Mapping[str, Sequence[str]] | None = None
) -> Fit:
    """What to write into `confidence.py` for questions in `languages`. ValueError if there is nothing to learn."""
    trials = list(_trials(list(documents), frozenset(languages), synonyms))
    signals = np.asarray([evidence for evidence, _ in trials], dtype=np.float64)
    right = np.asarray([is_right for _, is_right in trials], dtype=bool)
    if right.all() or not right.any():
        raise ValueError(f"nothing to learn from {len(trials)} trials: the first match was always or never right")
    weights, intercept = _logistic(signals, right.astype(np.float64))
    auroc = _auroc(signals @ weights, right)
    return Fit(tuple(weights.tolist()), intercept, len(trials), int(right.sum()), auroc)


def _trials(
    documents: Sequence[Document], languages: frozenset[str], synonyms: Mapping[str, Sequence[str]] | None
) -> Iterator[tuple[Evidence, bool]]:
    ids = sorted({document.id for document in documents})
    for number in range(_ROUNDS):
        left_out = set(ids[number::_LEFT_OUT])
        kept = [_without(document, number) for document in documents if document.id not in left_out]
        searcher = Searcher((document for document in kept if any(document.ways)), synonyms)
        for document in documents:
            if document.language in languages:
                for ask in document.asks[number::_ROUNDS]:
                    nearest = searcher.evidence(ask, document.language)
                    if nearest is not None:
                        yield nearest[1], nearest[0] == document.id


def _without(document: Document, number: int) -> Document:
    kept = tuple(ask for place, ask in enumerate(document.asks) if place % _ROUNDS != number)
    return replace(document, asks=kept)


def _logistic(signals: Floats, right: Floats) -> tuple[Floats, float]:
    """Ridge logistic regression by Newton's method, on signals brought to one scale."""
    mean, spread = signals.mean(0), signals.std(0) + 1e-9
    scaled = np.column_stack([(signals - mean) / spread, np.ones(len(signals))])
    found = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (chance - right) + _RIDGE * found
        curve = (scaled * (chance * (1 - chance))[:, None]).T @ scaled + _RIDGE * np.eye(len(found))
        found -= np.linalg.solve(curve, slope)
    weights: Floats = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def _auroc(scores: Floats, right: npt.NDArray[np.bool_]) -> float:
    places = np.empty(len(scores))
    places[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    hits = int(right.sum())
    return float((places[right].sum() - hits * (hits + 1) / 2) / (hits * (len(scores) - hits)))
