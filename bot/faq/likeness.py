"""How like a question is to each document's nearest single way of asking, by cosine over short character sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.faq.postings import Pairs, Postings, Scores, inverse_frequency, unseen_frequency


class Ways:
    """Which document each way of asking belongs to: the ways of one document stand together."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.count = sum(sizes)
        self._starts: npt.NDArray[np.int64] = np.cumsum([0, *sizes[:-1]], dtype=np.int64)

    def best(self, of_ways: Scores) -> Scores:
        """For each document the best of its ways."""
        best: Scores = np.maximum.reduceat(of_ways, self._starts) if self.count else np.zeros(0)
        return best


class Likeness:
    """Ways of asking as bags of grams, rare grams counting more."""

    def __init__(self, grams: Sequence[Sequence[str]], ways: Ways) -> None:
        self._ways = ways
        self._numbers: dict[str, int] = {}
        pairs = Pairs(self._numbers)
        for way, of_way in enumerate(grams):
            pairs.add(of_way, way)
        counts = pairs.count(ways.count)
        self._rarity = inverse_frequency(counts.document_frequency(), ways.count)
        self._unseen = unseen_frequency(ways.count)
        weights = np.sqrt(counts.counts) * self._rarity[counts.terms]
        norms = np.sqrt(np.bincount(counts.units, weights=weights**2, minlength=ways.count))
        self._postings = Postings(counts, (weights / np.maximum(norms, 1e-9)[counts.units]).astype(np.float32))

    def of(self, grams: Sequence[str]) -> Scores:
        """For each document the likeness (0..1) of its nearest way of asking to a question's grams."""
        counts: dict[int, int] = {}
        unseen = 0
        for gram in grams:
            number = self._numbers.get(gram)
            if number is None:
                unseen += 1
            else:
                counts[number] = counts.get(number, 0) + 1
        terms = list(counts)
        weights = np.sqrt(np.fromiter(counts.values(), dtype=np.float64, count=len(counts))) * self._rarity[terms]
        norm = float(np.sqrt((weights**2).sum() + unseen * self._unseen**2))
        return self._ways.best(self._postings.scores(terms, (weights / max(norm, 1e-9)).tolist()))

    def nbytes(self) -> int:
        return self._postings.nbytes() + sum(60 + 2 * len(gram) + 100 for gram in self._numbers)
