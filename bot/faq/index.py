"""The documents of one language, searchable: all their words, and each single way of asking."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.faq import weights
from bot.faq.bm25f import Held, WordIndex
from bot.faq.entries import Contribution, Document
from bot.faq.likeness import Likeness, Ways
from bot.faq.negation import Denials
from bot.faq.normalise import fold
from bot.faq.postings import Pairs, Postings, Scores, add_up
from bot.faq.thesaurus import Thesaurus
from bot.faq.words import Analyser, Word

_MOST_WORDS = 60
_LONGEST_WORD = 24
_USUAL_RARITY = math.exp(1.7)
_COVER = weights.COVERED + weights.COVERED_BY_ASKS


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a question: how much it counts, and what the documents hold of it."""

    term: str
    weight: float
    held: Held | None


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for each document, each an array over documents.

    `rank` orders them; its differences are log-odds. `cover` is the share of the question's weight a document holds,
    `grams` the likeness of its nearest way of asking by characters (both 0..1); `asks` the logarithm of how many ways
    of asking it has; `near` is what the characters, and where heard the sound, add to the rank.
    """

    rank: Scores
    cover: Scores
    grams: Scores
    asks: Scores
    near: Scores
    parts: tuple[Part, ...]

    @property
    def found(self) -> Scores:
        """Above 0 where anything at all of the question was found."""
        return self.cover + self.grams


@dataclass(frozen=True, slots=True)
class Heard:
    """A question by ear: the words it sounds like, and how like each document's nearest way of asking it sounds."""

    words: Sequence[Word]
    likeness: Scores


