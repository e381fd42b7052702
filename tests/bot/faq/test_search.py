from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq.entries import Document, Found, Outcome
from bot.faq.search import Searcher

DOCUMENTS = [
    Document(
        "desk.parking",
        "駐車場はありますか",
        ("車で行っていいですか", "駐車料金はかかりますか", "くるまを とめる ところは ありますか"),
        "市役所の駐車場をご利用ください。無料です。",
    ),
    Document(
        "desk.hours",
        "窓口は何時から何時までですか",
        ("受付時間を教えて", "何時に閉まりますか"),
        "平日の8時30分からです。",
    ),
    Document(
        "desk.weekend", "土曜日や日曜日も開いていますか", ("土日は休みですか", "週末に行きたい"), "平日だけです。"
    ),
    Document(
        "card.lost",
        "マイナンバーカードをなくしました",
        ("カードを落とした", "カードが見当たらない"),
        "すぐにお電話ください。",
    ),
    Document(
        "card.deadline", "カードの申請はいつまでですか", ("カードの期限", "いつまでに申し込む"), "9月末までです。"
    ),
    Document(
        "card.moved", "引っ越したらカードの手続きは必要ですか", ("住所が変わった",), "14日以内に届け出てください。"
    ),
    Document("desk.parking", "Is there a car park?", ("Can I park my car there?", "parking fee"), "Yes, free.", "en"),
    Document("desk.hours", "What are your opening hours?", ("When do you close?",), "From 8:30 a.m.", "en"),
    Document("card.lost", "I lost my card", ("My card is missing",), "Please call at once.", "en"),
    Document("desk.parking", "", ("有停车场吗",), "", "zh"),
    Document("desk.hours", "", ("몇 시까지 하나요",), "", "ko"),
]


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    searcher = Searcher(DOCUMENTS, {"まどぐち": ["窓口"]})
    searcher.prepare()
    return searcher


def first(found: Found) -> str | None:
    return found.matches[0].id if found.matches else None


@pytest.mark.parametrize(
    ("text", "document_id"),
    [
        ("駐車場はありますか", "desk.parking"),
        ("ﾁｭｳｼｬｼﾞｮｳ", "desk.parking"),
        ("ちゅうしゃじょうはありますか", "desk.parking"),
        ("ちゅしゃじょう", "desk.parking"),
        ("くるまを とめる ところ", "desk.parking"),
        ("何時まで開いてますか", "desk.hours"),
        ("うけつけじかん", "desk.hours"),
        ("週末", "desk.weekend"),
        ("カードを紛失した", "card.lost"),
        ("かーどを おとしました", "card.lost"),
        ("マイナンバーカドをなくした", "card.lost"),
        ("カードの申請の締切", "card.deadline"),
        ("転居したときのカード", "card.moved"),
        ("can i park there", "desk.parking"),
        ("when do you open", "desk.hours"),
        ("my card was stolen", "card.lost"),
        ("停车场在哪里", "desk.parking"),
        ("주차장 있나요", "desk.parking"),
        ("bãi đỗ xe", "desk.parking"),
        ("几点关门", "desk.hours"),
        ("카드를 잃어버렸어요", "card.lost"),
        ("parking は無料ですか", "desk.parking"),
        ("chuushajou wa arimasu ka", "desk.parking"),
        ("ka-do o otoshita no desu ga doko desu ka", "card.lost"),
        ("is my card misplaced", "card.lost"),
    ],
)
def test_a_question_finds_its_document(searcher: Searcher, text: str, document_id: str) -> None:
    assert first(searcher.find(text)) == document_id


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.question], ids=lambda d: f"{d.language} {d.id}")
def test_every_document_is_answered_for_its_own_question(searcher: Searcher, document: Document) -> None:
    found = searcher.find(document.question)
    assert (found.outcome, first(found)) == (Outcome.ANSWER, document.id)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "😀😀", "？！", "………"])
def test_nothing_readable_goes_to_the_office(searcher: Searcher, text: str) -> None:
    assert searcher.find(text) == Found(Outcome.ASK_OFFICE)


@pytest.mark.parametrize("text", ["宇宙人はいますか", "カレーの作り方", "xyzzy plugh"])
def test_a_question_no_document_answers_is_not_answered(searcher: Searcher, text: str) -> None:
    assert searcher.find(text).outcome is not Outcome.ANSWER


@pytest.mark.parametrize("char", ["a", "あ", "漢", "ｱ", "1", "가", "\ud800", "か\u3099", "a "])
def test_a_very_long_text_is_taken_without_fail(searcher: Searcher, char: str) -> None:
    assert searcher.find(char * 100_000).outcome in Outcome


@settings(deadline=None, max_examples=150)
@given(text=st.text(st.characters(codec=None), max_size=80))
def test_no_text_ever_fails(searcher: Searcher, text: str) -> None:
    found = searcher.find(text)
    assert all(0 <= match.confidence <= 1 and 0 <= match.score <= 1 for match in found.matches)


