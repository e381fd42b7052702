from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.normalise import LONGEST, fold, fold_question, to_hiragana


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ﾏｲﾅﾎﾟｲﾝﾄ", "マイナポイント"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("  a \n\t b ", "a b"),
        ("a\x00b", "a b"),
        ("\ud800", ""),
        ("駐\u200b車", "駐 車"),
    ],
)
def test_one_spelling_for_what_is_typed_in_many(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(st.characters(codec=None), max_size=200))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec=None), max_size=200))
def test_what_is_folded_can_be_written_as_utf_8(text: str) -> None:
    assert fold(text).encode().decode() == fold(text)


def test_a_question_is_cut_to_what_anybody_asks() -> None:
    assert len(fold_question("あ" * 100_000)) == LONGEST
    assert len(fold_question("㌔" * 100_000)) == LONGEST


def test_katakana_is_heard_as_hiragana() -> None:
    assert to_hiragana("カードを") == "かーどを"