class Index:
    """Built once from the documents of one language; never changes; many threads may search it."""

    def __init__(
        self,
        documents: Sequence[Document],
        analyser: Analyser,
        synonyms: Mapping[str, Sequence[str]],
        lexicon: str = "",
    ) -> None:
        self.ids = tuple(document.id for document in documents)
        self._numbers = {document_id: number for number, document_id in enumerate(self.ids)}
        self._analyser = analyser
        self._prior = np.log(np.asarray([document.weight for document in documents], dtype=np.float64))
        by_document = [[analyser.words(way) for way in folded_ways(document)] for document in documents]
        answers = (analyser.words(fold(document.answer)) for document in documents)
        self._words = WordIndex([[word for way in ways for word in way] for ways in by_document], answers)
        sizes = [len(ways) for ways in by_document]
        self._ways, self._asks = Ways(sizes), np.log(np.asarray(sizes, dtype=np.float64))
        self._exact = _by_letters(documents)
        self._denials = Denials([[[word.term for word in way] for way in ways] for ways in by_document])
        flat = [way for ways in by_document for way in ways]
        self._index_ways(flat)
        self._likeness = Likeness([analyser.grams(way) for way in flat], self._ways)
        self._thesaurus = Thesaurus(self._terms_of, lexicon, synonyms)

    def number(self, document_id: str) -> int | None:
        """The place of a document in `ids`."""
        return self._numbers.get(document_id)

    def has_exactly(self, text: str) -> bool:
        """Whether a folded question is, letter for letter, a way of asking."""
        return _letters(text) in self._exact

    @property
    def vocabulary(self) -> Collection[str]:
        """Every term the documents hold."""
        return self._words.numbers.keys()

    def search(self, text: str, heard: Heard | None = None, *, is_literal: bool = True) -> Signals:
        """How well each document fits a folded question; `heard` is what it sounds like, where that is asked for.

        A text that is not what was typed (`is_literal` false) is word for word nobody's way of asking.
        """
        words = [word for word in self._analyser.words(text) if len(word.term) <= _LONGEST_WORD][:_MOST_WORDS]
        if heard is not None:
            known = {word.term for word in heard.words}
            words = [*heard.words, *(word for word in words if word.term not in known)]
        parts = self._parts(words)
        total = sum(part.weight for part in parts) or 1.0
        held = [(part.held, part.weight) for part in parts if part.held is not None]
        size = len(self.ids)
        boosts = [weight for _, weight in held]
        fit = add_up([(found.units, found.fit) for found, _ in held], boosts, size)
        cover = add_up([(found.units, found.cover) for found, _ in held], boosts, size) / total
        grams = self._likeness.of(self._analyser.grams(words))
        near = weights.WAY_GRAMS * grams
        if heard is not None:
            near = near + weights.WAY_SOUND * heard.likeness
            grams = np.maximum(grams, heard.likeness)
        exact = self._exact.get(_letters(text)) if is_literal else None
        if exact is not None:
            near[exact] += weights.EXACT
            grams[exact] = 1.0
        rank = fit + _COVER * cover + near + weights.WAY_WORDS * self._likeness_by_words(words) + self._prior
        rank -= weights.DENIED * self._denials.against({word.term for word in words})
        return Signals(rank, cover, grams, self._asks, near, parts)

    def explain(self, signals: Signals, number: int) -> tuple[Contribution, ...]:
        """What each word of the question added to document `number`, most first."""
        total = sum(part.weight for part in signals.parts) or 1.0
        added = (_contribution(part, number, total) for part in signals.parts)
        return tuple(sorted(filter(None, added), key=lambda contribution: -contribution.amount))

    def nbytes(self) -> int:
        """Memory the index takes, about."""
        return self._words.nbytes() + self._way_words.nbytes() + self._way_weights.nbytes + self._likeness.nbytes()

    def _terms_of(self, text: str) -> list[str]:
        return [word.term for word in self._analyser.words(text)]

    def _parts(self, words: Sequence[Word]) -> tuple[Part, ...]:
        alternatives = self._thesaurus.alternatives([word.term for word in words])
        parts: dict[str, Part] = {}
        last = max(len(words) - 1, 1)
        for place, word in enumerate(words):
            if word.term not in parts:
                rarity = self._words.rarity(word.term)
                early = (len(words) - 1 - place) / last - 0.5
                boost = math.exp(word.weight + weights.EARLY * early) * (rarity / _USUAL_RARITY) ** weights.RARITY
                held = self._words.held(word, (*word.also, *alternatives.get(word.term, ())))
                parts[word.term] = Part(word.term, boost * rarity, held)
        return tuple(parts.values())

    def _index_ways(self, ways: Sequence[Sequence[Word]]) -> None:
        pairs = Pairs(self._words.numbers)
        for way, words in enumerate(ways):
            pairs.add([word.term for word in words], way)
        counts = pairs.count(len(ways))
        rarities = self._words.rarities[counts.terms]
        self._way_words = Postings(counts, rarities)
        self._way_weights = np.bincount(counts.units, weights=rarities, minlength=len(ways))

    def _likeness_by_words(self, words: Sequence[Word]) -> Scores:
        """For each document's best way of asking: twice the shared weight over the weight of both (0..1)."""
        terms = list(dict.fromkeys(word.term for word in words))
        numbers = [self._words.numbers[term] for term in terms if term in self._words.numbers]
        total = sum(self._words.rarity(term) for term in terms)
        shared = self._way_words.scores(numbers, [1.0] * len(numbers))
        return self._ways.best(2 * shared / np.maximum(total + self._way_weights, 1e-9))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _by_letters(documents: Sequence[Document]) -> dict[str, list[int]]:
    """The documents that have a way of asking, by its letters and digits alone."""
    exact: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        for letters in {_letters(way) for way in folded_ways(document)} - {""}:
            exact.setdefault(letters, []).append(number)
    return exact


def folded_ways(document: Document) -> list[str]:
    """Every way of asking a document that has any text, folded."""
    return [folded for way in document.ways if (folded := fold(way))]


def _contribution(part: Part, number: int, total: float) -> Contribution | None:
    """What one word adds to document `number`; None where the document does not hold it."""
    if part.held is None:
        return None
    place = int(np.searchsorted(part.held.units, number))
    if place == len(part.held.units) or part.held.units[place] != number:
        return None
    worth = float(part.held.fit[place]) + _COVER * float(part.held.cover[place]) / total
    return Contribution(part.term, part.held.by, part.weight * worth)
