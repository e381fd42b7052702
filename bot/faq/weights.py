"""The numbers of the ranking, learned once from questions whose right answers are known; no town's words are in them.

Learned by gradient on a listwise loss, cross-validated in fifths; between fifths they hardly move.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, float] = {
    "名詞-普通名詞-一般": 0.25,
    "名詞-普通名詞-サ変可能": 0.26,
    "名詞-普通名詞-形状詞可能": 0.16,
    "名詞-普通名詞-副詞可能": 0.06,
    "名詞-普通名詞-助数詞可能": -0.03,
    "名詞-普通名詞-サ変形状詞可能": -0.12,
    "名詞-固有名詞": 0.1,
    "名詞-数詞": -0.04,
    "代名詞": -0.06,
    "動詞-一般": -0.13,
    "動詞-非自立可能": -0.09,
    "形容詞": -0.13,
    "形状詞": -0.11,
    "副詞": -0.17,
    "連体詞": -0.06,
    "接尾辞": 0.17,
    "接頭辞": -0.07,
}
"""How much a word counts by its part of speech (a logarithm); parts not named: 0."""

RARITY = 0.32
"""How much more a rare word counts than its idf says (a power of idf)."""

EARLY = 0.47
"""How much more the first word of a question counts than its last (a logarithm): people begin with their topic."""

BOTH, ASKED, ANSWERED = 0.42, 0.33, 0.49
"""Saturated frequencies: of both fields together, of the ways of asking, of the answer."""

COVERED, COVERED_BY_ASKS = 4.07, 0.55
"""The share of the question's weight that the document, and its ways of asking, hold."""

WAY_GRAMS, WAY_WORDS = 3.05, 1.17
"""Likeness of the nearest single way of asking, by characters and by words."""

EXACT = 12.0
"""What a question counts for the document that has it word for word as a way of asking."""

WAY_SOUND = 3.0
"""Likeness of the nearest single way of asking by sound, for questions without kanji."""

DICTIONARY_SYNONYM, LEXICON_SYNONYM, MISSPELT = 0.7, 0.7, 0.8
"""What a document's other word counts beside the word itself."""

ASK_WEIGHT, ASK_B, ANSWER_WEIGHT, ANSWER_B, SATURATION, FIELD_SATURATION = 2.0, 0.8, 1.0, 0.5, 5.0, 3.0
"""BM25F: the weight of each field, how far its length is evened out, and where repeating a word stops helping."""

TRANSLATED = 0.8
"""What the Japanese documents' rank counts, for a question translated word by word, beside its own language's."""

DENIED = 1.0
"""What is taken from a document that is about the denial of a word which the question affirms."""
