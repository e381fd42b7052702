"""`madoguchi faq calibrate`: learn from a pack how sure the search may be, and from what chance on it answers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from bot.content import Content, EntryKind, documents, load_pack
from bot.content.question_set import Question, read_questions
from bot.errors import BotError
from bot.faq.calibrate import Learned, Row, learn
from bot.faq.confidence import FILE, Evidence, written
from bot.faq.trials import Asked
from bot.settings import read_settings

_TURNING_AWAY = frozenset({EntryKind.CHAT, EntryKind.ELSEWHERE})


def run(options: argparse.Namespace) -> int:
    """Print what was learned and what each limit does; with `--write`, put the figures where the search reads them."""
    folder: Path = options.pack or read_settings().content
    content, questions = load_pack(folder), read_questions(folder)
    if not questions:
        raise BotError(f"{folder}: has no questions.jsonl, or an empty one; the limits are learned from it")
    try:
        learned = learn(documents(content), list(_asked(questions, content)), content.synonyms)
    except ValueError as error:
        raise BotError(f"{folder}: {error}") from error
    print(_laid_out(learned))
    if options.write:
        _write(options.file or FILE, written(learned.trust))
    return 0


def _asked(questions: Iterable[Question], content: Content) -> Iterable[Asked]:
    """The questions of the set; who asks what nobody here answers may still be greeted or sent to the right office."""
    turning_away = frozenset(entry.id for entry in content.entries.values() if entry.kind in _TURNING_AWAY)
    for question in questions:
        yield Asked(question.text, question.entry_ids or turning_away, is_none=not question.entry_ids)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{file}: cannot be written: {error.strerror}; give another place with --file") from error
    print(f"{file}: written", file=sys.stderr)


def _laid_out(learned: Learned) -> str:
    trust = learned.trust
    models = (
        f"{name:6} {'  '.join(_weights(trust.models[name].weights))}  intercept {trust.models[name].intercept:.2f}"
        f"  auroc {learned.aurocs[name]:.3f}"
        for name in sorted(trust.models)
    )
    head = "limit  answered  right  none answered  right (left out)"
    unseen = (
        f"questions not learned from: {100 * learned.unseen.answered:.1f} % answered right, "
        f"{100 * learned.unseen.right:.1f} % of the answers right, "
        f"{100 * learned.unseen.none_answered:.1f} % of those without an answer answered"
    )
    lines = [
        f"{learned.trials} ways of asking left out, {learned.questions} questions of the set",
        *models,
        "",
        head,
        *(_line(row, learned) for row in learned.rows),
        "",
        f"answer from {trust.answer_from:.2f}, offer from {trust.offer_from:.2f}",
        unseen,
    ]
    return "\n".join(lines)


def _weights(weights: Iterable[float]) -> Iterable[str]:
    return (f"{name} {weight:.2f}" for name, weight in zip(Evidence._fields, weights, strict=True))


def _line(row: Row, learned: Learned) -> str:
    limits = {"answer": learned.trust.answer_from, "offer": learned.trust.offer_from}
    marks = [name for name, limit in limits.items() if limit == row.limit]
    mark = f"  <- {', '.join(marks)}" if marks else ""
    shares = (f"{100 * row.answered:8.1f}", f"{100 * row.right:6.1f}", f"{100 * row.none_answered:13.1f}")
    return f"{row.limit:5.2f}  {' '.join(shares)} {100 * row.left_out_right:17.1f}{mark}"
