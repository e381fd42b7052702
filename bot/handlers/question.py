"""A question in the resident's own words: the answer, up to three nearest questions, or whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.content import Dialogue, Entry, EntryKind, NoticeKind
from bot.dialogue import Candidate, Choice, Conversation, Desk, KeepQuestion, Kind, Phrase, Turn
from bot.faq.entries import Found, Outcome
from bot.faq.split import split_questions
from bot.handlers import choices
from bot.handlers.gist import doubted, gist
from bot.handlers.leaning import leaning, named, surer
from bot.handlers.redact import cleaned
from bot.handlers.reply import say
from bot.handlers.wish import is_to_book
from bot.language import Script, noticed_script

_DECOYS = frozenset({EntryKind.CHAT, EntryKind.ELSEWHERE})
_ALONE = _DECOYS | {EntryKind.DIALOGUE}
_CANDIDATES = 3


def ask(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn:
    """Answer `text`, a question nothing else claimed.

    The text is looked at and forgotten; only where no answer was sure, it is asked to be kept, cleaned of the person.
    """
    if desk.content.booking is not None and is_to_book(text, today):
        return Turn(conversation, (), goto=Dialogue.BOOKING)
    return _answer_each(conversation, text, desk, today) or _answer_one(conversation, text, desk, today)


def _answer_one(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn:
    whole = _find(text, desk.content.entries.get(conversation.last_entry_id or ""), desk)
    found = doubted(gist(text, whole, desk), desk)
    if found.outcome is Outcome.ANSWER:
        return _with_candidates(answer(conversation, desk.content.entries[found.matches[0].id], desk, today), found)
    near = _near(found, desk, today) if found.outcome is Outcome.DID_YOU_MEAN else ()
    turn = _did_you_mean(conversation, near) if near else _ask_office(conversation, desk, today)
    return replace(_with_candidates(turn, found), effects=_keep(text))


def _answer_each(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn | None:
    """Each of several questions in one message, if every one is sure and they ask different things; else None."""
    questions = split_questions(text)
    if len(questions) == 1:
        return None
    found = _find_each(questions, conversation, desk)
    entries = [desk.content.entries[one.matches[0].id] for one in found if one.outcome is Outcome.ANSWER]
    if len({entry.id for entry in entries}) < len(questions) or any(entry.kind in _ALONE for entry in entries):
        return None
    return _together([answer(conversation, entry, desk, today) for entry in entries], found)


def _find(text: str, last: Entry | None, desk: Desk) -> Found:
    """What fits a question that may lean on the `last` answer."""
    entries = desk.content.entries
    found, by_name = leaning(desk.searcher.find(text), text, last, entries), named(text, last)
    if last is None or by_name is None:
        return found
    return surer(found, desk.searcher.find(by_name), last, entries)


def _find_each(questions: tuple[str, ...], conversation: Conversation, desk: Desk) -> list[Found]:
    """What is found for each question; each may lean on the answer before it, the first on the last one given."""
    entries, last = desk.content.entries, desk.content.entries.get(conversation.last_entry_id or "")
    found: list[Found] = []
    for question in questions:
        one = _find(question, last, desk)
        last = entries[one.matches[0].id] if one.outcome is Outcome.ANSWER else last
        found.append(one)
    return found


def _together(turns: list[Turn], found: list[Found]) -> Turn:
    """One turn that says what all of them say; the choices are the last one's, for only they stay on the screen."""
    worded = [_with_candidates(turn, one).says[0] for turn, one in zip(turns, found, strict=True)]
    *before, last = worded
    return replace(turns[-1], says=(*(replace(one, choices=()) for one in before), last))


def answer(conversation: Conversation, entry: Entry, desk: Desk, today: date) -> Turn:
    """The entry's answer as it holds on `today`, or the notice that stands in its place, or the dialogue it begins."""
    if entry.starts:
        return Turn(conversation, (), goto=entry.starts)
    if entry.kind is EntryKind.ELSEWHERE:
        return say(conversation, Kind.ASK_OFFICE, (Phrase(f"@answer/{entry.id}"),), (choices.MENU, choices.OFFICE))
    if entry.kind is EntryKind.CHAT:
        return say(conversation, Kind.CHAT, (Phrase(f"@answer/{entry.id}"),), _after_chat(entry, desk))
    closing = desk.content.notice_on(today, NoticeKind.CLOSING)
    if closing and not entry.holds_on(today):
        return say(conversation, Kind.NOTICE, (Phrase(closing.text_key),), (choices.MENU, choices.OFFICE))
    return _answer_with_source(conversation, entry, desk, today)


