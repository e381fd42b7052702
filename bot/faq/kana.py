"""Japanese typed without kanji: heard instead of read.

The words of the documents are found again by how they are read (their longest readings that fit together), and each way
of asking is compared by its sound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.faq.likeness import Likeness, Ways
from bot.faq.normalise import to_hiragana
from bot.faq.postings import Scores
from bot.faq.words import Japanese, Reading, Word

_RUN = re.compile(r"[\u3041-\u3096ー]+")
_HAN = re.compile(r"[\u3400-\u9fff々〆]")
_LONGEST_READING = 12
_SHORTEST_READING = 2
_HOMOPHONES = 3
_GRAMMAR_WORDS = """
は が を に で と も の へ や か な た て だ から まで より です ます ですか ますか でしょうか
ください たい して した する
ない ません ました って けど ので のに では には とは れる られる
せる ている ていた んですが ですが のですが
"""
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())


def is_kana(text: str) -> bool:
    """Whether `text` is Japanese without kanji.

    >>> is_kana("ちゅうしゃじょうは どこですか"), is_kana("駐車場はどこですか")
    (True, False)
    """
    return _HAN.search(text) is None and _RUN.search(to_hiragana(text)) is not None


class Kana:
    """The documents by ear."""

    def __init__(self, ways: Sequence[Sequence[str]], vocabulary: Iterable[str], japanese: Japanese) -> None:
        self._japanese = japanese
        read = [[japanese.readings(way) for way in of_document] for of_document in ways]
        heard = Counter(word for of_document in read for way in of_document for word in way)
        heard.update(Reading(_sound(japanese.readings(term)), term) for term in vocabulary)
        self._terms = _terms_by_reading(heard)
        sounds = [_sound(way) for of_document in read for way in of_document]
        self._likeness = Likeness([_grams(sound) for sound in sounds], Ways([len(of_document) for of_document in ways]))

    def words(self, text: str) -> list[Word]:
        """The documents' words that `text` sounds like."""
        found = []
        for run in _RUN.findall(to_hiragana(text)):
            for reading in self._split(run):
                term, *homophones = self._terms[reading]
                found.append(Word(term, also=tuple(homophones)))
        return found

    def likeness(self, text: str) -> Scores:
        """For each document how like its nearest way of asking sounds to `text` (0..1)."""
        return self._likeness.of(_grams(_sound(self._japanese.readings(text))))

    def nbytes(self) -> int:
        """Memory it takes, about."""
        return self._likeness.nbytes() + sum(300 + 2 * len(reading) for reading in self._terms)

    def _split(self, run: str) -> list[str]:
        """The readings in `run` that together explain most of it, long ones counting more than their parts."""
        best, back = [0], [(0, "")]
        for end in range(1, len(run) + 1):
            gain, start, reading = best[end - 1], end - 1, ""
            for size in range(1, min(_LONGEST_READING, end) + 1):
                piece = run[end - size : end]
                is_word = piece in self._terms
                if (is_word or piece in _GRAMMAR) and best[end - size] + size * size > gain:
                    gain, start, reading = best[end - size] + size * size, end - size, piece if is_word else ""
            best.append(gain)
            back.append((start, reading))
        return _trace(back)


def _trace(back: Sequence[tuple[int, str]]) -> list[str]:
    found, at = [], len(back) - 1
    while at > 0:
        at, reading = back[at]
        if reading:
            found.append(reading)
    return found[::-1]


def _terms_by_reading(heard: Counter[Reading]) -> dict[str, list[str]]:
    terms: dict[str, list[str]] = {}
    for word, _ in heard.most_common():
        if word.term and len(word.sound) >= _SHORTEST_READING and _RUN.fullmatch(word.sound):
            known = terms.setdefault(word.sound, [])
            if len(known) < _HOMOPHONES and word.term not in known:
                known.append(word.term)
    return terms


def _sound(readings: Sequence[Reading]) -> str:
    return "".join(reading.sound for reading in readings)


def _grams(sound: str) -> list[str]:
    return [*map("".join, pairwise(sound)), *(sound[i : i + 3] for i in range(len(sound) - 2))]
