"""An inverted index in numpy arrays: which units hold which term, and how much it weighs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term stands in each unit; sorted by term, then unit."""

    terms: Ints
    units: Ints
    counts: Floats
    term_count: int
    unit_count: int

    def document_frequency(self) -> Floats:
        """In how many units each term stands."""
        return np.bincount(self.terms, minlength=self.term_count).astype(np.float32)

    def lengths(self) -> Floats:
        """How many terms each unit holds, repeats included."""
        return np.bincount(self.units, weights=self.counts, minlength=self.unit_count).astype(np.float32)

    def keys(self) -> npt.NDArray[np.int64]:
        """One number for each (term, unit), ascending."""
        return self.terms.astype(np.int64) * max(self.unit_count, 1) + self.units


class Pairs:
    """Collects (term, unit) pairs, giving each new term the next number."""

    def __init__(self, terms: dict[str, int]) -> None:
        self._numbers = terms
        self._terms: list[int] = []
        self._units: list[int] = []

    def add(self, terms: Sequence[str], unit: int) -> None:
        numbers = self._numbers
        self._terms.extend([numbers.setdefault(term, len(numbers)) for term in terms])
        self._units.extend([unit] * len(terms))

    def count(self, unit_count: int) -> Counts:
        """What was added, counted. Add all that shares the numbers before counting any."""
        across = max(unit_count, 1)
        keys = np.asarray(self._terms, dtype=np.int64) * across + np.asarray(self._units, dtype=np.int64)
        pairs, counts = np.unique(keys, return_counts=True)
        terms, units = (pairs // across).astype(np.int32), (pairs % across).astype(np.int32)
        return Counts(terms, units, counts.astype(np.float32), len(self._numbers), unit_count)


class Postings:
    """For each term the units that hold it with their weights."""

    def __init__(self, counts: Counts, weights: Floats) -> None:
        self._bounds: list[int] = np.searchsorted(counts.terms, np.arange(counts.term_count + 1)).tolist()
        self._units = counts.units
        self._weights = weights
        self._unit_count = counts.unit_count

    def of(self, term: int) -> tuple[Ints, Floats]:
        """The units that hold `term`, ascending, and its weight in each."""
        start, end = self._bounds[term], self._bounds[term + 1]
        return self._units[start:end], self._weights[start:end]

    def scores(self, terms: Sequence[int], boosts: Sequence[float]) -> Scores:
        """For each unit the sum of boost times weight over `terms`."""
        return add_up([self.of(term) for term in terms], boosts, self._unit_count)

    def nbytes(self) -> int:
        return self._units.nbytes + self._weights.nbytes + 8 * len(self._bounds)


def add_up(held: Sequence[tuple[Ints, Floats]], boosts: Sequence[float], unit_count: int) -> Scores:
    """For each unit the boosted sum of its weights in `held`."""
    if not held:
        return np.zeros(unit_count)
    units = np.concatenate([units for units, _ in held])
    sizes = [len(units) for units, _ in held]
    weights = np.concatenate([weights for _, weights in held]) * np.repeat(np.asarray(boosts), sizes)
    sums: Scores = np.bincount(units, weights=weights, minlength=unit_count).astype(np.float64, copy=False)
    return sums


def inverse_frequency(frequency: Floats, size: int) -> Floats:
    """How telling each term is, given in how many of `size` units it stands."""
    return np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def unseen_frequency(size: int) -> float:
    """How telling a term is that stands nowhere."""
    return float(np.log1p((size + 0.5) / 0.5))
