from __future__ import annotations

import time

import pytest

from bot.faq.fillers import without_fillers


@pytest.mark.parametrize(
    "text",
    [
        "すみません、駐車場はありますか",
        "お忙しいところ恐れ入りますが、駐車場はありますか",
        "えーっと、駐車場はありますか",
        "あのー、すみません、駐車場はありますか",
        "こんにちは。お聞きしたいことがあるのですが、駐車場はありますか",
        "ちょっと聞きたいんですけど、駐車場はありますか",
        "質問です。駐車場はありますか",
    ],
)
def test_what_opens_a_question_is_left_out(text: str) -> None:
    assert without_fillers(text) == "駐車場はありますか"


@pytest.mark.parametrize(
    "text",
    [
        "駐車場は?教えてください。",
        "駐車場は?よろしくお願いいたします。",
        "駐車場は?わかりますか?",
        "駐車場は?どうしたらいいでしょうか。",
        "駐車場は?困っています。教えてください。",
        "駐車場は?ありがとうございます。",
    ],
)
def test_what_closes_a_question_is_left_out(text: str) -> None:
    assert without_fillers(text) == "駐車場は?"


@pytest.mark.parametrize(
    "text",
    [
        "駐車場を教えてください",
        "よろしくお願いします",
        "すみません、",
        "教えてください。",
        "お忙しい時間はいつですか",
        "あの、車",
        "",
    ],
)
def test_what_is_all_there_is_or_part_of_the_question_stays(text: str) -> None:
    assert without_fillers(text) == text


def test_a_long_text_of_fillers_is_read_in_no_time() -> None:
    started = time.perf_counter()
    without_fillers("すみません" * 120 + "えーっと" * 150)
    without_fillers("ええええーーーっっと" * 60)
    assert time.perf_counter() - started < 0.2
