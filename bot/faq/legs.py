"""One question looked for in several indexes, the findings put together document by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.faq.entries import Contribution
from bot.faq.index import Index, Signals
from bot.faq.postings import Scores


@dataclass(frozen=True, slots=True)
class Leg:
    """What one index found; `weight` is what its rank counts in the sum."""

    language: str
    index: Index
    signals: Signals
    weight: float

    def contributions(self, document_id: str) -> tuple[Contribution, ...]:
        """What each word added to the document, by this leg's weight; nothing if its index does not hold it."""
        number = self.index.number(document_id)
        if number is None:
            return ()
        found = self.index.explain(self.signals, number)
        return tuple(replace(contribution, amount=self.weight * contribution.amount) for contribution in found)


def merged(legs: Sequence[Leg]) -> tuple[Sequence[str], Signals]:
    """The ids of all documents, and the signals over them: ranks added up, shares and likenesses the best of each."""
    if len(legs) == 1:
        return legs[0].index.ids, legs[0].signals
    numbers: dict[str, int] = {}
    for leg in legs:
        for document_id in leg.index.ids:
            numbers.setdefault(document_id, len(numbers))
    ids = tuple(numbers)
    places = [
        np.fromiter((numbers[i] for i in leg.index.ids), dtype=np.int64, count=len(leg.index.ids)) for leg in legs
    ]

    def added(values: Sequence[Scores]) -> Scores:
        total = np.zeros(len(ids))
        for leg, place, value in zip(legs, places, values, strict=True):
            total[place] += leg.weight * value
        return total

    def best(values: Sequence[Scores]) -> Scores:
        top = np.zeros(len(ids))
        for place, value in zip(places, values, strict=True):
            top[place] = np.maximum(top[place], value)
        return top

    signals = [leg.signals for leg in legs]
    return ids, Signals(
        rank=added([found.rank for found in signals]),
        cover=best([found.cover for found in signals]),
        grams=best([found.grams for found in signals]),
        asks=best([found.asks for found in signals]),
        near=added([found.near for found in signals]),
        parts=tuple(part for found in signals for part in found.parts),
    )
