"""A pack's own questions are read whole, and judged by what is said with confidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.question_set import Question, is_right, read_questions
from bot.errors import ContentError
from bot.faq.entries import Found, Match, Outcome
from tests.desk import small_content


def found(outcome: Outcome, entry_id: str) -> Found:
    return Found(outcome, (Match(entry_id, 0.9, 0.9),))


def test_a_pack_without_questions_has_none(tmp_path: Path) -> None:
    assert read_questions(tmp_path) == ()


def test_questions_are_read_in_order(tmp_path: Path) -> None:
    lines = '{"text": "駐車場", "entry": "desk.parking", "language": "ja"}\n\n{"text": "ロケット", "entry": "none"}\n'
    (tmp_path / "questions.jsonl").write_text(lines, encoding="utf-8")
    assert read_questions(tmp_path) == (Question("駐車場", frozenset({"desk.parking"})), Question("ロケット"))


def test_every_unusable_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('x\n[]\n{"text": "a"}\n{"text": "a", "entry": 1}\n', encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        read_questions(tmp_path)
    assert [fault.line for fault in refused.value.faults] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("expected", "outcome", "entry_id", "right"),
    [
        ("desk.parking", Outcome.ANSWER, "desk.parking", True),
        ("desk.parking", Outcome.ANSWER, "desk.hours", False),
        ("desk.parking", Outcome.DID_YOU_MEAN, "desk.parking", False),
        (None, Outcome.DID_YOU_MEAN, "desk.parking", True),
        (None, Outcome.ANSWER, "desk.parking", False),
        (None, Outcome.ANSWER, "elsewhere.garbage", True),
        (None, Outcome.ANSWER, "chat.thanks", True),
    ],
)
def test_right_is_the_right_entry_or_where_none_answers_no_confident_one(
    expected: str | None, outcome: Outcome, entry_id: str, right: bool
) -> None:
    assert (
        is_right(Question("?", frozenset({expected} if expected else ())), found(outcome, entry_id), small_content())
        is right
    )


def test_nothing_found_is_right_where_nothing_answers() -> None:
    assert is_right(Question("?"), Found(Outcome.ASK_OFFICE), small_content())
