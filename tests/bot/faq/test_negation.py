from __future__ import annotations

import pytest

from bot.faq.entries import Document
from bot.faq.negation import MARK, Denials
from bot.faq.search import Searcher
from bot.faq.words import Japanese

ANALYSER = Japanese()


def denied(text: str) -> list[str]:
    return [word.term.removeprefix(MARK) for word in ANALYSER.words(text) if word.term.startswith(MARK)]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("スマホがない", "スマホ"),
        ("スマホを持っていません", "スマホ"),
        ("スマホ持ってない人", "スマホ"),
        ("スマホがなくてもできますか", "スマホ"),
        ("予約なしで行けますか", "予約"),
        ("予約しないで行ける?", "予約"),
        ("予約せずに行く", "予約"),
        ("電話ではなくメールで", "電話"),
        ("カードが届かない", "届く"),
        ("期限に間に合わなかった", "間に合う"),
    ],
)
def test_what_is_denied_is_marked(text: str, term: str) -> None:
    assert denied(text) == [term]


@pytest.mark.parametrize(
    "text", ["土曜は開いてないの?", "駐車場はありませんか", "日曜はやってないですか", "手伝ってくれませんか?"]
)
def test_asking_in_the_negative_denies_nothing(text: str) -> None:
    assert denied(text) == []


@pytest.mark.parametrize("text", ["暗証番号がわからない", "やり方を知らないので教えて"])
def test_not_knowing_only_leads_to_the_question(text: str) -> None:
    assert denied(text) == []


@pytest.mark.parametrize("text", ["スマホで申し込む", "予約して行く", "カードが届いた", "なすとみかん", ""])
def test_what_is_affirmed_is_not_marked(text: str) -> None:
    assert denied(text) == []


def test_a_denial_without_anything_denied_is_nothing() -> None:
    assert denied("。ない") == []


def test_the_mark_is_not_compared_by_characters() -> None:
    words = ANALYSER.words("スマホがない")
    assert not any(MARK in gram for gram in ANALYSER.grams(words))


def test_a_document_is_about_a_denial_if_most_of_its_ways_deny() -> None:
    denials = Denials([[["届く", "¬届く"], ["届く", "¬届く"]], [["届く"], ["届く", "¬届く"]], [["他"]]])
    assert denials.against({"届く"}).tolist() == [1.0, 0.0, 0.0]
    assert denials.against({"届く", "¬届く"}).tolist() == [0.0, 0.0, 0.0]


DOCUMENTS = [
    Document("with", "スマホで申し込む", ("スマホを使って申し込む", "スマホから申し込みたい")),
    Document("without", "スマホがないとき申し込む", ("スマホなしで申し込む", "スマホを持っていない人の申し込み")),
    Document("came", "カードが届きました", ("カードが届いたら", "カードはもう届いた")),
    Document("late", "カードが届きません", ("カードが届かない", "カードがまだ届いていない")),
]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("スマホを使う申し込み", "with"),
        ("スマホで申し込めますか", "with"),
        ("スマホ無しの申し込み", "without"),
        ("うちはスマホを持ってないけど申し込みしたい", "without"),
        ("カードが届いたけど", "came"),
        ("カードが届いてないよ", "late"),
    ],
)
def test_with_and_without_find_different_documents(text: str, entry: str) -> None:
    assert Searcher(DOCUMENTS).find(text).matches[0].id == entry
