"""A question that leans on the last answer: 「持ち物は？」 after an answer about the desk means the desk's list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.content import Entry
from bot.faq.entries import Found, Match, Outcome
from bot.language import Language, Script, noticed_script

_LEANS = re.compile(
    r"^\s*(?:それ|そこ|その|そっち|これ|ここ|この|では|じゃあ|じゃ|だったら|なら|あと|ほか|他に|もし)"
    r"|^\s*(?:and|what about|how about|also|then|is it|does it|do they|are they|there)\b",
    re.IGNORECASE,
)
_POINTS = {
    Language.JA: re.compile(
        r"^\s*(?:(?:では|じゃあ?|なら|あと)[、,\s]*)?(?:それ|そこ|そちら|そっち|その|これ|ここ|こちら|この)(?!から|より|まで|他|ほか|とも)"
    ),
    Language.EN: re.compile(r"\b(?:it|that|they|those)\b", re.IGNORECASE),
}
"""The word that stands for what the last answer was about."""

_SHORT = 8
"""Characters: 「持ち物は？」, 「土曜は？」. A question of so few hardly ever stands on its own."""

_NEAR_ENOUGH = 0.5
_LIKELY_ENOUGH = 0.15


def leaning(found: Found, text: str, last: Entry | None, entries: Mapping[str, Entry]) -> Found:
    """What was found, with an entry near the last answer first where the question leans on that answer.

    Near is what the last answer names as related, and what stands under the same heading. It must be at least half
    as likely as the best match, so that a change of subject stays one.
    """
    if last is None or not found.matches or not (_LEANS.search(text) or len(text.strip()) <= _SHORT):
        return found
    near = next((match for match in found.matches if match.id != last.id and _is_near(match, last, entries)), None)
    best = found.matches[0]
    if near is None or near.confidence < max(_LIKELY_ENOUGH, _NEAR_ENOUGH * best.confidence):
        return found
    return Found(Outcome.ANSWER, (near, *(match for match in found.matches if match is not near)))


def named(text: str, last: Entry | None) -> str | None:
    """The question with what the last answer was about in the place of "it"; None where no such word stands."""
    language = Language.EN if noticed_script(text) is Script.EN else Language.JA
    if last is None or not _POINTS[language].search(text):
        return None
    name = last.label[language] if language is Language.EN else f"{last.label[language]} "
    return _POINTS[language].sub(name, text, count=1)


def surer(found: Found, by_name: Found, last: Entry, entries: Mapping[str, Entry]) -> Found:
    """What was found by the name of what "it" is, if it is an answer on the same subject and at least as sure."""
    if by_name.outcome is not Outcome.ANSWER:
        return found
    first = by_name.matches[0]
    if first.id != last.id and not _is_near(first, last, entries):
        return found
    is_surer = found.outcome is not Outcome.ANSWER or first.confidence >= found.matches[0].confidence
    return by_name if is_surer else found


def _is_near(match: Match, last: Entry, entries: Mapping[str, Entry]) -> bool:
    return match.id in last.related or entries[match.id].topic == last.topic
