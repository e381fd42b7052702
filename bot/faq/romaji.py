"""Japanese typed in Latin letters, put into hiragana so that it can be heard."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VOWELS = "aiueo"
_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_SMALL = dict(zip("auo", "ゃゅょ", strict=True))
_PALATAL = {
    "ky": "き",
    "gy": "ぎ",
    "sy": "し",
    "sh": "し",
    "zy": "じ",
    "jy": "じ",
    "j": "じ",
    "ty": "ち",
    "ch": "ち",
    "cy": "ち",
    "ny": "に",
    "hy": "ひ",
    "by": "び",
    "py": "ぴ",
    "my": "み",
    "ry": "り",
}
_SINGLE = {
    "ya": "や",
    "yu": "ゆ",
    "yo": "よ",
    "wa": "わ",
    "wo": "を",
    "shi": "し",
    "chi": "ち",
    "tsu": "つ",
    "fu": "ふ",
    "ji": "じ",
    "she": "しぇ",
    "che": "ちぇ",
    "je": "じぇ",
    "fa": "ふぁ",
    "fi": "ふぃ",
    "fe": "ふぇ",
    "fo": "ふぉ",
    "n'": "ん",
    "-": "ー",
}
_DOUBLED = re.compile(r"([kstpgzdbc])(?=\1)")
_LONGEST = 3


def _syllables() -> dict[str, str]:
    plain = {row + vowel: kana for row, line in _ROWS.items() for vowel, kana in zip(_VOWELS, line, strict=True)}
    palatal = {start + vowel: kana + small for start, kana in _PALATAL.items() for vowel, small in _SMALL.items()}
    return plain | palatal | _SINGLE


_KANA: Mapping[str, str] = _syllables()


def to_kana(text: str) -> str:
    """`text` with every syllable in hiragana; what is no syllable is left as it is.

    >>> to_kana("chuushajou wa doko desu ka")
    'ちゅうしゃじょう わ どこ です か'
    """
    doubled = _DOUBLED.sub("っ", text)
    found, start = [], 0
    while start < len(doubled):
        size = next((size for size in range(_LONGEST, 0, -1) if doubled[start : start + size] in _KANA), 0)
        piece = doubled[start : start + max(size, 1)]
        found.append(_KANA.get(piece, "ん" if piece == "n" else piece))
        start += max(size, 1)
    return "".join(found)
