"""The pack's own question set: residents' questions find their entries, and nobody else's business gets a sure answer."""

from __future__ import annotations

from bot.content.question_set import is_right, read_questions
from bot.settings import read_settings
from bot.wiring import make_desk

FLOOR_PERCENT = 97.0


def test_residents_questions_find_their_entries_and_others_get_no_sure_answer() -> None:
    folder = read_settings({}).content
    desk, questions = make_desk(folder), read_questions(folder)
    wrong = [one for one in questions if not is_right(one, desk.searcher.find(one.text), desk.content)]
    answerable = [one for one in questions if one.entry_ids]
    missed = [one.text for one in wrong if one.entry_ids]
    assert len(questions) >= 400
    assert [one.text for one in wrong if not one.entry_ids] == []
    assert 100 * (1 - len(missed) / len(answerable)) >= FLOOR_PERCENT, missed
