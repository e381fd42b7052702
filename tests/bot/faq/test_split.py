from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.split import MOST, split_questions


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("駐車場はありますか", ("駐車場はありますか",)),
        ("駐車場はありますか？あと、何時までですか？", ("駐車場はありますか？", "何時までですか？")),
        ("持ち物は何ですか、駐車場はありますか", ("持ち物は何ですか", "駐車場はありますか")),
        ("Where is it? And what are the hours?", ("Where is it?", "what are the hours?")),
        ("車で行きます。駐車場はありますか。", ("車で行きます。駐車場はありますか。",)),
        ("いつまで？急いでいます。", ("いつまで？急いでいます。",)),
        ("", ("",)),
        ("？？？", ("？？？",)),
    ],
)
def test_a_message_is_taken_apart_into_its_questions(text: str, questions: tuple[str, ...]) -> None:
    assert split_questions(text) == questions


def test_what_comes_after_the_last_question_stays_with_it() -> None:
    questions = split_questions("料金は？持ち物は何？場所はどこ？予約はいりますか？")
    assert len(questions) == MOST
    assert "予約" in questions[-1]


@given(st.text(max_size=200))
def test_no_message_is_lost_and_none_fails(text: str) -> None:
    questions = split_questions(text)
    assert 1 <= len(questions) <= MOST


@given(st.text("あかか？?。、 ますでとat\n", max_size=60))
def test_pieces_are_parts_of_the_message(text: str) -> None:
    together = "".join(text.split())
    assert all("".join(question.split()) in together for question in split_questions(text))
