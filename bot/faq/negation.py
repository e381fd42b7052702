"""What a Japanese text denies: 「スマホがない」 says the opposite of 「スマホで」 in the same words.

A question that merely asks in the negative denies nothing: 「土曜は開いてないの？」 wants to know whether it is open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import sudachipy

from bot.faq.postings import Scores

MARK = "¬"
"""Stands before the term that is denied; no text can hold it as part of a word."""

_MAY_DENY = re.compile(r"な[いくしけか]|無[いくしけか]|[ずぬん]")
_DENYING = frozenset({"ない", "ず", "無い", "なし", "無し"})
_LIGHT = frozenset({"為る", "居る", "持つ", "有る"})
"""Verbs that say nothing without their noun: what is denied is the noun."""

_ASKING = frozenset({"の", "か", "です", "だ", "でしょう", "かな", "ん", "よ", "ね", "ます", "た", "?", "。", "!"})
_SAYING_NOTHING = frozenset({"分かる", "知る", "良い", "そう", "思う", "言う", "仕方", "駄目"})
"""「やり方がわからない」 asks how, as 「やり方は」 does."""

_MOSTLY = 0.5
_ASKS = frozenset({"か", "?", "の", "かな"})


def denied(morphemes: Sequence[sudachipy.Morpheme], text: str) -> dict[int, str]:
    """For each place that denies something, the term it denies."""
    if not _MAY_DENY.search(text):
        return {}
    places = (place for place, morpheme in enumerate(morphemes) if morpheme.normalized_form() in _DENYING)
    found = {place: _denied_at(morphemes, place) for place in places if not _merely_asks(morphemes, place)}
    return {place: term for place, term in found.items() if term}


class Denials:
    """Which documents are about the denial of a term: most of their ways of asking that hold the term deny it."""

    def __init__(self, ways: Sequence[Sequence[Sequence[str]]]) -> None:
        self._size = len(ways)
        self._shares: dict[str, list[tuple[int, float]]] = {}
        for document, of_document in enumerate(ways):
            holding = Counter(term for way in of_document for term in set(way))
            for term in holding:
                if term[0] == MARK and (share := holding[term] / max(holding[term[1:]], 1)) > _MOSTLY:
                    self._shares.setdefault(term[1:], []).append((document, min(share, 1.0)))

    def against(self, terms: Collection[str]) -> Scores:
        """What speaks against each document (0 or more): it is about the denial of what the question does not deny."""
        against = np.zeros(self._size)
        for term in terms:
            if term in self._shares and MARK + term not in terms:
                for document, share in self._shares[term]:
                    against[document] += share
        return against


def _merely_asks(morphemes: Sequence[sudachipy.Morpheme], place: int) -> bool:
    """Whether all that follows is the end of a question."""
    rest = {morpheme.normalized_form() for morpheme in morphemes[place + 1 :]}
    return bool(rest & _ASKS) and rest <= _ASKING


def _denied_at(morphemes: Sequence[sudachipy.Morpheme], place: int) -> str:
    """The verb that is denied, or the noun before it where the verb is a light one; empty if there is neither."""
    for morpheme in reversed(morphemes[:place]):
        kind, term = morpheme.part_of_speech()[0], str(morpheme.normalized_form()).lower()
        if kind in {"補助記号", "空白"}:
            return ""
        if kind in {"名詞", "代名詞", "形容詞", "形状詞"} or (kind == "動詞" and term not in _LIGHT):
            return "" if term in _SAYING_NOTHING else term
    return ""
