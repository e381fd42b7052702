from __future__ import annotations

from bot.faq.thesaurus import Thesaurus

LEXICON = """
転居 引越
蜂の巣 > 害虫
"""


def alternatives(*terms: str) -> dict[str, list[str]]:
    thesaurus = Thesaurus(lambda text: text.split("の"), LEXICON, {"まどぐち": ["窓口"]})
    return {term: list(others) for term, others in thesaurus.alternatives(terms).items()}


def test_words_of_a_line_stand_for_each_other() -> None:
    assert alternatives("転居") == {"転居": ["引越"]}
    assert alternatives("引越") == {"引越": ["転居"]}


def test_left_of_the_mark_is_asked_and_right_of_it_is_written() -> None:
    assert alternatives("蜂", "巣") == {"蜂": ["害虫"], "巣": ["害虫"]}
    assert alternatives("害虫") == {}


def test_a_phrase_needs_all_its_words_in_order() -> None:
    assert alternatives("巣", "蜂") == {}


def test_the_packs_synonyms_go_one_way() -> None:
    assert alternatives("まどぐち") == {"まどぐち": ["窓口"]}
    assert alternatives("窓口") == {}
