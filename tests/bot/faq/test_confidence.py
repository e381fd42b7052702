from __future__ import annotations

import json

import numpy as np
import pytest

from bot.faq.confidence import OTHER, Evidence, Model, Trust, read, shipped, weigh, written
from bot.faq.entries import Match, Outcome
from bot.faq.index import Signals

MODEL = Model((3.0, 2.0, 0.1), -3.0)


def signals(*ranks: float, likeness: float = 0.5, asks: float = 1.0) -> Signals:
    level = np.full(len(ranks), likeness)
    return Signals(np.asarray(ranks), level, level, np.full(len(ranks), asks), level, ())


def chances(found: Signals, language: str = "ja") -> list[float]:
    return [shipped().confidence(evidence, language) for evidence in weigh(found, np.argsort(-found.rank))]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_rival_close_behind_makes_it_less_sure(language: str) -> None:
    assert chances(signals(12.0, 2.0), language)[0] > chances(signals(12.0, 11.9), language)[0]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_likelier_way_of_asking_makes_it_surer(language: str) -> None:
    assert chances(signals(9.0, 5.0, likeness=0.9), language)[0] > chances(signals(9.0, 5.0, likeness=0.1), language)[0]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_more_known_ways_of_asking_make_it_surer(language: str) -> None:
    assert chances(signals(9.0, asks=3.0), language)[0] > chances(signals(9.0, asks=0.0), language)[0]


def test_long_questions_and_large_corpora_make_nothing_surer() -> None:
    assert chances(signals(9.0, 5.0)) == chances(signals(19.0, 15.0))


def test_extreme_ranks_stay_chances() -> None:
    assert all(0 <= chance <= 1 for chance in chances(signals(1e6, -1e6)))


def test_nothing_found_weighs_nothing() -> None:
    assert weigh(signals(), np.asarray([], dtype=np.int64)) == []


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (0.45, Outcome.ANSWER),
        (0.449, Outcome.DID_YOU_MEAN),
        (0.2, Outcome.DID_YOU_MEAN),
        (0.199, Outcome.ASK_OFFICE),
    ],
)
def test_two_limits_make_three_outcomes(confidence: float, expected: Outcome) -> None:
    trust = Trust({OTHER: MODEL}, answer_from=0.45, offer_from=0.2)
    assert trust.outcome([Match("a", 0.5, confidence)]) is expected


def test_no_match_goes_to_the_office() -> None:
    assert shipped().outcome([]) is Outcome.ASK_OFFICE


def test_a_language_without_a_model_takes_the_others() -> None:
    trust = Trust({"ja": MODEL, OTHER: Model((0.0, 0.0, 0.0), 0.0)}, 0.5, 0.2)
    assert trust.confidence(Evidence(1.0, 1.0, 1.0), "vi") == 0.5
    assert trust.confidence(Evidence(1.0, 1.0, 1.0), "ja") > 0.5


def test_figures_are_read_as_they_were_written() -> None:
    trust = Trust({OTHER: MODEL}, answer_from=0.45, offer_from=0.2)
    assert read(written(trust)) == trust


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "no figures"),
        ([], "no figures"),
        ({"models": {OTHER: {"weights": {"share": 1}, "intercept": 0}}}, "no figures"),
        ({"models": {}, "answer_from": 0.5, "offer_from": 0.2}, "a model for 'other'"),
    ],
)
def test_a_file_without_figures_is_refused(fields: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(json.dumps(fields))


def test_limits_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="limits must rise"):
        Trust({OTHER: MODEL}, answer_from=0.2, offer_from=0.5)


def test_a_model_with_a_weight_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="share, grams, asks"):
        Trust({OTHER: Model((1.0,), 0.0)}, 0.5, 0.2)
