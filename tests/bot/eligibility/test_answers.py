"""Typed answers, in ja, ja-easy and en: what is understood, what is not an answer, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.eligibility.answers import Reading, Understood, Unsure, read_answer
from bot.eligibility.days import Impossible
from bot.eligibility.facts import Facts, Span, on_day
from bot.eligibility.questions import Answer, Interview, Question, question_about
from tests.bot.eligibility.schemes import LATE, facts_of, mynapoint


def question(fact: str) -> Question:
    interview = Interview() if fact == "card" else Interview((Answer("card", facts_of(card="has")),))
    asked = question_about(mynapoint(), interview, fact, LATE)
    assert asked is not None
    return asked


def reading(fact: str, text: str) -> Reading:
    return read_answer(mynapoint(), question(fact), text, LATE)


def understood(fact: str, text: str) -> Facts | None:
    answer = reading(fact, text)
    return answer.gives if isinstance(answer, Understood) else None


OPTIONS = {
    ("card", "has"): ("はい", "うん", "持ってます", "持っています。", "はい、持っています", "もう持ってる", "ハイ", "１", "1", "ある", "あります", "もって います", "yes", "Yes!", "I have it", "YES", "カードはもう手元にあります", "受け取りました"),
    ("card", "applied"): ("申請中", "申請中です", "２", "2", "まだ届いていません", "申し込んだけど届いてない", "しんせいしました", "waiting", "I applied", "not received", "受け取っていません"),
    ("card", "none"): ("いいえ", "まだ", "まだです", "持ってない", "持っていません", "3", "３", "ないです", "no", "not yet", "I don't have it", "I don’t have a card", "もっていません", "これから作る"),
    ("round1", "none"): ("いいえ", "申し込んでいません", "してない", "やってません", "no", "never", "1", "もうしこんで いません"),
    ("round1", "partial"): ("途中です", "まだ使い切っていません", "2", "not all", "some left", "申し込んだけど使い切ってない"),
    ("round1", "full"): ("使い切りました", "全部もらいました", "3", "I got it all", "used up", "5000円分もらった", "５０００円もらいました"),
    ("insurance", "done"): ("はい", "済みました", "しました", "1", "done", "Yes, I did", "もうしました", "使っています"),
    ("insurance", "will"): ("これから", "まだ", "する予定です", "2", "not yet", "I will", "まだしていません"),
    ("insurance", "wont"): ("しません", "しない", "3", "I won't", "する予定はない", "いりません"),
    ("account", "done"): ("はい", "登録済みです", "しました", "done"),
    ("account", "will"): ("これから登録します", "まだです", "later"),
    ("account", "wont"): ("登録しません", "したくないです", "I won't"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "option", "text"), [(*named, text) for named, texts in OPTIONS.items() for text in texts]
)
def test_an_answer_is_understood(fact: str, option: str, text: str) -> None:
    gives = understood(fact, text)
    assert gives is not None, text
    assert gives[fact] == option


@pytest.mark.parametrize("fact", ["insurance", "account"])
@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("it is registered", "done"),
        ("it is not registered", "will"),
        ("already registered", "done"),
        ("not registered yet", "will"),
        ("登録してあります", "done"),
        ("してません", "will"),
    ],
)
def test_registered_and_not_registered_are_told_apart(fact: str, text: str, option: str) -> None:
    assert understood(fact, text) == {fact: option}


@pytest.mark.parametrize(
    "text",
    ["わからない", "わかりません。", "覚えてない", "I don't know", "not sure", "４", "4", "忘れました", "わすれました"],
)
@pytest.mark.parametrize("fact", ["card", "round1", "insurance"])
def test_not_knowing_is_an_answer(fact: str, text: str) -> None:
    assert isinstance(reading(fact, text), Unsure)


@pytest.mark.parametrize(
    "text",
    [
        "駐車場は無料ですか", "Is parking free?", "カードはどこで作れますか", "マイナポイントとは何ですか", "5", "0", "99", "",
        "   ", "？？", "こんにちは", "申し込みの期限を教えてほしいんですけど", "x" * 500, "はい" * 100,
    ],
)  # fmt: skip
@pytest.mark.parametrize("fact", ["card", "round1", "insurance", "card_applied_on"])
def test_what_is_no_answer_is_left_to_the_search(fact: str, text: str) -> None:
    assert reading(fact, text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和4年9月30日", on_day(date(2022, 9, 30))),
        ("令和４年９月３０日", on_day(date(2022, 9, 30))),
        ("令和四年九月三十日", on_day(date(2022, 9, 30))),
        ("R4.9.30", on_day(date(2022, 9, 30))),
        ("2022-09-30", on_day(date(2022, 9, 30))),
        ("2022/9/30", on_day(date(2022, 9, 30))),
        ("9/30", on_day(date(2022, 9, 30))),
        ("９／３０", on_day(date(2022, 9, 30))),
        ("9月30日です", on_day(date(2022, 9, 30))),
        ("30 September 2022", on_day(date(2022, 9, 30))),
        ("September 30, 2022", on_day(date(2022, 9, 30))),
        ("令和4年9月末", Span(date(2022, 9, 30), date(2022, 9, 30))),
        ("9月末まで", Span(None, date(2022, 9, 30))),
        ("9月", Span(date(2022, 9, 1), date(2022, 9, 30))),
        ("先月", Span(date(2022, 11, 1), date(2022, 11, 30))),
        ("先月です", Span(date(2022, 11, 1), date(2022, 11, 30))),
        ("last month", Span(date(2022, 11, 1), date(2022, 11, 30))),
        ("去年", Span(date(2021, 1, 1), date(2021, 12, 31))),
        ("去年の12月", Span(date(2021, 12, 1), date(2021, 12, 31))),
        ("last year", Span(date(2021, 1, 1), date(2021, 12, 31))),
        ("昨日", on_day(date(2022, 11, 30))),
        ("3年前", Span(date(2019, 1, 1), date(2019, 12, 31))),
        ("10月以降", Span(date(2022, 10, 1), None)),
        ("before October", Span(None, date(2022, 9, 30))),
    ],
)
def test_a_day_may_be_told_in_many_ways(text: str, day: Span) -> None:
    assert understood("card_applied_on", text) == {"card_applied_on": day}


@pytest.mark.parametrize(
    ("text", "latest"), [("はい", date(2022, 9, 30)), ("間に合いました", date(2022, 9, 30)), ("yes", date(2022, 9, 30))]
)
def test_yes_means_by_the_limit(text: str, latest: date) -> None:
    assert understood("card_applied_on", text) == {"card_applied_on": Span(None, latest)}


@pytest.mark.parametrize("text", ["いいえ", "no", "間に合わなかった", "2"])
def test_no_means_after_the_limit(text: str) -> None:
    assert understood("card_applied_on", text) == {"card_applied_on": Span(date(2022, 10, 1), None)}


@pytest.mark.parametrize(
    "text",
    [
        "2022-02-30",
        "令和99年",
        "令和99年1月1日",
        "2/30",
        "令和4年13月1日",
        "2022年9月31日",
        "平成40年1月1日",
        "R0.1.1",
        "令和0年5月1日",
    ],
)
def test_a_day_that_cannot_be_is_named(text: str) -> None:
    assert isinstance(reading("card_applied_on", text), Impossible)


def test_a_card_cannot_have_been_applied_for_tomorrow() -> None:
    assert isinstance(reading("card_applied_on", "2022-12-02"), Impossible)
    assert understood("card_applied_on", "2022-12-01") == {"card_applied_on": on_day(LATE)}


def test_a_day_told_with_the_card_is_taken_along() -> None:
    assert understood("card", "去年作った") == {"card": "has", "card_applied_on": Span(None, date(2021, 12, 31))}
    assert understood("card", "先月申請した") == {"card": "applied", "card_applied_on": Span(None, date(2022, 11, 30))}


def test_a_text_that_is_a_question_is_no_answer_though_it_has_its_words() -> None:
    assert reading("card", "持っていますか？") is None


@given(st.text(max_size=120), st.sampled_from(["card", "card_applied_on", "round1", "insurance"]))
def test_no_text_breaks_the_reading(text: str, fact: str) -> None:
    assert isinstance(reading(fact, text), Understood | Unsure | Impossible | None)


SEVERAL = replace(question("round1"), fact=mynapoint().facts["applied"], options=("group1", "group2", "group3"))
NUMBER = replace(question("round1"), fact=mynapoint().facts["round1_granted_yen"], options=())


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1と3", {"group1", "group3"}), ("1,2", {"group1", "group2"}), ("保険証と口座", {"group2", "group3"}), ("全部", {"group1", "group2", "group3"}),
        ("なし", set()), ("none", set()), ("2", {"group2"}),
    ],
)  # fmt: skip
def test_several_may_be_chosen(text: str, chosen: set[str]) -> None:
    assert read_answer(mynapoint(), SEVERAL, text, LATE) == Understood({"applied": frozenset(chosen)})


@pytest.mark.parametrize(
    ("text", "number"), [("3000", 3000), ("３，０００円", 3000), ("2千円", 2000), ("0", 0), ("3000 yen", 3000)]
)
def test_a_number_is_read(text: str, number: int) -> None:
    assert read_answer(mynapoint(), NUMBER, text, LATE) == Understood({"round1_granted_yen": number})


def test_a_number_out_of_bounds_cannot_be() -> None:
    assert isinstance(read_answer(mynapoint(), NUMBER, "5001円", LATE), Impossible)
    assert isinstance(read_answer(mynapoint(), NUMBER, "わからない", LATE), Unsure)


@pytest.mark.parametrize("text", ["いいえ", "no", "済んでいません", "していません", "まだしていない"])
@pytest.mark.parametrize("fact", ["insurance", "account"])
def test_not_done_yet_is_never_taken_for_not_wanted(fact: str, text: str) -> None:
    gives = understood(fact, text)
    assert gives is not None
    assert gives[fact] == "will"


@pytest.mark.parametrize(
    ("fact", "text", "option"),
    [
        ("insurance", "する気はない", "wont"),
        ("card", "通知カードは持っている", "none"),
        ("card", "マイナンバーカードは持っていませんが申請中です", "applied"),
    ],
)
def test_a_denial_is_heard(fact: str, text: str, option: str) -> None:
    gives = understood(fact, text)
    assert gives is not None
    assert gives[fact] == option


@pytest.mark.parametrize(("fact", "text"), [("card_applied_on", "9月までには無理でした")])
def test_what_a_denial_may_turn_round_is_asked_again(fact: str, text: str) -> None:
    assert understood(fact, text) is None
