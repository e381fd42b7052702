"""The eligibility dialogue as a conversation keeps it: the answers so far, the question that is open."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from bot.dialogue import Checking
from bot.eligibility.facts import FactsError
from bot.eligibility.questions import Interview, Question, dump_interview, load_interview, question_about
from bot.eligibility.rules import Scheme


def open_question(checking: Checking, scheme: Scheme, today: date) -> Question | None:
    """The question that is open, also one whose answer is being changed; None: there is none (any more)."""
    if checking.asking is None:
        return None
    return question_about(scheme, interview_of(checking, scheme), checking.asking, today)


def interview_of(checking: Checking, scheme: Scheme) -> Interview:
    """The answers so far; those that the scheme does not know any more are asked again."""
    try:
        return load_interview(scheme, json.loads(checking.answers))
    except (FactsError, KeyError, ValueError):
        return Interview()


def with_answers(checking: Checking, interview: Interview) -> Checking:
    """With these answers, and no question open yet."""
    return replace(checking, answers=json.dumps(dump_interview(interview), separators=(",", ":")), asking=None)