def ask_which(conversation: Conversation, desk: Desk, today: date) -> Turn | None:
    """「予約」 has two meanings: ask back which is meant, with a button for each."""
    entry = next((one for one in desk.content.entries.values() if one.starts is Dialogue.WHICH_BOOKING), None)
    if entry is None:
        return None
    offered = tuple(choices.entry(entry_id) for entry_id in entry.related if _may_show(entry_id, desk, today))
    closing = desk.content.notice_on(today, NoticeKind.CLOSING)
    if closing and not offered:  # nothing is left to choose between
        return say(conversation, Kind.NOTICE, (Phrase(closing.text_key),), (choices.MENU, choices.OFFICE))
    return say(conversation, Kind.QUESTION, (Phrase(f"@answer/{entry.id}"),), (*offered, choices.MENU))


def _answer_with_source(conversation: Conversation, entry: Entry, desk: Desk, today: date) -> Turn:
    banner = desk.content.notice_on(today, NoticeKind.BANNER)
    phrases = (Phrase(f"@answer/{entry.id}"), *((Phrase(banner.text_key),) if banner else ()))
    related = tuple(choices.entry(entry_id) for entry_id in entry.related if _may_show(entry_id, desk, today))
    offered = (*related, *choices.rating(entry.id), choices.MENU)
    turn = say(replace(conversation, last_entry_id=entry.id, rated_entry_id=None), Kind.ANSWER, phrases, offered)
    return replace(turn, says=(replace(turn.says[0], entry_id=entry.id),))


def _did_you_mean(conversation: Conversation, near: tuple[str, ...]) -> Turn:
    offered = (*(choices.entry(entry_id, whole_question=True) for entry_id in near), choices.OFFICE, choices.MENU)
    return say(conversation, Kind.DID_YOU_MEAN, (Phrase("question.did_you_mean"),), offered)


def _ask_office(conversation: Conversation, desk: Desk, today: date) -> Turn:
    closing = desk.content.notice_on(today, NoticeKind.CLOSING)
    phrases = (Phrase("question.none"), Phrase("office.line"), *((Phrase(closing.text_key),) if closing else ()))
    return say(conversation, Kind.ASK_OFFICE, phrases, (choices.MENU, choices.OFFICE))


def _keep(text: str) -> tuple[KeepQuestion, ...]:
    """What the town may learn from: the question without numbers and names; nothing if little is left of it."""
    language, kept = noticed_script(text), cleaned(text)
    return (KeepQuestion(kept, language.value),) if kept and language is not Script.UNKNOWN else ()


def _near(found: Found, desk: Desk, today: date) -> tuple[str, ...]:
    """The nearest entries worth offering; none when another department's business is nearer than they are."""
    if found.matches and desk.content.entries[found.matches[0].id].kind is EntryKind.ELSEWHERE:
        return ()
    return tuple(match.id for match in found.matches if _may_show(match.id, desk, today))[:_CANDIDATES]


def _may_show(entry_id: str, desk: Desk, today: date) -> bool:
    entry = desk.content.entries[entry_id]
    closed = desk.content.notice_on(today, NoticeKind.CLOSING) is not None and not entry.holds_on(today)
    return entry.kind not in _DECOYS and not closed


def _after_chat(entry: Entry, desk: Desk) -> tuple[Choice, ...]:
    if entry.related:
        return (*(choices.entry(entry_id) for entry_id in entry.related), choices.MENU)
    return (*choices.topics(desk.content), choices.OFFICE)


def _with_candidates(turn: Turn, found: Found) -> Turn:
    if not turn.says:
        return turn
    candidates = tuple(Candidate(match.id, match.score) for match in found.matches)
    return replace(turn, says=(replace(turn.says[0], candidates=candidates), *turn.says[1:]))
