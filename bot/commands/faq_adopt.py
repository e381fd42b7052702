"""`madoguchi faq adopt`: a resident's words become a way of asking in the pack, if nothing gets worse by it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.content import Content, check_pack, unfound_questions
from bot.content.check_asks import folded
from bot.content.editing import with_ask
from bot.content.part import did_you_mean
from bot.content.question_set import Question, is_right, read_questions
from bot.dialogue import Desk, day_in_tokyo
from bot.errors import BotError, Fault, StoreError
from bot.faq.entries import Found, Outcome
from bot.handlers.guard import danger_in
from bot.handlers.redact import MARK
from bot.language import Script, noticed_script
from bot.settings import Settings, read_settings
from bot.store import unanswered
from bot.store.opened import opened
from bot.wiring import open_desk


@dataclass(frozen=True, slots=True)
class Examined:
    """What can be said of a pack: its faults, and which entry (None: no sure one) its own questions find."""

    desk: Desk
    faults: tuple[Fault, ...]
    found: dict[Question, Found]

    def is_right(self, question: Question) -> bool:
        return is_right(question, self.found[question], self.desk.content)


@dataclass(frozen=True, slots=True)
class Change:
    """What adding a way of asking did to the rest of the pack."""

    faults: tuple[Fault, ...]
    now_right: tuple[Question, ...]
    now_wrong: tuple[Question, ...]

    @property
    def is_worse(self) -> bool:
        return bool(self.faults or self.now_wrong)


def run(options: argparse.Namespace) -> int:
    """Add it, report what changed, and delete the kept question. Exit 1, the file as it was, if something got worse."""
    settings = read_settings()
    text = " ".join(options.text.split())
    before = _examine(settings.content)
    _refuse_unusable(text, options.entry, before.desk.content)
    language = options.language or _written_in(text)
    file = settings.content / "faq" / f"{before.desk.content.entries[options.entry].topic}.yaml"
    source = file.read_bytes()
    after = _add(file, source, options.entry, language, text, settings.content)
    change = compare(before, after)
    _report(change, before, after, text)
    if change.is_worse and not options.force:
        file.write_bytes(source)
        print(f"{file}: left as it was, because something got worse; --force adds it all the same", file=sys.stderr)
        return 1
    print(f"{file}: added to {options.entry} ({language})")
    asyncio.run(_forget_kept(settings, text))
    return 0


def _refuse_unusable(text: str, entry_id: str, content: Content) -> None:
    if entry_id not in content.entries:
        raise BotError(f"there is no entry {entry_id!r}{did_you_mean(entry_id, content.entries)}")
    if not any(sign.isalpha() for sign in text) or MARK in text:
        raise BotError(f"{text!r} is no way of asking; write it as a resident may, without {MARK}")
    if danger_in(text):
        raise BotError("the text seems to carry a number that nobody should type; write it without")
    for entry in content.entries.values():
        asked = (*entry.question.values(), *(ask for asks in entry.asks.values() for ask in asks))
        if folded(text) in map(folded, asked):
            raise BotError(f"{text!r} is a way of asking of {entry.id} already")


def _written_in(text: str) -> str:
    script = noticed_script(text)
    return Script.JA.value if script is Script.UNKNOWN else script.value


def _add(file: Path, source: bytes, entry_id: str, language: str, text: str, folder: Path) -> Examined:
    """Write the file and look at the pack again. The file is as it was if anything is raised."""
    try:
        changed = with_ask(source.decode("utf-8"), entry_id, language, text)
    except ValueError as error:
        raise BotError(f"{file}: {entry_id}.asks.{language}: {error}") from error
    try:
        file.write_bytes(changed.encode("utf-8"))
        return _examine(folder)
    except BaseException:
        file.write_bytes(source)
        raise


def _examine(folder: Path) -> Examined:
    desk = open_desk(folder)
    faults = check_pack(folder, day_in_tokyo(datetime.now(UTC)))
    unfound = unfound_questions(desk.content, lambda text: _answered_by(desk.searcher.find(text)))
    found = {question: desk.searcher.find(question.text) for question in read_questions(folder)}
    return Examined(desk, (*faults, *unfound), found)


def _answered_by(found: Found) -> str | None:
    return found.matches[0].id if found.outcome is Outcome.ANSWER else None


def compare(before: Examined, after: Examined) -> Change:
    """What is new after: faults (known by file and key, since lines move), and questions right or wrong now."""
    known = {(fault.file, fault.key) for fault in before.faults}
    new = tuple(fault for fault in after.faults if (fault.file, fault.key) not in known)
    changed = [question for question in after.found if before.is_right(question) is not after.is_right(question)]
    return Change(
        new,
        now_right=tuple(question for question in changed if after.is_right(question)),
        now_wrong=tuple(question for question in changed if not after.is_right(question)),
    )


def _report(change: Change, before: Examined, after: Examined, text: str) -> None:
    for fault in change.faults:
        print(f"new fault: {fault}")
    right_before, right_after = (sum(map(one.is_right, one.found)) for one in (before, after))
    if after.found:
        print(f"question set: {right_before} of {len(before.found)} right before, {right_after} after")
    for question in change.now_right:
        print(f"  now right: {question.text}")
    for question in change.now_wrong:
        answered_by = _answered_by(after.found[question]) or "no sure answer"
        expected = " or ".join(sorted(question.entry_ids)) or "none"
        print(f"  now wrong: {question.text} (expected {expected}, finds {answered_by})")
    was, now = (_answered_by(one.desk.searcher.find(text)) or "no sure answer" for one in (before, after))
    print(f"{text}: found {was} before, {now} after")


async def _forget_kept(settings: Settings, text: str) -> None:
    """Delete the question from those that wait for an answer, where there is a database."""
    try:
        async with opened(settings.database_url) as engine:
            for question in await engine.read(unanswered.kept()):
                if folded(question.text) == folded(text):
                    await engine.write(unanswered.forget(question.language, question.text))
    except StoreError as error:
        print(f"no kept question was deleted: {error}", file=sys.stderr)
