"""The search: a question in, the documents that fit out, and what may be done with them.

Pure: no clock, no files beyond the word dictionary. An index is built the first time its language is asked for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.faq import weights
from bot.faq.confidence import Evidence, Trust, shipped, weigh
from bot.faq.entries import Document, Explanation, Found, Match
from bot.faq.fillers import without_fillers
from bot.faq.glossary import GLOSSARY
from bot.faq.index import Heard, Index, Signals, folded_ways
from bot.faq.kana import Kana, is_kana
from bot.faq.legs import Leg, merged
from bot.faq.lexicon import ENGLISH_LEXICON, LEXICON
from bot.faq.normalise import fold_question
from bot.faq.romaji import to_kana
from bot.faq.translate import GLOSSARY_LANGUAGES, Translator
from bot.faq.words import Analyser, Chinese, English, Japanese, Korean, Plain, Vietnamese
from bot.language import Script, noticed_script

_OTHER_ANALYSERS: Mapping[str, type[Analyser]] = {"en": English, "zh": Chinese, "ko": Korean, "vi": Vietnamese}
_LANGUAGES_OF: Mapping[Script, tuple[str, ...]] = {
    Script.JA: ("ja",),
    Script.JA_EASY: ("ja",),
    Script.EN: ("en",),
    Script.ZH: ("zh", "ja"),
    Script.KO: ("ko",),
    Script.VI: ("vi",),
    Script.UNKNOWN: ("ja", "en"),
}
_NEAREST = 10
_OFFERED = 3
_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff々〆]")
_HAN_ONLY = re.compile(r"[\u3400-\u9fff\W]+")
_ENGLISH_WORDS = re.compile(r"[a-z]{3,}\s+[a-z]{2,}")


class Nearest(NamedTuple):
    """What was found in one language: the first three documents, best first, and what speaks for the first."""

    language: str
    ids: tuple[str, ...]
    evidence: Evidence


class Searcher:
    """Finds documents. Never changes after it is made; `find` may be called from several threads.

    Documents in "ja" and "ja-easy" share one index, so an id stands in one of them only. Raises ValueError for an id
    twice in one language and for a document nobody could find because it has no question.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        synonyms: Mapping[str, Sequence[str]] | None = None,
        trust: Trust | None = None,
    ) -> None:
        self._synonyms = dict(synonyms or {})
        self._trust = trust or shipped()
        self._documents = _by_language(documents)
        self._building = threading.RLock()
        self._indexes: dict[str, Index] = {}
        self._japanese: Japanese
        self._kana: Kana | None = None
        self._translators: dict[str, Translator] = {}

    def __getstate__(self) -> dict[str, object]:
        """All but the lock, so that a search made once can be kept in a file."""
        return {name: value for name, value in vars(self).items() if name != "_building"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._building = threading.RLock()

    def prepare(self) -> None:
        """Build every index now, so that no question waits for it."""
        for language in self._documents:
            self._index(language)
        if "ja" in self._documents and self._kana is None:
            self._hear("")

    def find(self, text: str, *, limit: int = 10) -> Found:
        """What fits `text`, best first. Never raises: an unreadable or empty text fits nothing."""
        folded = _readable(text)
        if not any(char.isalnum() for char in folded):
            return Found(self._trust.outcome(()))
        best: dict[str, Match] = {}
        for language in self._languages(folded):
            for match in self._find_in(language, folded, limit):
                known = best.get(match.id)
                if known is None or match.confidence > known.confidence:
                    best[match.id] = match
        ranked = tuple(sorted(best.values(), key=lambda match: -match.confidence)[:limit])
        return Found(self._trust.outcome(ranked), ranked)

    def explain(self, text: str, id: str) -> Explanation:  # noqa: A002 - the documents' own name for it
        """Why document `id` stands where it does for `text`, in the language where it stands best.

        Raises KeyError for an id no document has.
        """
        folded = _readable(text)
        holding = [language for language, held in self._documents.items() if id in held]
        if not holding:
            raise KeyError(id)
        found = self._explanations(self._languages(folded), folded, id) or self._explanations(holding, folded, id)
        return min(found, key=lambda explanation: explanation.place)

    def evidence(self, text: str) -> list[Nearest]:
        """What `find` judges by, in each language it looks in; to learn how far to trust it."""
        folded = _readable(text)
        found = (self._nearest_in(language, folded) for language in self._languages(folded))
        return [nearest for nearest in found if nearest is not None]

    def nbytes(self) -> int:
        """Memory of the indexes built so far, about; the word dictionary is mapped from its file and not counted."""
        kana = self._kana.nbytes() if self._kana else 0
        return kana + sum(index.nbytes() for index in self._indexes.values())

    def _languages(self, text: str) -> list[str]:
        """The languages to look in: what it seems written in, and any other it also holds."""
        wanted = list(_LANGUAGES_OF[noticed_script(text)])
        if _ENGLISH_WORDS.search(text):
            wanted.append("en")
        if _JAPANESE.search(text):
            wanted.append("ja")
        if "zh" in self._documents and _HAN_ONLY.fullmatch(text) and self._index("zh").has_exactly(text):
            wanted.append("zh")
        held = [language for language in dict.fromkeys(wanted) if self._understands(language)]
        return held or list(self._documents)[:1]

    def _understands(self, language: str) -> bool:
        """Whether questions in a language can be looked for: in its own documents, or translated."""
        return language in self._documents or (language in GLOSSARY_LANGUAGES and "ja" in self._documents)

    def _find_in(self, language: str, text: str, limit: int) -> list[Match]:
        legs = self._legs(language, text)
        return (
            _matches(*merged(legs), limit, lambda evidence: self._trust.confidence(evidence, language)) if legs else []
        )

    def _nearest_in(self, language: str, text: str) -> Nearest | None:
        legs = self._legs(language, text)
        if not legs:
            return None
        ids, signals = merged(legs)
        order = _nearest(signals, _NEAREST)
        first = tuple(ids[number] for number in order[:_OFFERED].tolist())
        return Nearest(language, first, weigh(signals, order)[0]) if first else None

    def _legs(self, language: str, text: str) -> list[Leg]:
        """The indexes a question is looked for in: its language's own and, translated, the Japanese one."""
        if language == "ja":
            return [self._japanese_leg(text)]
        legs: list[Leg] = []
        if language in self._documents:
            index = self._index(language)
            legs.append(Leg(language, index, index.search(text), 1.0))
        translated = self._translated(language, text)
        return [*legs, self._japanese_leg(translated, is_literal=False)] if translated else legs

    def _japanese_leg(self, text: str, *, is_literal: bool = True) -> Leg:
        index = self._index("ja")
        heard = self._hear(text) if is_kana(text) else None
        weight = 1.0 if is_literal else weights.TRANSLATED
        return Leg("ja", index, index.search(text, heard, is_literal=is_literal), weight)

    def _translated(self, language: str, text: str) -> str:
        if "ja" not in self._documents or language not in GLOSSARY_LANGUAGES:
            return ""
        translator = self._translators.get(language)
        if translator is None:
            translator = self._translators[language] = Translator(language, GLOSSARY)
        return translator.japanese(text)

    def _explanations(self, languages: Iterable[str], text: str, document_id: str) -> list[Explanation]:
        explained = (self._explain_in(language, text, document_id) for language in languages)
        return [explanation for explanation in explained if explanation is not None]

    def _explain_in(self, language: str, text: str, document_id: str) -> Explanation | None:
        legs = self._legs(language, text)
        if all(leg.index.number(document_id) is None for leg in legs):
            return None
        ids, signals = merged(legs)
        number = ids.index(document_id)
        contributions = tuple(contribution for leg in legs for contribution in leg.contributions(document_id))
        total, by_characters = float(signals.rank[number]), float(signals.near[number])
        return Explanation(
            document_id,
            language,
            place=1 + int((signals.rank > total).sum()),
            total=total,
            contributions=contributions,
            by_characters=by_characters,
            by_words=total - by_characters - sum(contribution.amount for contribution in contributions),
            unknown=tuple(part.term for part in legs[0].signals.parts if part.held is None),
        )

    def _index(self, language: str) -> Index:
        index = self._indexes.get(language)
        if index is None:
            with self._building:
                index = self._indexes.get(language) or self._build(language)
                self._indexes[language] = index
        return index

    def _hear(self, text: str) -> Heard:
        kana = self._kana
        if kana is None:
            with self._building:
                kana = self._kana = self._kana or self._listen()
        return Heard(kana.words(text), kana.likeness(text))

    def _listen(self) -> Kana:
        documents = self._documents["ja"].values()
        ways = [folded_ways(document) for document in documents]
        return Kana(ways, self._index("ja").vocabulary, self._japanese)

    def _build(self, language: str) -> Index:
        documents = list(self._documents[language].values())
        if language == "ja":
            self._japanese = Japanese()
            return Index(documents, self._japanese, self._synonyms, LEXICON)
        lexicon = ENGLISH_LEXICON if language == "en" else ""
        return Index(documents, _OTHER_ANALYSERS.get(language, Plain)(), self._synonyms, lexicon)


def _readable(text: str) -> str:
    """`text` folded, without what only frames the question; Japanese in Latin letters put into kana."""
    folded = without_fillers(fold_question(text))
    if folded.isascii() and noticed_script(folded) is Script.JA:
        return to_kana(folded)
    return folded


def _by_language(documents: Iterable[Document]) -> dict[str, dict[str, Document]]:
    held: dict[str, dict[str, Document]] = {}
    for document in documents:
        language = "ja" if document.language == "ja-easy" else document.language
        if not folded_ways(document):
            raise ValueError(f"document {document.id!r} in {document.language!r} has no question")
        if held.setdefault(language, {}).setdefault(document.id, document) is not document:
            raise ValueError(f"two documents have the id {document.id!r} in {document.language!r}")
    return held


def _nearest(signals: Signals, limit: int) -> npt.NDArray[np.int64]:
    """The documents that hold anything of the question, best first, one more than `limit` at most."""
    found = np.flatnonzero(signals.found)
    if len(found) > limit + 1:
        found = found[np.argpartition(-signals.rank[found], limit)[: limit + 1]]
        found.sort()
    order: npt.NDArray[np.int64] = found[np.argsort(-signals.rank[found], kind="stable")]
    return order


def _matches(ids: Sequence[str], signals: Signals, limit: int, confidence: Callable[[Evidence], float]) -> list[Match]:
    """Matches in the order of their rank; none is surer than the one before it."""
    order = _nearest(signals, limit)
    matches: list[Match] = []
    for number, evidence in zip(order[:limit].tolist(), weigh(signals, order)[:limit], strict=True):
        ceiling = matches[-1].confidence if matches else 1.0
        matches.append(Match(ids[number], _score(signals, number), min(confidence(evidence), ceiling)))
    return matches


def _score(signals: Signals, number: int) -> float:
    """How near a document is by itself (0..1): what it holds of the question, and how like its nearest asking is."""
    return min(1.0, max(0.0, float(signals.cover[number] + signals.grams[number]) / 2))
