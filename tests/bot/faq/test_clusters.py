"""Questions that ask about the same stand together, under the one that came first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.faq.clusters import Cluster, clusters


def test_nothing_makes_no_cluster() -> None:
    assert clusters([]) == ()


def test_kana_kanji_and_another_form_of_the_same_question_stand_together() -> None:
    assert clusters(
        [
            ("ja", "補聴器の補助はありますか"),
            ("ja", "図書館は何時まで"),
            ("ja", "補聴器の補助"),
            ("ja-easy", "ほちょうきの ほじょは ありますか"),
        ]
    ) == (
        Cluster("ja", ("補聴器の補助はありますか", "補聴器の補助", "ほちょうきの ほじょは ありますか")),
        Cluster("ja", ("図書館は何時まで",)),
    )


def test_languages_are_kept_apart_and_in_the_order_of_arrival() -> None:
    found = clusters(
        [("en", "hearing aid support"), ("ko", "보청기 지원"), ("en", "support for hearing aids"), ("xx", "aid")]
    )
    assert [cluster.language for cluster in found] == ["en", "ko", "xx"]
    assert found[0].texts == ("hearing aid support", "support for hearing aids")


@given(
    st.lists(st.tuples(st.sampled_from(["ja", "ja-easy", "en", "zh", "ko", "vi"]), st.text(max_size=20)), max_size=8)
)
def test_every_question_stands_in_exactly_one_cluster(questions: list[tuple[str, str]]) -> None:
    found = [text for cluster in clusters(questions) for text in cluster.texts]
    assert sorted(found) == sorted(text for _, text in questions)
