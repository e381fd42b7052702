"""What a message of several sentences is about, and when another department's business is not sure to be meant.

People tell why they ask, and what they tell hides what they ask. Pure; what is found is found by the searcher.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.content import EntryKind
from bot.dialogue import Desk
from bot.faq.entries import Found, Match, Outcome
from bot.faq.split import asks, sentences

_NEAREST = 3
_MOST_SENTENCES = 8
_CLEARLY = 0.2
_SURE_ALONE = 0.6
_ASKED_SURELY = 0.5
_A_LITTLE = 0.05
_NEARLY = 0.1
_AS_NEAR = 0.02
_WORTH_OFFERING = 0.35


def gist(text: str, found: Found, desk: Desk) -> Found:
    """What the sentence of `text` that asks is sure of; else what one sentence surely says, where that is clearly surer
    than what was `found` for the whole.

    What a sentence only tells is answered where nothing is asked, or where it makes clear what is asked: the whole is
    then surer than the asking alone.
    """
    pieces = sentences(text)[-_MOST_SENTENCES:]  # each is a search; people ask at the end
    if len(pieces) < 2:
        return found
    heard = [(asks(piece), _sure(desk.searcher.find(piece), desk)) for piece in pieces]
    if (asked := next((match for is_asking, match in reversed(heard) if is_asking and match), None)) is not None:
        return _asked(asked, found, [match for _, match in heard if match], desk)
    return _told([match for _, match in heard if match], found, desk)


def _asked(asked: Match, found: Found, business: Sequence[Match], desk: Desk) -> Found:
    """The asking sentence's, unless the whole is surer, or is about the same and knows the story besides.

    Where another department is asked after something that is ours was told, both are offered.
    """
    whole = found.matches[0] if found.outcome is Outcome.ANSWER else None
    if whole is not None and whole.id == asked.id:
        return found
    if whole is not None and (_topic(whole) == _topic(asked) or whole.confidence > asked.confidence):
        return _surest(business, found, desk)
    told_ours = () if _is_ours(asked, desk) else tuple(match for match in business if _is_ours(match, desk))
    is_sure = asked.confidence >= max(_ASKED_SURELY, _A_LITTLE + (whole.confidence if whole else 0.0))
    said = {asked.id, *(match.id for match in told_ours)}
    rest = (match for match in found.matches if match.id not in said)
    return Found(Outcome.ANSWER if is_sure and not told_ours else Outcome.DID_YOU_MEAN, (asked, *told_ours, *rest))


def _told(business: Sequence[Match], found: Found, desk: Desk) -> Found:
    """Nothing is asked that could be answered alone: what is told, or an offer where two things are told as surely."""
    told = _surest(business, found, desk)
    if told.outcome is not Outcome.ANSWER or told.matches[0].id not in {match.id for match in business}:
        return told
    first = told.matches[0]
    if not any(_topic(one) != _topic(first) and one.confidence >= first.confidence - _NEARLY for one in business):
        return told
    last_first = {match.id: match for match in reversed(business)}
    rest = (match for match in told.matches if match.id not in last_first)
    return Found(Outcome.DID_YOU_MEAN, (*last_first.values(), *rest))


def _surest(sure: Sequence[Match], found: Found, desk: Desk) -> Found:
    """What one sentence surely says, where that is clearly surer than the whole.

    It is only offered where the whole does not come near it, or another sentence is as sure of other business.
    """
    business = _ours_before(sure, found, desk)
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


def _sure(found: Found, desk: Desk) -> Match | None:
    """What a sentence is sure of, but for small talk."""
    if found.outcome is not Outcome.ANSWER or desk.content.entries[found.matches[0].id].kind is EntryKind.CHAT:
        return None
    return found.matches[0]


def _ours_before(sure: Sequence[Match], found: Found, desk: Desk) -> list[Match]:
    """The surest first, ours before if the whole comes near it."""
    business = {match.id: match for match in sure}
    backed = {match.id: _CLEARLY for match in found.matches[:_NEAREST] if _is_ours(match, desk)}
    return sorted(business.values(), key=lambda match: -match.confidence - backed.get(match.id, 0.0))


def _topic(match: Match) -> str:
    """The file an entry is of, which its id begins with."""
    return match.id.partition(".")[0]


def _is_vague(found: Found, desk: Desk) -> bool:
    """Whether the whole says nothing: unsure, small talk, or another department's business."""
    return found.outcome is not Outcome.ANSWER or not _is_ours(found.matches[0], desk)


def _nearest(found: Found) -> frozenset[str]:
    return frozenset(match.id for match in found.matches[:_NEAREST])


def _is_ours(match: Match, desk: Desk) -> bool:
    """Whether the desk can do something about it: neither small talk nor another department's business."""
    return desk.content.entries[match.id].kind not in {EntryKind.CHAT, EntryKind.ELSEWHERE}
