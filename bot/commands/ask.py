"""`madoguchi ask`: one stateless question, as the first message of a fresh chat; or a file of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.booking.requests import FindMine, MineFound, NotFound
from bot.dialogue import Conversation, Desk, Heard, Incoming, Say, Text, Turn, day_in_tokyo
from bot.errors import BotError
from bot.handlers.route import respond
from bot.language import Language
from bot.settings import read_settings
from bot.texts import Texts
from bot.wiring import open_desk, start_clock


class Asker:
    """Answers questions on one day, without a store."""

    def __init__(self, desk: Desk, day: date) -> None:
        self._desk = desk
        self._day = day
        self._texts = Texts(desk.content)

    def ask(self, text: str, language: Language | None) -> dict[str, object]:
        """The answer as DESIGN names its parts: kind, entry, text, choices, candidates."""
        incoming = Incoming("ask", "0", "0", datetime.now(UTC), Text(text))
        turn = self._without_requests(respond(Conversation(chosen=language), incoming, self._desk, self._day), incoming)
        spoken = language or turn.language or Language.JA
        first = turn.says[0]
        rendered = [self._texts.render(say, spoken, self._day) for say in turn.says]
        return {
            "kind": first.kind.value,
            "entry": first.entry_id,
            "language": spoken.value,
            "text": "\n\n".join(message.text for message in rendered),
            "choices": [{"label": choice.label} for message in rendered for choice in message.choices],
            "candidates": list(self._candidates(first, spoken)),
        }

    def _without_requests(self, turn: Turn, incoming: Incoming) -> Turn:
        """The turn as somebody hears it who has no booking: there is no house to ask."""
        says = turn.says
        while turn.request is not None:
            found = MineFound(()) if isinstance(turn.request, FindMine) else NotFound()
            heard = replace(incoming, body=Heard(found, turn.asking))
            turn = replace(respond(turn.conversation, heard, self._desk, self._day), language=turn.language)
            says += turn.says
        return replace(turn, says=says)

    def _candidates(self, say: Say, language: Language) -> Iterator[dict[str, object]]:
        for candidate in say.candidates:
            label = self._desk.content.entries[candidate.entry_id].question[language]
            yield {"entry": candidate.entry_id, "label": label, "score": round(candidate.score, 4)}


def run(options: argparse.Namespace) -> int:
    """Print the answer, or one JSON line for each line of the batch. Exit 1 when a line of the batch was unusable."""
    if (options.text is None) == (options.batch is None):
        print("madoguchi ask: give either TEXT or --batch FILE.jsonl", file=sys.stderr)
        return 2
    settings = read_settings()
    day = options.as_of or day_in_tokyo(start_clock(settings)())
    if options.batch is not None:
        lines = _read_lines(options.batch)
        return _answer_batch(Asker(open_desk(settings.content, settings.cache), day), lines, options.lang)
    answer = Asker(open_desk(settings.content, settings.cache), day).ask(options.text, _language(options.lang))
    print(_as_json(answer) if options.json else _plain(answer))
    return 0


def _plain(answer: dict[str, object]) -> str:
    choices = answer["choices"]
    numbered = enumerate(choices if isinstance(choices, list) else [], start=1)
    return "\n".join([str(answer["text"]), "", *(f"  {number}. {choice['label']}" for number, choice in numbered)])


def _read_lines(file: Path) -> list[str]:
    try:
        # Not splitlines(): U+2028 and its like may stand in a JSON text.
        return file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"--batch {file}: cannot be read: {error}") from error


def _answer_batch(asker: Asker, lines: Iterable[str], language: str | None) -> int:
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        answer = _answer_line(asker, line, number, language)
        failed += "error" in answer
        print(_as_json(answer))
    return 1 if failed else 0


def _as_json(answer: dict[str, object]) -> str:
    """One line of readable JSON; with escapes where a text cannot be written as UTF-8 (half a surrogate pair)."""
    line = json.dumps(answer, ensure_ascii=False)
    return line if _is_writable(line) else json.dumps(answer)


def _is_writable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _answer_line(asker: Asker, line: str, number: int, language: str | None) -> dict[str, object]:
    question = _parsed(line)
    if question is None or not isinstance(question.get("text"), str):
        id_ = question.get("id") if question else None
        return {"id": id_, "error": f'line {number}: not an object with "id" and "text"'}
    answer = asker.ask(question["text"], _language(question.get("lang") or language))
    return {"id": question.get("id")} | answer


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        question = json.loads(line)
    except ValueError:
        return None
    return question if isinstance(question, dict) else None


def _language(code: object) -> Language | None:
    """A language the desk answers in; another one (zh, ko, vi) is noticed from the text instead."""
    return Language(code) if isinstance(code, str) and code in set(Language) else None
