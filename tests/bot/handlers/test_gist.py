"""Messages of several sentences, and those between the page and another department, with the town's own pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.dialogue import Conversation, Desk, Kind, Turn
from bot.faq.entries import Found, Match, Outcome
from bot.handlers.gist import doubted, gist
from bot.wiring import make_desk
from tests.desk import Talk

PACK = Path(__file__).parents[3] / "content" / "higashikurume-mynapoint"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return make_desk(PACK)


def said(desk: Desk, text: str) -> Turn:
    return Talk(desk, date(2022, 7, 1), Conversation()).types(text)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (
            "はじめまして。近所に住む七十五歳の者です。持ち物は何ですか。お手数ですがよろしくお願いいたします。",
            "items.support",
        ),
        ("いつもお世話になっております。昨日新聞で見ました。土曜日は開いていますか。", "desk.weekend"),
        (
            "パソコンもスマートフォンもございません。それでも申込みはできるのでしょうか。年寄り二人の暮らしです。",
            "apply.no_smartphone",
        ),
        ("息子が遠くに住んでおります。暗証番号を忘れてしまいました。困っております。", "items.pin_forgot"),
    ],
)
def test_what_people_tell_does_not_hide_what_they_ask(desk: Desk, text: str, entry: str) -> None:
    assert [say.entry_id for say in said(desk, text).says] == [entry]


def test_a_sentence_of_another_departments_business_is_not_answered_from_the_page(desk: Desk) -> None:
    for text in (
        "はじめまして。近所の者です。燃えるごみは何曜日ですか。",
        "昨日から熱があります。今日やっている病院はどこですか。",
    ):
        assert {say.kind for say in said(desk, text).says} == {Kind.ASK_OFFICE}, text


def test_two_sentences_as_sure_of_different_business_are_only_offered(desk: Desk) -> None:
    unsure = Found(Outcome.ASK_OFFICE)
    found = gist("カードをなくしました。燃えるごみは何曜日ですか。", unsure, desk)
    assert found.outcome is Outcome.DID_YOU_MEAN
    assert {match.id for match in found.matches} == {"card.lost", "elsewhere.garbage"}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("東久留米に住んでいる七十五歳の者です。先日広報で見ました。土曜日は開いていますか。", "desk.weekend"),
        ("昨日市役所に電話しました。つながりませんでした。駐車場はありますか。", "desk.parking"),
        ("We live in Higashikurume. What do I need to bring?", "items.support"),
        ("スマホは持っていません。駐車場はありますか。", "desk.parking"),
        ("先日カードを受け取りました。暗証番号を忘れました。どうしたらよいでしょうか。", "items.pin_forgot"),
    ],
)
def test_what_is_asked_is_answered_though_what_is_told_is_a_question_of_its_own(
    desk: Desk, text: str, entry: str
) -> None:
    says = said(desk, text).says
    assert entry in {says[0].entry_id, *(one.entry_id for one in says[0].candidates)}
    assert says[0].entry_id in {entry, None}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("カードが まだ ありません。ポイントは もらえますか。", "who.card_not_yet"),
        ("まえの ポイントが のこって います。まだ もらえますか。", "round1.carry_over"),
    ],
)
def test_what_is_told_makes_clear_what_is_asked(desk: Desk, text: str, entry: str) -> None:
    assert said(desk, text).says[0].entry_id == entry


def test_two_things_told_as_surely_are_only_offered(desk: Desk) -> None:
    turn = said(desk, "スマホは持っていません。暗証番号を忘れました。")
    assert turn.says[0].kind is Kind.DID_YOU_MEAN
    assert {one.entry_id for one in turn.says[0].candidates} >= {"items.pin_forgot", "apply.no_smartphone"}


def test_one_sentence_stays_as_it_was_found(desk: Desk) -> None:
    unsure = Found(Outcome.DID_YOU_MEAN, (Match("desk.parking", 0.3, 0.3),))
    assert gist("持ち物は何ですか。", unsure, desk) is unsure


def test_a_whole_that_is_about_as_sure_as_its_sentence_stays(desk: Desk) -> None:
    sure = Found(Outcome.ANSWER, (Match("desk.where", 0.99, 0.99),))
    assert gist("市役所へ行きます。持ち物は何ですか。", sure, desk) is sure


def between(page_score: float, page_confidence: float) -> Found:
    page = Match("who.children", page_score, page_confidence)
    return Found(Outcome.ANSWER, (Match("elsewhere.marriage_birth", 0.88, 0.9), page))


def test_an_entry_of_the_page_as_near_as_another_departments_business_is_offered(desk: Desk) -> None:
    found = doubted(between(0.87, 0.59), desk)
    assert found.outcome is Outcome.DID_YOU_MEAN
    assert found.matches[0].id == "who.children"


@pytest.mark.parametrize(("score", "confidence"), [(0.85, 0.59), (0.87, 0.34)], ids=["less_near", "less_sure"])
def test_another_departments_business_stays_where_the_page_is_further(
    desk: Desk, score: float, confidence: float
) -> None:
    found = between(score, confidence)
    assert doubted(found, desk) is found


def test_points_for_a_newborn_are_not_refused_as_a_registration_of_birth(desk: Desk) -> None:
    assert said(desk, "生まれたばっかの赤ちゃんでももらえる？").says[0].kind in {Kind.ANSWER, Kind.DID_YOU_MEAN}


def test_a_very_long_story_is_heard_by_its_end(desk: Desk) -> None:
    story = "なるほど、ええ。" * 200
    found = gist(story + "持ち物は何ですか。", Found(Outcome.ASK_OFFICE), desk)
    assert found.matches[0].id in {"items.support", "items.apply"}
    assert not gist("持ち物は何ですか。" + story, Found(Outcome.ASK_OFFICE), desk).matches
