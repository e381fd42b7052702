"""What a message of several sentences is about, and when another department's business is not sure to be meant.

People tell why they ask, and what they tell hides what they ask. Pure; what is found is found by the searcher.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.content import EntryKind
from bot.dialogue import Desk
from bot.faq.entries import Found, Match, Outcome
from bot.faq.split import sentences

_NEAREST = 3
_MOST_SENTENCES = 8
_CLEARLY = 0.2
_SURE_ALONE = 0.6
_AS_NEAR = 0.02
_WORTH_OFFERING = 0.35


def gist(text: str, found: Found, desk: Desk) -> Found:
    """What one sentence of `text` surely says, where that is clearly surer than what was `found` for the whole.

    It is only offered where the whole does not come near it, or another sentence is as sure of other business.
    """
    pieces = sentences(text)[-_MOST_SENTENCES:]  # each is a search; people ask at the end
    business = _surely_said(pieces, found, desk) if len(pieces) > 1 else []
    if not business:
        return found
    first, is_vague = business[0], _is_vague(found, desk)
    if first.confidence < _CLEARLY + (0.0 if is_vague else found.matches[0].confidence):
        return found
    others = [match.confidence for match in business if _is_ours(match, desk) is not _is_ours(first, desk)]
    is_sure = first.confidence >= max(others, default=0.0) + _CLEARLY and (
        first.confidence >= _SURE_ALONE or first.id in _nearest(found)
    )
    said = {match.id for match in business}
    rest = tuple(match for match in found.matches if match.id not in said)
    return Found(Outcome.ANSWER if is_sure else Outcome.DID_YOU_MEAN, (*business, *rest))


def doubted(found: Found, desk: Desk) -> Found:
    """`found`, but as an offer where entries of the page are as near as the other department's business before them."""
    if found.outcome is not Outcome.ANSWER or desk.content.entries[found.matches[0].id].kind is not EntryKind.ELSEWHERE:
        return found
    first, *others = found.matches[:_NEAREST]
    page = [match for match in others if _is_ours(match, desk)]
    as_near = [one for one in page if one.score >= first.score - _AS_NEAR and one.confidence >= _WORTH_OFFERING]
    return Found(Outcome.DID_YOU_MEAN, (*as_near, first)) if as_near else found


def _surely_said(pieces: Sequence[str], found: Found, desk: Desk) -> list[Match]:
    """What the sentences are sure of but small talk: the surest first, ours before if the whole comes near it."""
    sure = [one.matches[0] for one in map(desk.searcher.find, pieces) if one.outcome is Outcome.ANSWER]
    business = {match.id: match for match in sure if desk.content.entries[match.id].kind is not EntryKind.CHAT}
    backed = {match.id: _CLEARLY for match in found.matches[:_NEAREST] if _is_ours(match, desk)}
    return sorted(business.values(), key=lambda match: -match.confidence - backed.get(match.id, 0.0))


def _is_vague(found: Found, desk: Desk) -> bool:
    """Whether the whole says nothing: unsure, small talk, or another department's business."""
    return found.outcome is not Outcome.ANSWER or not _is_ours(found.matches[0], desk)


def _nearest(found: Found) -> frozenset[str]:
    return frozenset(match.id for match in found.matches[:_NEAREST])


def _is_ours(match: Match, desk: Desk) -> bool:
    """Whether the desk can do something about it: neither small talk nor another department's business."""
    return desk.content.entries[match.id].kind not in {EntryKind.CHAT, EntryKind.ELSEWHERE}
