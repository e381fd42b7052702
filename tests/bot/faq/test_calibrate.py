from __future__ import annotations

import pytest

from bot.faq.calibrate import learn
from bot.faq.entries import Document

TOPICS = ("駐車場", "窓口", "図書館", "犬", "水道", "保険証", "年金", "給食", "選挙")
ENDINGS = ("はどこですか", "について教えて", "の手続きをしたい", "の期限", "を知りたい", "がわからない", "の料金は")
DOCUMENTS = [Document(topic, f"{topic}の案内", tuple(topic + ending for ending in ENDINGS)) for topic in TOPICS]


def test_a_surer_first_match_is_right_more_often() -> None:
    fit = learn(DOCUMENTS, ["ja"])
    assert fit.trials >= len(TOPICS) * len(ENDINGS) * 0.9
    assert 0 < fit.right < fit.trials
    assert fit.auroc > 0.8
    assert len(fit.weights) == 5


def test_other_languages_are_not_asked() -> None:
    with pytest.raises(ValueError, match="nothing to learn from 0 trials"):
        learn(DOCUMENTS, ["en"])
