from __future__ import annotations

import pytest

from bot.faq.calibrate import LIMITS, Learned, learn
from bot.faq.confidence import OTHER
from bot.faq.entries import Document
from bot.faq.trials import REGIMES, Asked, left_out

TOPICS = ("駐車場", "窓口", "図書館", "犬", "水道", "保険証", "年金", "給食", "選挙")
ENDINGS = ("はどこですか", "について教えて", "の手続きをしたい", "の期限", "を知りたい", "がわからない", "の料金は")
DOCUMENTS = [Document(topic, f"{topic}の案内", tuple(topic + ending for ending in ENDINGS)) for topic in TOPICS]
ASKED = [
    *(Asked(f"{topic}の場所をおしえて", frozenset({topic})) for topic in TOPICS),
    *(Asked(text, frozenset(), is_none=True) for text in ("おなかがすいた", "つまらない", "好きな歌は", "月は丸い")),
]


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn(DOCUMENTS, ASKED)


def test_each_way_of_asking_is_asked_once_a_regime(learned: Learned) -> None:
    assert learned.trials == len(TOPICS) * len(ENDINGS) * len(REGIMES)
    assert learned.questions == len(ASKED)


def test_what_is_asked_is_never_known() -> None:
    keeps = REGIMES["most"]
    known = {(place, turn) for turn in range(6) for place in range(7) if keeps(place, turn)}
    assert not known & {(place, place % 6) for place in range(7)}


def test_a_surer_first_match_is_right_more_often(learned: Learned) -> None:
    assert learned.aurocs["ja"] > 0.8


def test_the_answer_limit_leaves_room_below_it(learned: Learned) -> None:
    by_limit = {row.limit: row for row in learned.rows}
    assert by_limit[learned.trust.answer_from].right >= 0.97
    assert by_limit[learned.trust.answer_from].none_answered == 0
    nearly = by_limit.get(round(learned.trust.answer_from - 0.1, 2))
    assert nearly is None or nearly.none_answered <= 0.01


def test_the_limits_are_twentieths_and_rise(learned: Learned) -> None:
    assert learned.trust.answer_from in LIMITS
    assert 0 <= learned.trust.offer_from <= learned.trust.answer_from


def test_a_higher_limit_answers_less(learned: Learned) -> None:
    answered = [row.answered for row in learned.rows]
    assert answered == sorted(answered, reverse=True)


def test_a_pack_in_one_language_lends_its_model_to_the_others(learned: Learned) -> None:
    assert learned.trust.models[OTHER] == learned.trust.models["ja"]


def test_a_seldom_right_search_is_told_so() -> None:
    alike = [Document(str(number), "開庁時間", ("何時まで", "何時から", "時間")) for number in range(4)]
    trials = list(left_out(alike, REGIMES["most"], None))
    right = [trial.found[0].ids[0] in trial.asked.right for trial in trials]
    assert sum(right) < len(right) / 2


def test_nothing_can_be_learned_where_all_is_wrong() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        learn([Document("a", "駐車場", ("車",))], [Asked("犬", frozenset({"b"}))])
