"""Questions that ask about the same, put together: greedy, so that the most frequent one speaks for its cluster.

Two questions are alike by the short character sequences they share, rare ones counting more: once over their words
without grammar and, where they are Japanese, once over their sound (kana for kanji, words written by ear).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from bot.faq.normalise import fold
from bot.faq.words import Analyser, Chinese, English, Japanese, Korean, Plain, Vietnamese

ALIKE = 0.5
"""Questions at least so alike (0..1) stand together."""

_JAPANESE = "ja"
_OTHERS: Mapping[str, Callable[[], Analyser]] = {"en": English, "zh": Chinese, "ko": Korean, "vi": Vietnamese}

Sequences = frozenset[str]
View = tuple[Sequences, ...]
"""A question as it is compared: its words' sequences, and its sound's."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions alike, in the order given; the first is what the others were compared with."""

    language: str
    texts: tuple[str, ...]


def clusters(questions: Sequence[tuple[str, str]], alike: float = ALIKE) -> tuple[Cluster, ...]:
    """`questions` (language, text), the most important first, as clusters in the order of their first questions.

    Easy Japanese stands with Japanese.
    """
    by_language: dict[str, list[tuple[int, str]]] = {}
    for place, (code, text) in enumerate(questions):
        by_language.setdefault(_JAPANESE if code == "ja-easy" else code, []).append((place, text))
    found = [
        (members[0][0], Cluster(language, tuple(text for _, text in members)))
        for language, placed in by_language.items()
        for members in _grouped(placed, _views(language, [text for _, text in placed]), alike)
    ]
    return tuple(cluster for _, cluster in sorted(found, key=lambda pair: pair[0]))


def _grouped(placed: Sequence[tuple[int, str]], views: Sequence[View], alike: float) -> list[list[tuple[int, str]]]:
    rarity = _rarities(views)
    groups: list[tuple[View, list[tuple[int, str]]]] = []
    for question, view in zip(placed, views, strict=True):
        near = ((_likeness(view, seed, rarity), members) for seed, members in groups)
        score, members = max(near, key=lambda pair: pair[0], default=(0.0, []))
        if score >= alike:
            members.append(question)
        else:
            groups.append((view, [question]))
    return [members for _, members in groups]


def _views(language: str, texts: Sequence[str]) -> list[View]:
    folded = [fold(text) for text in texts]
    if language == _JAPANESE:
        japanese = Japanese()
        return [(_written(japanese, text), _heard(japanese, text)) for text in folded]
    analyser = _OTHERS.get(language, Plain)()
    return [(frozenset(chain(*(_run(f"·{word.term}·") for word in analyser.words(text)))),) for text in folded]


def _written(japanese: Japanese, text: str) -> Sequences:
    return _run("".join(word.term for word in japanese.words(text)) or text)


def _heard(japanese: Japanese, text: str) -> Sequences:
    return _run("".join(reading.sound for reading in japanese.readings(text)))


def _run(text: str) -> Sequences:
    return frozenset(map("".join, pairwise(text))) or frozenset(text)


def _rarities(views: Sequence[View]) -> dict[str, float]:
    held = Counter(sequence for view in views for sequence in frozenset(chain(*view)))
    return {sequence: math.log(1 + len(views) / count) for sequence, count in held.items()}


def _likeness(one: View, other: View, rarity: Mapping[str, float]) -> float:
    """Dice's measure, by words or by sound, whichever is nearer."""
    return max(_dice(mine, theirs, rarity) for mine, theirs in zip(one, other, strict=True))


def _dice(one: Sequences, other: Sequences, rarity: Mapping[str, float]) -> float:
    shared = one & other
    if not shared:
        return 0.0
    total = sum(map(rarity.__getitem__, one)) + sum(map(rarity.__getitem__, other))
    return 2 * sum(map(rarity.__getitem__, shared)) / total