@settings(deadline=None, max_examples=150)
@given(text=st.text("カード駐車場なくし時間はいつまで引越parkhours ", max_size=30))
def test_matches_come_most_confident_first_and_each_once(searcher: Searcher, text: str) -> None:
    matches = searcher.find(text).matches
    assert [match.confidence for match in matches] == sorted((m.confidence for m in matches), reverse=True)
    assert len({match.id for match in matches}) == len(matches)


def test_a_question_that_is_word_for_word_a_way_of_asking_is_answered_with_it() -> None:
    documents = [
        Document("parking", "駐車場", ("駐車料金",)),
        Document("parking", "parking", ("car park",), language="en"),
        Document("park", "公園", ("近くの公園",)),
        Document("park", "nearest park", language="en"),
        Document("chat", "没用", language="zh"),
    ]
    searcher = Searcher(documents)
    assert [first(searcher.find(text)) for text in ("Nearest park?", "没用", "駐車場！")] == ["park", "chat", "parking"]


def test_no_more_matches_than_asked_for(searcher: Searcher) -> None:
    assert len(searcher.find("カードの申請", limit=2).matches) == 2


def test_an_empty_corpus_answers_nothing() -> None:
    searcher = Searcher([])
    searcher.prepare()
    assert searcher.find("駐車場") == Found(Outcome.ASK_OFFICE)


def test_one_document_alone_is_found() -> None:
    assert first(Searcher([Document("a", "犬の登録")]).find("犬を登録したい")) == "a"


def test_a_language_without_documents_looks_where_there_are_some() -> None:
    assert first(Searcher([Document("a", "駐車場はありますか")]).find("parking")) in {"a", None}


def test_an_id_stands_once_in_a_language() -> None:
    with pytest.raises(ValueError, match="two documents have the id 'a' in 'ja'"):
        Searcher([Document("a", "一"), Document("a", "二")])


def test_a_document_nobody_could_ask_for_is_refused() -> None:
    with pytest.raises(ValueError, match="'a' in 'ja' has no question"):
        Searcher([Document("a", " ", ("\x00",))])


def test_a_heavier_document_comes_first_where_both_fit() -> None:
    searcher = Searcher([Document("a", "犬の登録"), Document("b", "犬の登録", weight=2.0)])
    assert first(searcher.find("犬の登録")) == "b"


def test_the_packs_synonyms_are_understood() -> None:
    documents = [Document("a", "窓口の場所"), Document("b", "犬の登録"), Document("c", "図書の貸し出し")]
    assert first(Searcher(documents, {"カウンタ": ["窓口"]}).find("カウンタ")) == "a"


def test_several_threads_ask_at_once() -> None:
    searcher = Searcher(DOCUMENTS)
    found: list[str | None] = []

    def ask() -> None:
        found.extend(first(searcher.find(text)) for text in ("駐車場は", "ちゅうしゃじょう", "car park") * 20)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["desk.parking"] * 180


@pytest.mark.parametrize("text", ["駐車場は無料ですか", "ちゅうしゃじょう", "is parking free", "停车场"])
def test_an_explanation_adds_up_and_agrees_with_the_search(searcher: Searcher, text: str) -> None:
    explained = searcher.explain(text, "desk.parking")
    parts = sum(contribution.amount for contribution in explained.contributions)
    assert explained.place == 1
    assert parts + explained.by_characters + explained.by_words == pytest.approx(explained.total)
    assert explained.contributions
    assert all(contribution.amount > 0 for contribution in explained.contributions)


def test_an_explanation_names_the_words_taken_for_others(searcher: Searcher) -> None:
    by_word = {part.word: part.by for part in searcher.explain("カードを紛失", "card.lost").contributions}
    assert "なくす" in by_word["紛失"]


def test_an_explanation_names_the_words_nobody_knows(searcher: Searcher) -> None:
    assert "宇宙" in searcher.explain("宇宙の駐車場", "desk.parking").unknown


def test_an_unknown_document_cannot_be_explained(searcher: Searcher) -> None:
    with pytest.raises(KeyError):
        searcher.explain("駐車場", "nobody")


def test_a_document_of_another_language_is_explained_in_its_own(searcher: Searcher) -> None:
    assert (
        Searcher([Document("a", "犬の登録"), Document("b", "dog", language="en")]).explain("犬", "b").language == "en"
    )


def test_a_question_in_a_language_without_documents_is_explained_by_its_translation(searcher: Searcher) -> None:
    explained = searcher.explain("bãi đỗ xe", "desk.parking")
    assert (explained.language, explained.place) == ("vi", 1)


def test_an_unreadable_question_explains_nothing(searcher: Searcher) -> None:
    assert searcher.explain("\ud800", "desk.parking").contributions == ()


def test_memory_is_stated(searcher: Searcher) -> None:
    assert 10_000 < searcher.nbytes() < 10_000_000
