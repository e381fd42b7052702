"""`madoguchi faq evaluate`: how good and how fast the search is on any corpus with known right answers."""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.faq.entries import Document
from bot.faq.evaluate import Report, evaluate, with_aliases


def run(options: argparse.Namespace) -> int:
    """Print the report as a table or as JSON. Raises BotError naming the file and what is wrong in it."""
    corpus = _corpus(options.corpus)
    if options.aliases is not None:
        corpus = with_aliases(corpus, _lists(options.aliases))
    report = evaluate(corpus, _texts(options.queries), _grades(options.qrels), clock=time.perf_counter)
    print(json.dumps(dataclasses.asdict(report)) if options.json else _table(report))
    return 0


def _table(report: Report) -> str:
    return "\n".join(f"{name:10} {value:10.2f}" for name, value in dataclasses.asdict(report).items())


def _corpus(file: Path) -> list[Document]:
    documents = [_document(file, place, row) for place, row in enumerate(_json(file, list), start=1)]
    ids = [document.id for document in documents]
    twice = next((one for one in ids if ids.count(one) > 1), None) if len(set(ids)) < len(ids) else None
    if twice is not None:
        raise BotError(f"{file}: the id {twice!r} occurs twice; give each entry its own")
    return documents


def _document(file: Path, place: int, row: object) -> Document:
    if not isinstance(row, Mapping) or not {"id", "question", "answer"} <= row.keys():
        raise BotError(f'{file}: entry {place} is not an object with "id", "question" and "answer"')
    id_, question, answer = (row[name] for name in ("id", "question", "answer"))
    if not all(isinstance(value, str) for value in (id_, question, answer)) or not question.strip():
        raise BotError(f"{file}: entry {place}: id, question and answer must be texts, and the question not empty")
    return Document(id=id_, question=question, answer=answer)


def _texts(file: Path) -> dict[str, str]:
    return {str(key): str(value) for key, value in _json(file, dict).items()}


def _grades(file: Path) -> dict[str, dict[str, int]]:
    rows = _json(file, dict)
    if not all(isinstance(graded, Mapping) for graded in rows.values()):
        raise BotError(f"{file}: each query's grades must be an object of entry id to whole number")
    return {str(key): {str(entry): int(grade) for entry, grade in graded.items()} for key, graded in rows.items()}


def _lists(file: Path) -> dict[str, list[str]]:
    rows = _json(file, dict)
    if not all(isinstance(texts, list) for texts in rows.values()):
        raise BotError(f"{file}: each entry's aliases must be a list of texts")
    return {str(key): [str(text) for text in texts] for key, texts in rows.items()}


def _json(file: Path, kind: type) -> Any:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BotError(f"{file}: cannot be read as JSON: {error}") from error
    if not isinstance(rows, kind):
        raise BotError(f"{file}: must hold a JSON {'list' if kind is list else 'object'}")
    return rows
