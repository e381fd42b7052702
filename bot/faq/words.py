"""Text into search terms, one analyser a language. A term is a word in its one spelling, without its grammar."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import sudachipy

from bot.faq.negation import MARK, denied
from bot.faq.normalise import to_hiragana
from bot.faq.weights import KINDS


class Word(NamedTuple):
    """A word that says something."""

    term: str
    """Its one spelling."""
    weight: float = 0.0
    """How much its kind of word counts (a logarithm)."""
    groups: tuple[int, ...] = ()
    """The dictionary's sets of synonyms it belongs to."""
    also: tuple[str, ...] = ()
    """Terms it may be as well: words that sound the same."""


class Reading(NamedTuple):
    """How a word sounds, in hiragana; `term` is empty for grammar."""

    sound: str
    term: str


class Analyser(Protocol):
    """Splits folded text of one language; safe to call from several threads."""

    def words(self, text: str) -> list[Word]:
        """The words of `text` that carry meaning, in order."""
        ...

    def grams(self, words: Sequence[Word]) -> list[str]:
        """Character sequences that still agree when the spelling is a little off."""
        ...


_SIGNS = frozenset({"補助記号", "記号", "空白"})
_GRAMMAR = frozenset({"助詞", "助動詞"})
_BOUNDS = frozenset({"まで", "から"})
_WHEN = frozenset({"いつ", "何時"})
_UNITS_OF_TIME = frozenset({"日", "月", "時", "年", "曜", "曜日"})
_WHEN_WEIGHT = 0.1
_DENIED_WEIGHT = -0.5
_TOKENISED_AT_ONCE = 4000
"""Characters; the tokeniser refuses texts above 49,149 bytes."""


class Japanese:
    """Sudachi, short units, normalised forms. One dictionary, one tokeniser a thread."""

    def __init__(self) -> None:
        self._dictionary = sudachipy.Dictionary(dict="core")
        self._threads = threading.local()
        self._weights: dict[int, float | None] = {}

    def __reduce__(self) -> tuple[type[Japanese], tuple[()]]:
        """A copy opens the dictionary anew: neither it nor a thread's tokeniser can be carried over."""
        return Japanese, ()

    def words(self, text: str) -> list[Word]:
        found = []
        morphemes = list(self._tokenise(text))
        denials = denied(morphemes, text)
        for place, morpheme in enumerate(morphemes):
            weight = self._weight(morpheme)
            if place in denials:
                found.append(Word(MARK + denials[place], _DENIED_WEIGHT))
            if weight is not None:
                found.append(Word(morpheme.normalized_form().lower(), weight, tuple(morpheme.synonym_group_ids())))
            elif found and morpheme.surface() in _BOUNDS and _asks_when(found):
                found.append(Word(found[-1].term + morpheme.surface(), _WHEN_WEIGHT))
        return found

    def readings(self, text: str) -> list[Reading]:
        """How `text` sounds, word by word, signs and spaces left out."""
        return [
            Reading(to_hiragana(morpheme.reading_form()), self._term(morpheme))
            for morpheme in self._tokenise(text)
            if morpheme.part_of_speech()[0] not in _SIGNS
        ]

    def grams(self, words: Sequence[Word]) -> list[str]:
        run = "".join([word.term for word in words if word.term[0] != MARK])
        return [*run, *map("".join, pairwise(run))]

    def _tokenise(self, text: str) -> Iterable[sudachipy.Morpheme]:
        tokeniser = getattr(self._threads, "tokeniser", None)
        if tokeniser is None:
            tokeniser = self._threads.tokeniser = self._dictionary.tokenizer(mode=sudachipy.SplitMode.A)
        if len(text) <= _TOKENISED_AT_ONCE:
            return tokeniser.tokenize(text)  # type: ignore[no-any-return]
        pieces = (text[start : start + _TOKENISED_AT_ONCE] for start in range(0, len(text), _TOKENISED_AT_ONCE))
        return [morpheme for piece in pieces for morpheme in tokeniser.tokenize(piece)]

    def _weight(self, morpheme: sudachipy.Morpheme) -> float | None:
        kind = morpheme.part_of_speech_id()
        if kind not in self._weights:
            self._weights[kind] = _weight_of(morpheme.part_of_speech())
        return self._weights[kind]

    def _term(self, morpheme: sudachipy.Morpheme) -> str:
        return "" if self._weight(morpheme) is None else morpheme.normalized_form().lower()


def _asks_when(words: Sequence[Word]) -> bool:
    """Whether the last word asks for a time, so that "until" and "from" after it are the very question."""
    last = words[-1].term
    return last in _WHEN or (last in _UNITS_OF_TIME and len(words) > 1 and words[-2].term == "何")


