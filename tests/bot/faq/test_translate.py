from __future__ import annotations

import pytest

from bot.faq.glossary import GLOSSARY
from bot.faq.translate import GLOSSARY_LANGUAGES, Translator


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "is parking free"),
        ("en", "car park fees"),
        ("zh", "停车免费吗"),
        ("ko", "주차 무료"),
        ("vi", "bãi đỗ xe có miễn phí không"),
        ("vi", "bai do xe mien phi"),
    ],
)
def test_words_are_put_into_japanese(language: str, text: str) -> None:
    japanese = Translator(language, GLOSSARY).japanese(text)
    assert "駐車場" in japanese
    assert "料金" in japanese


def test_the_longest_phrase_is_taken() -> None:
    glossary = "予約なし | without appointment |||\n予約 | appointment |||"
    assert Translator("en", glossary).japanese("come without an appointment") == "予約"
    assert Translator("en", glossary).japanese("without appointment") == "予約なし"


@pytest.mark.parametrize("language", sorted(GLOSSARY_LANGUAGES))
def test_what_is_not_known_is_left_out(language: str) -> None:
    assert Translator(language, GLOSSARY).japanese("xyzzy") == ""


def test_every_line_of_the_glossary_has_its_five_fields() -> None:
    assert {line.count("|") for line in GLOSSARY.strip().splitlines()} == {4}
