"""Long texts part where a reader would pause and lose nothing; long labels are told in full."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.layout import numbered_label, split_text, text_with_long_labels, utf16_units, width_in_cells
from bot.dialogue import Rendered, RenderedChoice

LINES = "一行目\n二行目\n三行目"


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        pytest.param("短い文です。", 6, ["短い文です。"], id="what fits stays whole"),
        pytest.param("一つ目でした。\n\n二つ。三つ。", 12, ["一つ目でした。", "二つ。三つ。"], id="a paragraph"),
        pytest.param(LINES, 8, ["一行目\n二行目", "三行目"], id="a line"),
        pytest.param("一文目です。二文目です。", 11, ["一文目です。", "二文目です。"], id="a sentence"),
        pytest.param("「はい。」と言う。", 6, ["「はい。」", "と言う。"], id="a closing bracket stays"),
        pytest.param("One. Two three.", 10, ["One.", "Two three."], id="an English sentence"),
        pytest.param("A. bbb ccc ddd", 12, ["A.", "bbb ccc ddd"], id="a sentence end before a later word"),
        pytest.param("one two three", 8, ["one two", "three"], id="a word"),
        pytest.param("http://e.jp/?a=b c", 17, ["http://e.jp/?a=b", "c"], id="an address is no sentence"),
        pytest.param("ああああああ", 4, ["ああああ", "ああ"], id="no pause at all"),
        pytest.param("か\u3099か\u3099", 3, ["か\u3099", "か\u3099"], id="a voiced sound mark stays"),
        pytest.param("😀😀", 3, ["😀", "😀"], id="an emoji counts two and stays whole"),
        pytest.param("\u3099" * 4, 3, ["\u3099" * 3, "\u3099"], id="nothing but marks"),
        pytest.param(" \n ", 3, [], id="nothing"),
    ],
)
def test_a_text_parts_where_a_reader_pauses(text: str, most: int, parts: list[str]) -> None:
    assert split_text(text, most) == parts


def test_the_limit_itself_is_not_split_and_one_more_is() -> None:
    assert len(split_text("あ" * 4096, 4096)) == 1
    assert [len(part) for part in split_text("あ" * 4097, 4096)] == [4096, 1]


@given(st.text(st.sampled_from("あか\u3099。、 \nA.!?」😀\u200d"), max_size=80), st.integers(2, 30))
def test_parts_fit_and_nothing_but_space_is_lost(text: str, most: int) -> None:
    parts = split_text(text, most)
    assert all(parts)
    assert all(utf16_units(part) <= most for part in parts)
    assert without_spaces("".join(parts)) == without_spaces(text)


@given(st.text(st.sampled_from("あい。\n"), min_size=1, max_size=400))
def test_a_text_with_a_sentence_end_in_reach_is_never_cut_within_a_sentence(text: str) -> None:
    most = max((len(sentence) for sentence in re.split(r"(?<=[。\n])", text)), default=0) + 1
    assert all(part.endswith("。") or f"{part}\n" in text for part in split_text(text, most)[:-1])


def test_a_label_shows_the_number_to_type() -> None:
    assert numbered_label(0, RenderedChoice("駐車場", "ask:x")) == "1. 駐車場"


def test_full_width_is_twice_as_wide() -> None:
    assert (width_in_cells("窓口"), width_in_cells("desk"), width_in_cells("ﾏﾄﾞ")) == (4, 4, 3)


def test_labels_that_fit_their_buttons_are_not_repeated() -> None:
    message = Rendered("どれですか。", (RenderedChoice("窓口", "a"), RenderedChoice("電話", "b")))
    assert text_with_long_labels(message, 4) == "どれですか。"


def test_one_label_too_wide_and_all_are_told_in_full() -> None:
    message = Rendered("どれですか。", (RenderedChoice("窓口", "a"), RenderedChoice("窓口は何時までですか", "b")))
    assert text_with_long_labels(message, 19) == "どれですか。\n\n1. 窓口\n2. 窓口は何時までですか"
    assert text_with_long_labels(message, 20) == "どれですか。"
