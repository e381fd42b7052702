from __future__ import annotations

import pytest

from bot.faq.kana import Kana, is_kana
from bot.faq.words import Japanese

WAYS = [["駐車場はありますか"], ["申し込みの期限", "いつまでに申し込む"], ["期間と機関"]]


@pytest.fixture(scope="module")
def kana() -> Kana:
    japanese = Japanese()
    vocabulary = {word.term for ways in WAYS for way in ways for word in japanese.words(way)}
    return Kana(WAYS, sorted(vocabulary), japanese)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ちゅうしゃじょう", ["駐車", "場"]),
        ("もうしこみは いつまで ですか", ["申し込み", "いつまで"]),
        ("チュウシャ", ["駐車"]),
        ("ぬぬぬ", []),
        ("", []),
    ],
)
def test_words_are_heard(kana: Kana, text: str, terms: list[str]) -> None:
    assert [word.term for word in kana.words(text)] == terms


def test_words_that_sound_the_same_are_all_meant(kana: Kana) -> None:
    (word,) = kana.words("きかん")
    assert {word.term, *word.also} == {"期間", "機関"}


def test_the_nearest_sound_is_the_likest(kana: Kana) -> None:
    assert kana.likeness("ちゅしゃじょう").argmax() == 0


def test_nothing_sounds_like_nothing(kana: Kana) -> None:
    assert kana.likeness("").tolist() == [0.0, 0.0, 0.0]


def test_only_japanese_without_kanji_is_heard() -> None:
    assert is_kana("くるま")
    assert is_kana("カード")
    assert not is_kana("車で")
    assert not is_kana("card")
