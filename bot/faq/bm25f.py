"""Words of documents, in two fields: BM25F weights, synonyms as soft alternatives, misspelt words found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from bot.faq import weights
from bot.faq.negation import MARK
from bot.faq.postings import Counts, Floats, Ints, Pairs, inverse_frequency, unseen_frequency
from bot.faq.words import Word

_MISSPELT_FROM = 3
_ALIKE = 0.6
_FITS = 3
_MOST_BLENDS = 512
"""Words with their substitutes put together are remembered, up to so many."""
_WHOLE = weights.COVERED + weights.COVERED_BY_ASKS


@dataclass(frozen=True, slots=True)
class Held:
    """What documents hold of one asked term: `fit` by frequency, `cover` by presence (0..1), both before its weight.

    `by` are the documents' words that were taken for it.
    """

    units: Ints
    fit: Floats
    cover: Floats
    by: tuple[str, ...]


class WordIndex:
    """Which documents hold which terms, in their ways of asking and in their answers."""

    def __init__(self, asked: Sequence[Sequence[Word]], answered: Iterable[Sequence[Word]]) -> None:
        self.numbers: dict[str, int] = {}
        self._size = len(asked)
        in_asks, in_answers = Pairs(self.numbers), Pairs(self.numbers)
        members: dict[int, dict[str, None]] = {}
        for pairs, field in ((in_asks, asked), (in_answers, answered)):
            for unit, words in enumerate(field):
                pairs.add([word.term for word in words], unit)
                _note_groups(words, members)
        self._vocabulary = list(self.numbers)
        self._weigh(in_asks.count(self._size), in_answers.count(self._size))
        self._groups = {
            group: tuple(self.numbers[term] for term in terms) for group, terms in members.items() if len(terms) > 1
        }
        self._blends: dict[tuple[str, tuple[int, ...]], Held] = {}

    def rarity(self, term: str) -> float:
        """How telling a term is; more than any held one if no document holds it."""
        number = self.numbers.get(term)
        return self._unseen if number is None else float(self.rarities[number])

    def held(self, word: Word, alternatives: Iterable[str]) -> Held | None:
        """The documents for a word: by itself, by a synonym, or by the word it may be misspelt from."""
        own = self.numbers.get(word.term)
        others = self._synonyms(word, own, alternatives)
        if own is None and not others:
            others = self._misspelt_from(word.term)
        if not others:
            return None if own is None else Held(*self._of(own), (word.term,))
        key = (word.term, tuple(others))
        blend = self._blends.get(key)
        if blend is None:
            if len(self._blends) >= _MOST_BLENDS:
                self._blends.clear()
            blend = self._blends[key] = self._blend(own, others, self.rarity(word.term))
        return blend

    def nbytes(self) -> int:
        """Memory of the arrays and the vocabulary, about."""
        arrays = (
            self._units.nbytes + self._columns.nbytes + self._fit.nbytes + self._cover.nbytes + self.rarities.nbytes
        )
        return int(arrays) + 8 * len(self._bounds) + sum(160 + 2 * len(term) for term in self._vocabulary)

    def _weigh(self, asked: Counts, answered: Counts) -> None:
        keys = np.union1d(asked.keys(), answered.keys())
        in_asks = _spread(asked, weights.ASK_WEIGHT * _evened(asked, weights.ASK_B), keys)
        in_answers = _spread(answered, weights.ANSWER_WEIGHT * _evened(answered, weights.ANSWER_B), keys)
        across = max(self._size, 1)
        self._units = (keys % across).astype(np.int32)
        terms = keys // across
        self._bounds: list[int] = np.searchsorted(terms, np.arange(len(self.numbers) + 1)).tolist()
        self._columns = np.stack(
            [
                weights.BOTH * _saturated(in_asks + in_answers, weights.SATURATION),
                weights.ASKED * _saturated(in_asks, weights.FIELD_SATURATION),
                weights.ANSWERED * _saturated(in_answers, weights.FIELD_SATURATION),
                np.full(len(keys), weights.COVERED / _WHOLE, dtype=np.float32),
                weights.COVERED_BY_ASKS / _WHOLE * (in_asks > 0),
            ]
        ).astype(np.float32)
        self._fit, self._cover = self._columns[:_FITS].sum(0), self._columns[_FITS:].sum(0)
        frequency = np.bincount(terms, minlength=len(self.numbers)).astype(np.float32)
        self.rarities = inverse_frequency(frequency, self._size)
        self._unseen = unseen_frequency(self._size)

    def _of(self, number: int) -> tuple[Ints, Floats, Floats]:
        here = slice(self._bounds[number], self._bounds[number + 1])
        return self._units[here], self._fit[here], self._cover[here]

    def _synonyms(self, word: Word, own: int | None, alternatives: Iterable[str]) -> dict[int, float]:
        by_group = {
            number: weights.DICTIONARY_SYNONYM for group in word.groups for number in self._groups.get(group, ())
        }
        by_lexicon = {self.numbers[term]: weights.LEXICON_SYNONYM for term in alternatives if term in self.numbers}
        return {number: weight for number, weight in (by_group | by_lexicon).items() if number != own}

    def _misspelt_from(self, term: str) -> dict[int, float]:
        if len(term) < _MISSPELT_FROM or term[0] == MARK:
            return {}
        near = process.extractOne(term, self._vocabulary, scorer=Indel.normalized_similarity, score_cutoff=_ALIKE)
        return {} if near is None else {int(near[2]): weights.MISSPELT}

    def _blend(self, own: int | None, others: Mapping[int, float], rarity: float) -> Held:
        """Each document's best of the term and its substitutes; a rarer substitute counts no more than the term."""
        best = np.zeros((len(self._columns), self._size), dtype=np.float32)
        for number, weight in others.items():
            share = weight * min(1.0, float(self.rarities[number]) / rarity)
            self._raise_to(best, number, share)
        if own is not None:
            self._raise_to(best, own, 1.0)
        units = np.flatnonzero(best[_FITS]).astype(np.int32)
        taken = ([] if own is None else [own]) + list(others)
        by = tuple(self._vocabulary[number] for number in taken)
        return Held(units, best[:_FITS, units].sum(0), best[_FITS:, units].sum(0), by)

    def _raise_to(self, best: Floats, number: int, share: float) -> None:
        here = slice(self._bounds[number], self._bounds[number + 1])
        units = self._units[here]
        best[:, units] = np.maximum(best[:, units], share * self._columns[:, here])


def _evened(counts: Counts, b: float) -> Floats:
    """Frequencies with long texts toned down by `b`."""
    lengths = counts.lengths()
    average = float(lengths[lengths > 0].mean()) if (lengths > 0).any() else 1.0
    return (counts.counts / (1 - b + b * lengths[counts.units] / average)).astype(np.float32)


def _spread(counts: Counts, values: Floats, keys: npt.NDArray[np.int64]) -> Floats:
    """`values` laid out along `keys`, 0 where the field does not hold the pair."""
    spread = np.zeros(len(keys), dtype=np.float32)
    spread[np.searchsorted(keys, counts.keys())] = values
    return spread


def _saturated(frequency: Floats, at: float) -> Floats:
    return frequency / (at + frequency)


def _note_groups(words: Sequence[Word], members: dict[int, dict[str, None]]) -> None:
    """Note which terms stand for which of the dictionary's sets of synonyms."""
    for word in words:
        for group in word.groups:
            members.setdefault(group, {})[word.term] = None
