"""Logistic regression, small enough to read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Claims = npt.NDArray[np.bool_]

_STEPS = 30
_RIDGE = 1.0


def fitted(signals: Floats, right: Claims, counts: Floats) -> tuple[Floats, float]:
    """Weights and intercept, by Newton's method with a ridge, on signals brought to one scale.

    Each row counts as often as `counts` says. ValueError if all rows are right, or none is: there is nothing to learn.
    """
    if right.all() or not right.any():
        raise ValueError(f"nothing to learn from {len(right)} trials: the first match was always or never right")
    mean, spread = signals.mean(0), signals.std(0) + 1e-9
    scaled = np.column_stack([(signals - mean) / spread, np.ones(len(signals))])
    found = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (counts * (chance - right)) + _RIDGE * found
        curve = (scaled * (counts * chance * (1 - chance))[:, None]).T @ scaled + _RIDGE * np.eye(len(found))
        found -= np.linalg.solve(curve, slope)
    weights: Floats = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def auroc(scores: Floats, right: Claims) -> float:
    """The chance that a right row scores more than a wrong one (ties as they fall)."""
    places = np.empty(len(scores))
    places[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    hits = int(right.sum())
    return float((places[right].sum() - hits * (hits + 1) / 2) / (hits * (len(scores) - hits)))