def _weight_of(part_of_speech: tuple[str, ...]) -> float | None:
    """None for what is not searched for: grammar and signs."""
    if part_of_speech[0] in _GRAMMAR or part_of_speech[0] in _SIGNS:
        return None
    for depth in (3, 2, 1):
        weight = KINDS.get("-".join(part_of_speech[:depth]))
        if weight is not None:
            return weight
    return 0.0


_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_ENGLISH_GRAMMAR = """
a an the i i'm im me my we our you your it its is are am was were be been being do does did to of for in on at by
and or so with can could would will shall should may please tell know want like if that this there have has had get
go about from as into just some any hello hi thanks
"""
_ENGLISH_SKIPPED = frozenset(_ENGLISH_GRAMMAR.split())


class English:
    """Words without their endings; the smallest words left out unless nothing else is there."""

    def words(self, text: str) -> list[Word]:
        found = [word.replace("’", "'") for word in _ENGLISH_WORD.findall(text)]
        kept = [word for word in found if word not in _ENGLISH_SKIPPED] or found
        return [Word(stem) for stem in map(stem, kept)]

    def grams(self, words: Sequence[Word]) -> list[str]:
        return [f" {word.term} "[i : i + 3] for word in words for i in range(len(word.term))]


_UNSTEMMED = frozenset({"parking", "meeting", "building", "evening", "morning"})


def stem(word: str) -> str:
    """The word without the commonest English endings: light, so that no two words of different meaning meet."""
    word = word.removesuffix("'s")
    if word in _UNSTEMMED:
        return word
    for ending, kept in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + kept
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls" else word


_HAN_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_HANGUL_WORD = re.compile(r"[\uac00-\ud7a3]+|[a-z0-9]+|[\u3400-\u9fff]+")
_KOREAN_ENDING = re.compile(
    r"(?:은|는|이|가|을|를|에|에서|의|로|으로|도|와|과|까지|부터|요|나요|인가요|가요|까|니까|습니까|합니까|입니까|해요|하나요|하면|되나요|돼요|어요|아요)$"
)
_OTHER_WORD = re.compile(r"[^\W_]+")
_CHINESE_SKIPPED = frozenset("的了吗嗎呢吧啊我你您是有请請")


class Chinese:
    """No spaces: pairs of characters stand for words."""

    def words(self, text: str) -> list[Word]:
        return [Word(pair) for run in _HAN_RUN.findall(text) for pair in _pairs(run)]

    def grams(self, words: Sequence[Word]) -> list[str]:
        return [char for word in words for char in word.term if char not in _CHINESE_SKIPPED]


class Korean:
    """Words without their particles."""

    def words(self, text: str) -> list[Word]:
        found = (_KOREAN_ENDING.sub("", word) or word for word in _HANGUL_WORD.findall(text))
        return [Word(word) for word in found]

    def grams(self, words: Sequence[Word]) -> list[str]:
        return [gram for word in words for gram in (*word.term, *_pairs(word.term))]


_VIETNAMESE_MARKS = {
    ord(marked): plain
    for plain, group in {
        "a": "àáảãạăằắẳẵặâầấẩẫậ", "e": "èéẻẽẹêềếểễệ", "i": "ìíỉĩị", "o": "òóỏõọôồốổỗộơờớởỡợ",
        "u": "ùúủũụưừứửữự", "y": "ỳýỷỹỵ", "d": "đ",
    }.items()
    for marked in group
}  # fmt: skip


def without_marks(text: str) -> str:
    """Vietnamese as it is typed without its marks.

    >>> without_marks("đậu xe")
    'dau xe'
    """
    return text.translate(_VIETNAMESE_MARKS)


class Vietnamese:
    """Syllables without their marks, which many leave out when typing; pairs of syllables stand for words."""

    def words(self, text: str) -> list[Word]:
        syllables = _OTHER_WORD.findall(without_marks(text))
        pairs = (f"{first} {second}" for first, second in pairwise(syllables))
        return [Word(word) for word in (*syllables, *pairs)]

    def grams(self, words: Sequence[Word]) -> list[str]:
        return [f" {word.term} "[i : i + 3] for word in words if " " not in word.term for i in range(len(word.term))]


class Plain:
    """Any other language: whatever stands between spaces and signs."""

    def words(self, text: str) -> list[Word]:
        return [Word(word) for word in _OTHER_WORD.findall(text)]

    def grams(self, words: Sequence[Word]) -> list[str]:
        return [f" {word.term} "[i : i + 3] for word in words for i in range(len(word.term))]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
