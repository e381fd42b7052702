"""One spelling for what people type in many: width, case, kana, control characters, lone surrogates."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 600
"""Characters of a question that are searched for; nobody asks one question in more."""

_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def fold(text: str) -> str:
    """`text` in NFKC and lower case, without control characters and surrogates, single-spaced.

    >>> fold("ﾏｲﾅﾎﾟｲﾝﾄ　ＡＢＣ\\ud800")
    'マイナポイント abc'
    """
    plain = unicodedata.normalize("NFKC", _UNWANTED.sub(" ", text)).lower()
    return _SPACES.sub(" ", _UNWANTED.sub(" ", plain)).strip()


def fold_question(text: str) -> str:
    """`fold` of what a stranger typed: only its first characters count, however long it is."""
    return fold(text[: 2 * LONGEST])[:LONGEST]


def to_hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is.

    >>> to_hiragana("カード")
    'かーど'
    """
    return text.translate(_KATAKANA_TO_HIRAGANA)
