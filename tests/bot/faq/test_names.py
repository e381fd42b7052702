"""Persons' names are found by the dictionary; scraps of other words are not taken for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.names import name_spans


def names_in(text: str) -> list[str]:
    return [text[start:end] for start, end in name_spans(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("山田太郎と佐藤の申込", ["山田太郎", "佐藤"]),
        ("渡邉凛音の保険証", ["渡邉凛音"]),
        ("ヤマダタロウです", ["ヤマダタロウ"]),
        ("グエンです", ["グエン"]),
        ("さきさんの申込", ["さき"]),
        ("山田太郎", ["山田太郎"]),
        ("", []),
    ],
)
def test_a_name_is_found_whole(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "すまほがなくても",
        "カードの しんせい",
        "マイナカード",
        "ペイペイは使えますか",
        "清瀬市民ですが",
        "想不起来密码",
        "open a bank account",
    ],
)
def test_what_is_no_name_is_left_alone(text: str) -> None:
    assert names_in(text) == []


@given(st.text(max_size=200))
def test_spans_stand_in_order_and_within_the_text(text: str) -> None:
    edges = [edge for span in name_spans(text.replace("\ud800", "")) for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


def test_several_threads_may_look_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: tuple(names_in("山田太郎です")), range(200))) == {("山田太郎",)}
