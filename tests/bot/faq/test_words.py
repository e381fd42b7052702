from __future__ import annotations

import threading

import pytest

from bot.faq.words import Analyser, Chinese, English, Japanese, Korean, Plain, Vietnamese


@pytest.fixture(scope="module")
def japanese() -> Japanese:
    return Japanese()


def terms(analyser: Analyser, text: str) -> list[str]:
    return [word.term for word in analyser.words(text)]


def test_grammar_and_signs_are_left_out(japanese: Japanese) -> None:
    assert terms(japanese, "駐車場はどこですか？") == ["駐車", "場", "どこ"]


@pytest.mark.parametrize("spelling", ["引っ越し", "引越し", "引越", "ひっこし"])
def test_spellings_of_a_word_meet(japanese: Japanese, spelling: str) -> None:
    assert terms(japanese, spelling)[0].startswith("引っ越")


def test_until_and_from_are_kept_where_they_are_the_question(japanese: Japanese) -> None:
    assert terms(japanese, "いつまで") == ["いつ", "いつまで"]
    assert terms(japanese, "何日から") == ["何", "日", "日から"]
    assert terms(japanese, "市役所まで") == ["市", "役所"]


def test_a_text_longer_than_the_tokeniser_takes_is_read_in_pieces(japanese: Japanese) -> None:
    assert len(japanese.words("駐車場。" * 5_000)) >= 9_990


def test_two_threads_read_at_once(japanese: Japanese) -> None:
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.extend(terms(japanese, "駐車場") for _ in range(200))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["駐車", "場"]] * 400


def test_words_sound(japanese: Japanese) -> None:
    assert [(reading.sound, reading.term) for reading in japanese.readings("場所は？")] == [
        ("ばしょ", "場所"),
        ("は", ""),
    ]


def test_english_endings_and_small_words_are_left_out() -> None:
    assert terms(English(), "what are the parking fees") == ["what", "parking", "fee"]


def test_english_of_small_words_only_keeps_them() -> None:
    assert terms(English(), "is it") == ["is", "it"]


def test_the_smallest_english_words_survive_their_endings() -> None:
    assert terms(English(), "bus class applies") == ["bus", "class", "apply"]


def test_chinese_is_read_in_pairs() -> None:
    assert terms(Chinese(), "停车场在哪") == ["停车", "车场", "场在", "在哪"]


def test_korean_particles_are_left_out() -> None:
    assert terms(Korean(), "주차장은 어디에") == ["주차장", "어디"]


def test_vietnamese_is_found_with_and_without_its_marks() -> None:
    assert terms(Vietnamese(), "mấy giờ") == terms(Vietnamese(), "may gio") == ["may", "gio", "may gio"]


@pytest.mark.parametrize("analyser", [English(), Chinese(), Korean(), Vietnamese(), Plain()])
def test_nothing_has_no_words(analyser: Analyser) -> None:
    assert analyser.words("") == []
    assert analyser.grams([]) == []
