"""Other words for what was said: the general lexicon and the pack's synonyms, as phrases of terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.faq.normalise import fold

Phrase = tuple[str, ...]

_LONGEST_PHRASE = 4


class Thesaurus:
    """Phrases of terms and the phrases that may stand for them."""

    def __init__(
        self, terms_of: Callable[[str], Sequence[str]], lexicon: str, synonyms: Mapping[str, Sequence[str]]
    ) -> None:
        self._phrases: dict[Phrase, dict[Phrase, None]] = {}
        known: dict[str, Phrase] = {}
        for said, meant in (*_pairs(lexicon), *((said, tuple(meant)) for said, meant in synonyms.items())):
            for word in (said, *meant):
                if word not in known:
                    known[word] = tuple(terms_of(fold(word)))
            if known[said]:
                others = {known[word]: None for word in meant if word != said}
                self._phrases.setdefault(known[said], {}).update(others)

    def alternatives(self, terms: Sequence[str]) -> dict[str, dict[str, None]]:
        """For each term of a question, the terms that may stand in its place.

        Longer phrases first: what a phrase explains is not explained again word by word.
        """
        found: dict[str, dict[str, None]] = {}
        explained = [False] * len(terms)
        for size in range(min(_LONGEST_PHRASE, len(terms)), 0, -1):
            for start in range(len(terms) - size + 1):
                phrase = tuple(terms[start : start + size])
                if phrase not in self._phrases or (size == 1 and explained[start]):
                    continue
                explained[start : start + size] = [True] * size
                for other in self._phrases[phrase]:
                    _replace(phrase, other, found)
        return found


def _replace(phrase: Phrase, other: Phrase, found: dict[str, dict[str, None]]) -> None:
    new = [term for term in other if term not in phrase]
    for term in phrase:
        if term not in other:
            found.setdefault(term, {}).update(dict.fromkeys(new))


def _pairs(lexicon: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in lexicon.strip().splitlines():
        said, mark, meant = line.partition(">")
        left = said.split()
        right = tuple(meant.split() if mark else left)
        yield from ((word, right) for word in left)
