"""Questions in other languages, word by word into Japanese by the glossary: enough to find, not to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.faq.words import stem, without_marks

_FIELDS: Mapping[str, int] = {"en": 1, "zh": 2, "ko": 3, "vi": 4}
GLOSSARY_LANGUAGES = frozenset(_FIELDS)
_ENGLISH_SIGNS = re.compile(r"[^a-z0-9'-]+")
_SIGNS = re.compile(r"[^\w]+")
_MOST_WORDS = 4


def _english(word: str) -> str:
    return stem(_ENGLISH_SIGNS.sub("", word))


def _vietnamese(word: str) -> str:
    return _SIGNS.sub("", without_marks(word))


_FOLDED_WORD: Mapping[str, Callable[[str], str]] = {"en": _english, "vi": _vietnamese}


class Translator:
    """From one language into Japanese words."""

    def __init__(self, language: str, glossary: str) -> None:
        self._fold = _FOLDED_WORD.get(language, str)
        self._is_spaced = language in _FOLDED_WORD
        self._words: dict[str, list[str]] = {}
        for line in glossary.strip().splitlines():
            fields = [field.strip() for field in line.split("|")]
            for word in filter(None, map(str.strip, fields[_FIELDS[language]].split(","))):
                self._words.setdefault(self._key(word), []).append(fields[0])
        self._longest = max((len(word) for word in self._words), default=0)

    def japanese(self, text: str) -> str:
        """The Japanese for the words of `text` that are known, spaced; empty if none is."""
        found = self._by_words(text.split()) if self._is_spaced else self._by_characters(text)
        return " ".join(dict.fromkeys(found))

    def _key(self, word: str) -> str:
        return " ".join(map(self._fold, word.split())) if self._is_spaced else self._fold(word)

    def _by_words(self, words: list[str]) -> list[str]:
        folded = [self._fold(word) for word in words]
        found: list[str] = []
        start = 0
        while start < len(folded):
            for size in range(min(_MOST_WORDS, len(folded) - start), 0, -1):
                known = self._words.get(" ".join(folded[start : start + size]))
                if known:
                    found += known
                    break
            start += max(size if known else 1, 1)
        return found

    def _by_characters(self, text: str) -> list[str]:
        folded = self._fold(text)
        found: list[str] = []
        start = 0
        while start < len(folded):
            sizes = range(min(self._longest, len(folded) - start), 0, -1)
            size = next((size for size in sizes if folded[start : start + size] in self._words), 0)
            found += self._words.get(folded[start : start + size], []) if size else []
            start += size or 1
        return found
