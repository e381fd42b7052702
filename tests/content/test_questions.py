"""The pack's own question set, as the first message of a fresh chat: what residents ask is answered by an entry that is right,
and nobody else's business gets a sure answer from the page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.content.question_set import Question, read_questions
from bot.dialogue import Conversation, Desk, Incoming, Kind, Say, Text
from bot.handlers.route import respond
from bot.wiring import make_desk

FLOOR_PERCENT = 97.0
CAMPAIGN = date(2022, 7, 1)
AT = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
ANSWERS = frozenset({Kind.ANSWER, Kind.CHAT})


@pytest.fixture(scope="module")
def desk(pack_folder: Path) -> Desk:
    return make_desk(pack_folder)


@pytest.fixture(scope="module")
def questions(pack_folder: Path) -> tuple[Question, ...]:
    return read_questions(pack_folder)


def said_to(question: Question, desk: Desk) -> tuple[Say, ...]:
    return respond(Conversation(), Incoming("test", "1", "a", AT, Text(question.text)), desk, CAMPAIGN).says


def answering(say: Say) -> str | None:
    """The entry whose answer the message gives; small talk has no `entry_id` and is known by its first candidate."""
    if say.kind not in ANSWERS:
        return None
    return say.entry_id or next((candidate.entry_id for candidate in say.candidates), None)


def is_answered(question: Question, desk: Desk) -> bool:
    return any(answering(say) in question.entry_ids for say in said_to(question, desk))


def missed(question: Question, desk: Desk) -> str:
    """A line for whoever mends the pack: what was asked, what should have answered, what came, what was thought of."""
    first = said_to(question, desk)[0]
    thought_of = ", ".join(f"{one.entry_id} {one.score:.2f}" for one in first.candidates[:3])
    expected = " or ".join(sorted(question.entry_ids)) or "none"
    return f"{question.text} | {expected} | {first.kind.value} {answering(first) or ''} | {thought_of}"


def test_the_set_is_large_and_asks_nothing_twice(questions: tuple[Question, ...]) -> None:
    texts = [question.text for question in questions]
    assert len(texts) >= 1600
    assert len(set(texts)) == len(texts)
    assert sum(not question.entry_ids for question in questions) >= 250


def test_every_expected_entry_exists(desk: Desk, questions: tuple[Question, ...]) -> None:
    expected = frozenset[str]().union(*(question.entry_ids for question in questions))
    assert expected - desk.content.entries.keys() == frozenset()


def test_what_residents_ask_is_answered_by_an_entry_that_is_right(desk: Desk, questions: tuple[Question, ...]) -> None:
    asked = [question for question in questions if question.entry_ids]
    misses = [missed(question, desk) for question in asked if not is_answered(question, desk)]
    right_percent = 100 * (1 - len(misses) / len(asked))
    assert right_percent >= FLOOR_PERCENT, f"{right_percent:.1f} %; missed:\n" + "\n".join(misses)


def test_nobody_elses_business_gets_a_sure_answer(desk: Desk, questions: tuple[Question, ...]) -> None:
    asked = [question for question in questions if not question.entry_ids]
    wrong = [missed(one, desk) for one in asked if any(say.kind is Kind.ANSWER for say in said_to(one, desk))]
    assert wrong == [], "\n".join(["answered with confidence:", *wrong])
