from __future__ import annotations

import numpy as np
import pytest

from bot.faq.confidence import ANSWER_FROM, OFFER_FROM, confidence, outcome, score, weigh
from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals


def signals(*ranks: float, likeness: float = 0.5) -> Signals:
    level = np.full(len(ranks), likeness)
    return Signals(np.asarray(ranks), level, level, level, level, ())


def chances(found: Signals, language: str = "ja") -> list[float]:
    return [confidence(evidence, language) for evidence in weigh(found, np.argsort(-found.rank))]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_rival_close_behind_makes_it_less_sure(language: str) -> None:
    assert chances(signals(12.0, 2.0), language)[0] > chances(signals(12.0, 11.9), language)[0]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_likelier_way_of_asking_makes_it_surer(language: str) -> None:
    assert chances(signals(9.0, 5.0, likeness=0.9), language)[0] > chances(signals(9.0, 5.0, likeness=0.1), language)[0]


def test_extreme_ranks_stay_chances() -> None:
    assert chances(signals(1e6, -1e6)) == pytest.approx([1.0, 0.0], abs=1e-6)


def test_a_score_stays_between_nothing_and_all() -> None:
    assert [score(evidence) for evidence in weigh(signals(3.0, likeness=0.5), np.asarray([0]))] == [0.5]
    assert [score(evidence) for evidence in weigh(signals(3.0, likeness=1.5), np.asarray([0]))] == [1.0]


def test_nothing_found_weighs_nothing() -> None:
    assert weigh(signals(), np.asarray([], dtype=np.int64)) == []


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (ANSWER_FROM, Outcome.ANSWER),
        (ANSWER_FROM - 0.001, Outcome.DID_YOU_MEAN),
        (OFFER_FROM, Outcome.DID_YOU_MEAN),
        (OFFER_FROM - 0.001, Outcome.ASK_OFFICE),
    ],
)
def test_two_limits_make_three_outcomes(confidence: float, expected: Outcome) -> None:
    assert outcome([Match("a", 0.5, confidence)]) is expected


def test_no_match_goes_to_the_office() -> None:
    assert outcome([]) is Outcome.ASK_OFFICE
