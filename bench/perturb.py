"""The search on questions that people typed badly: one mistake a question, and what it costs.

Without files it asks the pack's own question set; `--corpus`, `--queries` and `--qrels` name any other corpus in the
form of `madoguchi faq evaluate`. Every mistake is made by rule from the question itself: two runs make the same ones.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import sudachipy

from bench.faq import file_corpus, pack_corpus
from bench.report import Table, machine
from bot.faq.entries import Document
from bot.faq.normalise import to_hiragana
from bot.faq.search import Searcher

_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_OPENINGS = (
    "すみません、",
    "お忙しいところ恐れ入りますが、",
    "えーっと、",
    "ちょっとお聞きしたいんですけど、",
    "あのー、",
    "市役所の方でしょうか、",
    "ここで合っているか自信がないのですが、",
)
_CLOSINGS = (
    "教えてください。",
    "よろしくお願いします。",
    "どうしたらいいでしょうか。",
    "わかりますか？",
    "お願いいたします。",
    "急いでいます。",
    "友人に聞かれたもので。",
)
_QUICK = 150


def dropped(text: str, chance: random.Random) -> str:
    """One kana fewer; a text without kana stays."""
    places = [match.start() for match in _KANA.finditer(text)]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1 :]


def swapped(text: str, chance: random.Random) -> str:
    """Two kana beside each other changed about."""
    places = [place for place in range(len(text) - 1) if _KANA.match(text[place]) and _KANA.match(text[place + 1])]
    places = [place for place in places if text[place] != text[place + 1]]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


class Readings:
    """Every word as it sounds."""

    def __init__(self) -> None:
        self._tokeniser = sudachipy.Dictionary(dict="core").tokenizer(mode=sudachipy.SplitMode.C)

    def hiragana(self, text: str, _: random.Random) -> str:
        """The text as somebody types it who never presses the conversion key."""
        return "".join(
            to_hiragana(morpheme.reading_form()) if morpheme.part_of_speech()[0] != "補助記号" else morpheme.surface()
            for morpheme in self._tokeniser.tokenize(text)
        )


def mixed_width(text: str, chance: random.Random) -> str:
    """ASCII made wide or narrow, katakana made narrow, spaces put in, as if by chance."""
    return "".join(_other_width(sign) if chance.random() < 0.7 else sign for sign in text)


def _other_width(sign: str) -> str:
    if "!" <= sign <= "~":
        return chr(ord(sign) + 0xFEE0)
    if "！" <= sign <= "～":
        return chr(ord(sign) - 0xFEE0)
    return _NARROW.get(sign, sign)


_WIDE = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー"
)
_THIN = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ"
_VOICED = {"ガギグゲゴザジズゼゾダヂヅデドバビブベボ": "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ", "パピプペポ": "ﾊﾋﾌﾍﾎ"}
_NARROW = dict(zip(_WIDE, _THIN, strict=True)) | {
    wide: thin + mark
    for (wides, thins), mark in zip(_VOICED.items(), "ﾞﾟ", strict=True)
    for wide, thin in zip(wides, thins, strict=True)
}


def padded(text: str, chance: random.Random) -> str:
    """What polite people say before and after their question."""
    end = "" if text[-1:] in "。？！?!" else "。"
    return chance.choice(_OPENINGS) + text + end + chance.choice(_CLOSINGS)


Mistake = Callable[[str, random.Random], str]


def mistakes() -> dict[str, Mistake]:
    return {
        "as typed": lambda text, _: text,
        "a kana dropped": dropped,
        "two kana swapped": swapped,
        "hiragana only": Readings().hiragana,
        "widths mixed": mixed_width,
        "polite fillers": padded,
    }


def losses(title: str, corpus: Sequence[Document], asked: Sequence[tuple[str, frozenset[str]]]) -> Table:
    table = Table(
        title,
        f"{machine()}. {len(corpus):,} entries, {len(asked):,} questions with known answers, one mistake a question; "
        "what is kept is the share of the clean Hit@3. Of the polite fillers, two in seven are none the search knows.",
        ("questions", "changed", "Hit@1 %", "Hit@3 %", "Hit@10 %", "Hit@3 kept %"),
    )
    searcher = Searcher(corpus)
    searcher.prepare()
    clean = 0.0
    for name, mistake in mistakes().items():
        texts = [mistake(text, random.Random(zlib.crc32(text.encode()))) for text, _ in asked]
        ranks = [_rank(searcher, text, right) for text, (_, right) in zip(texts, asked, strict=True)]
        hits = [100 * sum(rank <= most for rank in ranks) / len(ranks) for most in (1, 3, 10)]
        clean = clean or hits[1]
        changed = sum(text != before for text, (before, _) in zip(texts, asked, strict=True))
        table.add(name, f"{changed:,}", *(f"{hit:.1f}" for hit in hits), f"{100 * hits[1] / max(clean, 1e-9):.0f}")
    return table


def _rank(searcher: Searcher, text: str, right: frozenset[str]) -> int:
    found = searcher.find(text).matches
    return next((place for place, match in enumerate(found, start=1) if match.id in right), 99)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    for name in ("--corpus", "--queries", "--qrels"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    corpus, asked = file_corpus(options) if options.corpus else pack_corpus()
    print(losses("FAQ search, one mistake a question", corpus, asked[:_QUICK] if options.quick else asked))


if __name__ == "__main__":
    main(sys.argv[1:])
