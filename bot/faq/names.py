"""Where persons are named in a Japanese text, by the dictionary's tags; rather a name too many than one too few.

The dictionary also takes scraps of words written in hiragana, and a few brands, for names; those count only beside
another name or before a form of address. Of texts without kana (Chinese, a bare list of words) it takes half for names:
there only a family name with a given name counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import sudachipy

_LONGEST = 2000
"""Characters looked at; the tokeniser refuses texts above 49,149 bytes."""

_ADDRESS = re.compile(r"さん|さま|様|ちゃん|くん|君|氏|殿|先生")
_PLACE = re.compile(r"[市区町村県駅]|公園|通り")
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
_KANJI_OR_KATAKANA = r"[ァ-ヺ一-鿿々]"
_JAPANESE = r"[ぁ-ゖァ-ヺー・一-鿿々]"
_CLEARLY_A_NAME = re.compile(rf"(?=.*{_KANJI_OR_KATAKANA}){_JAPANESE}{{2,}}")
_GIVEN_NAME = re.compile(r"[一-鿿々]{1,2}")
_NO_NAMES = frozenset({"マイナ", "ペイペイ", "デビット", "マックス", "メルペイ", "スイカ", "アップル"})


def name_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each person's name in `text`, in order, family and given name as one.

    >>> name_spans("山田太郎ですが駐車場は無料ですか")
    ((0, 4),)
    >>> name_spans("すまほがなくてもできますか")
    ()
    """
    tokens = _tokens(text[:_LONGEST])
    is_japanese = _KANA.search(text) is not None
    spans: list[tuple[int, int]] = []
    for place, token in enumerate(tokens):
        if _is_name(tokens, place) if is_japanese else _is_whole_name(tokens, place):
            start, end = token.begin(), _end(tokens, place)
            if spans and spans[-1][1] >= start:
                start = spans.pop()[0]
            spans.append((start, end))
    return tuple(spans)


@cache
def _dictionary() -> sudachipy.Dictionary:
    return sudachipy.Dictionary(dict="core")


def _tokens(text: str) -> Sequence[sudachipy.Morpheme]:
    # A tokeniser of its own for each call: one must not be used by two threads, and making one costs nothing.
    return list(_dictionary().tokenizer(mode=sudachipy.SplitMode.A).tokenize(text))


def _is_name(tokens: Sequence[sudachipy.Morpheme], place: int) -> bool:
    token, after = tokens[place], _surface(tokens, place + 1)
    if not _is_tagged(tokens, place) or _PLACE.match(after):
        return False
    is_clear = token.surface() not in _NO_NAMES and _CLEARLY_A_NAME.fullmatch(token.surface())
    in_company = _is_tagged(tokens, place - 1) or _is_tagged(tokens, place + 1)
    return bool(is_clear or in_company or _ADDRESS.match(after))


def _is_whole_name(tokens: Sequence[sudachipy.Morpheme], place: int) -> bool:
    kinds = [token.part_of_speech()[3] for token in tokens[place : place + 2]]
    return kinds == ["姓", "名"]


def _is_tagged(tokens: Sequence[sudachipy.Morpheme], place: int) -> bool:
    return 0 <= place < len(tokens) and "人名" in tokens[place].part_of_speech()


def _end(tokens: Sequence[sudachipy.Morpheme], place: int) -> int:
    """The name's end; a given name that the dictionary does not know stands right behind the family name."""
    end = tokens[place].end()
    if "姓" in tokens[place].part_of_speech():
        for token in tokens[place + 1 : place + 3]:
            if token.part_of_speech()[0] != "名詞" or not _GIVEN_NAME.fullmatch(token.surface()):
                break
            end = token.end()
    return int(end)


def _surface(tokens: Sequence[sudachipy.Morpheme], place: int) -> str:
    return str(tokens[place].surface()) if place < len(tokens) else ""
