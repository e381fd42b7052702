from __future__ import annotations

import numpy as np

from bot.faq.postings import Pairs, Postings, inverse_frequency, unseen_frequency


def postings(*units: list[str]) -> tuple[dict[str, int], Postings]:
    numbers: dict[str, int] = {}
    pairs = Pairs(numbers)
    for unit, terms in enumerate(units):
        pairs.add(terms, unit)
    counts = pairs.count(len(units))
    return numbers, Postings(counts, counts.counts)


def test_repeated_terms_are_counted_once_a_unit() -> None:
    numbers, held = postings(["a", "b", "a"], ["b"])
    units, weights = held.of(numbers["a"])
    assert units.tolist() == [0]
    assert weights.tolist() == [2.0]


def test_scores_add_up_over_terms_with_their_boosts() -> None:
    numbers, held = postings(["a", "b"], ["b"], ["c"])
    assert held.scores([numbers["a"], numbers["b"]], [2.0, 0.5]).tolist() == [2.5, 0.5, 0.0]


def test_no_terms_score_nothing() -> None:
    _, held = postings(["a"])
    assert held.scores([], []).tolist() == [0.0]


def test_nothing_indexed_scores_nothing() -> None:
    _, held = postings()
    assert held.scores([], []).tolist() == []


def test_a_rarer_term_tells_more_and_an_unseen_one_most() -> None:
    rare, common = inverse_frequency(np.asarray([1.0, 9.0], dtype=np.float32), 10)
    assert 0 < common < rare < unseen_frequency(10)
