"""A pack's own questions, `questions.jsonl`: what residents ask, and which entry answers it, or none.

Lines of `{"text", "entry", "language"}`; `entry` is an id, a list of ids, or "none".
Says which are answered right; asks nobody itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.pack import Content, EntryKind
from bot.errors import ContentError, Fault
from bot.faq.entries import Found, Outcome

FILE = "questions.jsonl"
_NONE = "none"
_NO_ANSWERS = frozenset({EntryKind.CHAT, EntryKind.ELSEWHERE})
"""What entries of these kinds say asserts nothing of the town's."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the entries any of which answers it; none: no entry does."""

    text: str
    entry_ids: frozenset[str] = frozenset()


def read_questions(folder: Path) -> tuple[Question, ...]:
    """The pack's questions; none if it has no such file. Raises ContentError with every line that is unusable."""
    file = folder / FILE
    if not file.is_file():
        return ()
    faults: list[Fault] = []
    lines = file.read_text(encoding="utf-8").splitlines()
    questions = tuple(_read_lines(lines, faults))
    if faults:
        raise ContentError(tuple(faults))
    return questions


def is_right(question: Question, found: Found, content: Content) -> bool:
    """Whether the right entry answers; where none should, that none does with confidence (a greeting is no answer)."""
    answered_by = found.matches[0].id if found.outcome is Outcome.ANSWER else None
    if question.entry_ids:
        return answered_by in question.entry_ids
    if answered_by is None:
        return True
    return content.entries[answered_by].kind in _NO_ANSWERS


def _read_lines(lines: list[str], faults: list[Fault]) -> Iterator[Question]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _read_line(line)
        if question is None:
            faults.append(Fault(FILE, number, "(line)", 'must be {"text", "entry", "language"}; correct it'))
        else:
            yield question


def _read_line(line: str) -> Question | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    text, entry = fields.get("text"), fields.get("entry", fields.get("expected"))
    entry_ids = [entry] if isinstance(entry, str) else entry
    if not isinstance(text, str) or not isinstance(entry_ids, list) or not entry_ids:
        return None
    if not all(isinstance(entry_id, str) for entry_id in entry_ids):
        return None
    return Question(text, frozenset(entry_ids) - {_NONE})
