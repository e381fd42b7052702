"""A question that leans on the last answer: 「持ち物は？」 after an answer about the desk means the desk's list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.content import Entry
from bot.faq.entries import Found, Match, Outcome

_LEANS = re.compile(
    r"^\s*(?:それ|そこ|その|そっち|これ|ここ|この|では|じゃあ|じゃ|だったら|なら|あと|ほか|他に|もし)"
    r"|^\s*(?:and|what about|how about|also|then|is it|does it|do they|are they|there)\b",
    re.IGNORECASE,
)
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


def _is_near(match: Match, last: Entry, entries: Mapping[str, Entry]) -> bool:
    return match.id in last.related or entries[match.id].topic == last.topic
