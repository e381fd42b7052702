from __future__ import annotations

import pytest

from bot.faq.romaji import to_kana


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("doko", "どこ"),
        ("chuushajou", "ちゅうしゃじょう"),
        ("kippu", "きっぷ"),
        ("shinsei", "しんせい"),
        ("anshoubangou", "あんしょうばんごう"),
        ("hon'ya", "ほんや"),
        ("ka-do", "かーど"),
        ("zyuusyo", "じゅうしょ"),
        ("x 12", "x 12"),
        ("", ""),
    ],
)
def test_syllables_become_kana(typed: str, kana: str) -> None:
    assert to_kana(typed) == kana
