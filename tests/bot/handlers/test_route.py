"""Which dialogue an event belongs to, as tables over keys; wording has its own tests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import (
    Body,
    Choice,
    Conversation,
    CountFeedback,
    Desk,
    ForgetPerson,
    Kind,
    Left,
    MarkBlocked,
    Opened,
    Phrase,
    Pressed,
    Text,
    Unreadable,
)
from bot.language import Language
from tests.desk import AFTER, Talk, keys, small_desk, tokens


@pytest.fixture(scope="module")
def desk() -> Desk:
    return small_desk()


@pytest.fixture
def talk(desk: Desk) -> Talk:
    return Talk(desk)


def test_the_first_visit_is_greeted_with_the_menu_in_order_and_the_languages(talk: Talk) -> None:
    turn = talk.does(Opened())
    assert keys(turn) == ["greeting.first"]
    assert tokens(turn) == ["topic:desk", "topic:contact", "lang:ja-easy", "lang:en"]


def test_a_later_visit_is_greeted_shortly(talk: Talk) -> None:
    talk.does(Opened())
    assert keys(talk.does(Opened())) == ["greeting.again"]


def test_a_question_is_answered_with_related_questions_a_rating_and_at_first_contact_the_languages(talk: Talk) -> None:
    turn = talk.types("駐車場は無料ですか")
    assert turn.says[0].entry_id == "desk.parking"
    assert keys(turn) == ["@answer/desk.parking", "language.offer"]
    assert tokens(turn) == [
        "ask:desk.hours",
        "helped:desk.parking",
        "unhelped:desk.parking",
        "menu",
        "lang:ja-easy",
        "lang:en",
    ]


def test_the_second_question_does_not_offer_the_languages_again(talk: Talk) -> None:
    talk.types("駐車場は無料ですか")
    assert keys(talk.types("何時まで開いていますか")) == ["@answer/desk.hours"]


@pytest.mark.parametrize(
    "typed",
    ["1", "１", "①", "#1", "一", "1つ目", "1.", "1番", "(1)", "1です", "何時まで開いていますか", "何時まで開いていま"],
)
def test_a_button_can_be_typed_as_its_number_or_its_label(talk: Talk, typed: str) -> None:
    talk.types("駐車場は無料ですか")
    assert talk.types(typed).says[0].entry_id == "desk.hours"


def test_a_number_that_is_on_no_button_is_answered_with_those_there_are(talk: Talk) -> None:
    offered = tokens(talk.types("駐車場は無料ですか"))
    turn = talk.types("19")
    assert keys(turn) == ["question.no_such_number"]
    assert tokens(turn) == offered


@pytest.mark.parametrize("typed", ["はい", "yes", "はい。", "はい、消します"])
def test_forgetting_is_confirmed_in_ones_own_words(talk: Talk, typed: str) -> None:
    talk.types("忘れて")
    assert keys(talk.types(typed)) == ["forget.done"]


def test_yes_means_nothing_where_nothing_was_asked(talk: Talk) -> None:
    assert keys(talk.types("はい")) != ["forget.done"]


def test_an_old_button_to_forget_asks_again(talk: Talk) -> None:
    talk.types("忘れて")
    talk.types("駐車場は無料ですか")
    turn = talk.presses("forget:yes")
    assert keys(turn) == ["forget.confirm"]
    assert turn.effects == ()


def test_a_rating_typed_when_the_buttons_are_gone_is_about_the_last_answer(talk: Talk) -> None:
    talk.types("駐車場は無料ですか")
    talk.types("メニュー")
    assert talk.types("役に立った").effects == (CountFeedback("desk.parking", helped=True),)


@pytest.mark.parametrize("typed", ["/menu", "/help", "/forget", "/menu@madoguchi_bot", "App Store", "FAX"])
def test_commands_and_names_in_latin_letters_do_not_change_the_language(talk: Talk, typed: str) -> None:
    talk.types("駐車場は無料ですか")
    assert talk.types(typed).language is Language.JA
    assert talk.types("メニュー").language is Language.JA


def test_what_the_town_has_deleted_is_not_offered_again(talk: Talk) -> None:
    talk.types("駐車場は無料ですか")
    gone = Choice(Phrase("@label/desk.gone"), "ask:desk.gone")
    talk.conversation = replace(talk.conversation, offered=(gone, *talk.conversation.offered))
    assert "ask:desk.gone" not in tokens(talk.presses("no-such-thing"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("メニュー", "menu.title"), ("ｍｅｎｕ", "menu.title"), ("menu。", "menu.title"), ("ヘルプ", "help.text"),
        ("最初から", "greeting.first"), ("言語", "language.choose"), ("電話", "office.text"), ("忘れて", "forget.confirm"),
        ("English", "language.changed"), ("戻る", "menu.title"),
    ],
)  # fmt: skip
def test_commands_are_typed_as_words(talk: Talk, typed: str, key: str) -> None:
    assert key in keys(talk.types(typed))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (Text(""), "question.empty"), (Text("　\u200b\n"), "question.empty"), (Text("\x00\x07"), "question.empty"),
        (Text("あ" * 10_000), "question.too_long"), (Text("/nonsense"), "question.unknown_command"),
        (Unreadable("sticker"), "question.unreadable"), (Pressed("ask:gone.entry"), "question.past_button"),
        (Pressed("no-such-thing"), "question.past_button"), (Pressed(""), "question.past_button"),
        (Pressed("topic:gone"), "question.past_button"), (Pressed("lang:xx"), "question.past_button"),
        (Pressed("helped:gone.entry"), "question.past_button"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_gets_a_useful_answer_with_a_way_on(talk: Talk, body: Body, key: str) -> None:
    turn = talk.does(body)
    assert key in keys(turn)
    assert tokens(turn)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("マイナンバーは1234-5678-9018です", "guard.individual_number"),
        ("暗証番号は2749", "guard.secret"),
        ("口座番号は1234567", "guard.other_number"),
    ],
)
def test_the_guard_comes_first_and_its_warning_carries_nothing_that_was_typed(talk: Talk, typed: str, key: str) -> None:
    turn = talk.types(typed)
    assert turn.says[0].kind is Kind.WARNING
    assert keys(turn) == [key]
    assert not any(digits in repr(turn) for digits in ("1234", "2749", "5678"))


def test_nothing_that_was_typed_is_remembered(talk: Talk) -> None:
    turn = talk.types("駐車場は無料ですか、山田太郎です")
    assert "山田" not in repr(turn)


def test_topics_lead_to_their_questions_and_back(talk: Talk) -> None:
    assert tokens(talk.presses("topic:desk")) == ["ask:desk.parking", "ask:desk.hours", "back"]
    talk.presses("ask:desk.hours")
    assert tokens(talk.types("戻る")) == ["ask:desk.parking", "ask:desk.hours", "back"]
    assert keys(talk.types("戻る")) == ["menu.title"]


def test_a_rating_is_counted_once_an_answer(talk: Talk) -> None:
    talk.types("駐車場は無料ですか")
    assert talk.presses("helped:desk.parking").effects == (CountFeedback("desk.parking", helped=True),)
    assert talk.presses("unhelped:desk.parking").effects == ()


def test_forgetting_is_asked_first_and_then_leaves_nothing(talk: Talk) -> None:
    talk.types("英語")
    talk.types("駐車場は無料ですか")
    assert keys(talk.types("忘れて")) == ["forget.confirm"]
    turn = talk.types("1")
    assert keys(turn) == ["forget.done"]
    assert turn.effects == (ForgetPerson(),)
    assert turn.conversation == Conversation(turns=1)


def test_forgetting_can_be_called_off(talk: Talk) -> None:
    talk.types("忘れて")
    turn = talk.types("2")
    assert keys(turn) == ["forget.kept"]
    assert turn.effects == ()


def test_who_leaves_is_marked_and_told_nothing(talk: Talk) -> None:
    turn = talk.does(Left())
    assert turn.says == ()
    assert turn.effects == (MarkBlocked(),)


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("駐車場は無料ですか", Language.JA), ("くるまを とめる ばしょは ありますか", Language.JA_EASY),
        ("Is parking free?", Language.EN), ("几点开门几点关门？", Language.JA_EASY), ("주차장은 무료인가요?", Language.EN),
        ("Bãi đỗ xe có miễn phí không?", Language.EN),
    ],
)  # fmt: skip
def test_the_language_is_noticed_from_what_is_written(talk: Talk, typed: str, language: Language) -> None:
    assert talk.types(typed).language is language


def test_a_chosen_language_holds_and_japanese_yields_to_a_whole_sentence_in_english(talk: Talk) -> None:
    talk.presses("lang:ja-easy")
    assert talk.types("駐車場").language is Language.JA_EASY
    assert talk.types("Is there any parking at the city hall?").language is Language.EN
    assert talk.types("駐車場").language is Language.JA_EASY
    talk.presses("lang:en")
    assert talk.types("2").language is Language.EN
    assert talk.types("駐車場は無料ですか").language is Language.EN


def test_another_departments_business_is_sent_to_the_office_without_an_answer(talk: Talk) -> None:
    turn = talk.types("ごみの収集日はいつですか")
    assert turn.says[0].kind is Kind.ASK_OFFICE
    assert turn.says[0].entry_id is None


def test_thanks_are_answered_and_are_no_answer_to_a_question(talk: Talk) -> None:
    turn = talk.types("ありがとうございます")
    assert turn.says[0].kind is Kind.CHAT
    assert turn.says[0].entry_id is None


def test_two_questions_in_one_message_are_both_answered(talk: Talk) -> None:
    turn = talk.types("駐車場は無料ですか？あと、市役所の電話番号は何番ですか？")
    assert [say.entry_id for say in turn.says] == ["desk.parking", "contact.city"]
    assert turn.says[0].choices == ()
    assert tokens(turn)[-3] == "menu"


def test_one_question_asked_twice_is_answered_once(talk: Talk) -> None:
    assert [say.entry_id for say in talk.types("駐車場は無料ですか？駐車場はありますか？").says] == ["desk.parking"]


def test_after_the_programme_an_answer_that_no_longer_holds_gives_way_to_the_notice(desk: Desk) -> None:
    late = Talk(desk, AFTER)
    turn = late.types("駐車場は無料ですか")
    assert turn.says[0].kind is Kind.NOTICE
    assert "notice.ended" in keys(turn)
    assert late.types("市役所の電話番号は何番ですか").says[0].entry_id == "contact.city"
    assert "notice.ended" in keys(late.does(Opened()))


def test_while_the_page_is_known_to_have_changed_every_answer_says_so(desk: Desk) -> None:
    turn = Talk(desk, AFTER.replace(year=2022)).types("駐車場は無料ですか")
    assert "notice.changed" in keys(turn)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=40), st.sampled_from(["1", "2", "メニュー", "戻る", "忘れて", "English", "駐車場"])),
        max_size=6,
    )
)
def test_whatever_a_stranger_types_there_is_an_answer_and_a_way_on(typed: list[str]) -> None:
    talk = Talk(_DESK)
    for text in typed:
        turn = talk.types(text)
        assert keys(turn)
        assert tokens(turn) or keys(turn) == ["forget.done"]
        assert turn.language is not None


_DESK = small_desk()
