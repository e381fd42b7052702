"""The eligibility dialogue: one question at a time, any way of answering, back and change, another day, the end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import ForgetPerson, Kind
from bot.handlers.eligibility import VERB
from tests.bot.handlers.eligibility_talk import (
    BEFORE_OPENING,
    LATE,
    answer,
    answers_in,
    asked,
    begin,
    desk,
    progress,
    said_of,
)
from tests.desk import AFTER, CAMPAIGN, Talk, keys, tokens


@pytest.fixture
def talk() -> Talk:
    return Talk(desk())


def test_the_first_question_says_how_many_there_are_and_that_one_may_not_know(talk: Talk) -> None:
    turn = talk.presses(VERB)
    assert asked(turn) == "card"
    assert keys(turn)[0] == "eligibility.begin"
    assert progress(turn)[0] == 1
    assert f"{VERB}:1.card=unsure" in tokens(turn)
    assert f"{VERB}:why" in tokens(turn)
    assert f"{VERB}:back" not in tokens(turn), "there is nothing before the first question"


@pytest.mark.parametrize("day", [BEFORE_OPENING, CAMPAIGN, LATE])
def test_the_greeting_and_the_counter_agree_on_how_many_questions_there_are(day: date) -> None:
    turn = Talk(desk(), day).presses(VERB)
    greeting = next(phrase for phrase in turn.says[0].phrases if phrase.key == "eligibility.begin")
    assert greeting.args["most"] == progress(turn)[1]


def test_after_the_last_question_comes_the_result_with_a_total_from_its_parts(talk: Talk) -> None:
    turn = begin(talk, "has", "none", "done", "done")
    (say,) = turn.says
    assert say.kind is Kind.RESULT
    total = next(phrase for phrase in say.phrases if phrase.key == "eligibility.total")
    assert total.args == {"yen": 20000, "up_to": 1}
    parts = [phrase.args["yen"] for phrase in say.phrases if phrase.key == "eligibility.amount"]
    assert parts[:3] == [5000, 7500, 7500]
    assert "eligibility.no_promise" in keys(turn)
    assert f"{VERB}:change" in tokens(turn)


@pytest.mark.parametrize(
    ("typed", "fact_asked_next"),
    [
        ("はい", "round1"),
        ("持ってます", "round1"),
        ("1", "round1"),
        ("Yes", "round1"),
        ("わからない", "round1"),
        ("まだ", "round1"),
    ],
)
def test_an_answer_may_be_typed(talk: Talk, typed: str, fact_asked_next: str) -> None:
    talk.presses(VERB)
    assert asked(talk.types(typed)) == fact_asked_next


def test_typed_and_pressed_answers_lead_to_the_same_result() -> None:
    pressed, typed = Talk(desk()), Talk(desk())
    by_button = begin(pressed, "has", "none", "will", "wont")
    typed.presses(VERB)
    for text in ("はい、持っています", "申し込んでいません", "これからします", "しません"):
        by_words = typed.types(text)
    assert said_of(by_words) == said_of(by_button)


def test_why_is_answered_and_the_question_asked_again(talk: Talk) -> None:
    talk.presses(VERB)
    turn = talk.types("5")
    assert keys(turn)[0] == "eligibility.mynapoint.card.why"
    assert asked(turn) == "card"


def test_a_question_in_the_middle_is_answered_and_the_dialogue_goes_on(talk: Talk) -> None:
    begin(talk, "has")
    turn = talk.types("駐車場は無料ですか")
    assert turn.says[0].entry_id == "desk.parking"
    assert turn.says[0].choices == (), "numbers typed now belong to the open question"
    assert asked(turn) == "round1"
    assert asked(talk.types("いいえ")) == "insurance"


def test_what_is_neither_answer_nor_question_leaves_the_question_open(talk: Talk) -> None:
    begin(talk, "has")
    turn = talk.types("ちゃんちゃらおかしい話ですこと")
    assert asked(turn) == "round1"
    assert json.loads(turn.conversation.checking.answers if turn.conversation.checking else "[]")


def test_not_knowing_shows_both_outcomes_side_by_side_and_whom_to_ask(talk: Talk) -> None:
    turn = begin(talk, "has", "unsure", "done", "done")
    assert "eligibility.total_open" in keys(turn)
    sums = [phrase.args["yen"] for say in turn.says for phrase in say.phrases if phrase.key == "eligibility.sum"]
    assert sums == [20000, 20000, 15000]
    assert "eligibility.ask_record" in keys(turn)


def test_not_knowing_may_be_typed_in_any_words(talk: Talk) -> None:
    begin(talk, "has")
    assert asked(talk.types("もう忘れてしまいました")) == asked(begin(Talk(desk()), "has", "unsure"))


@pytest.mark.parametrize("token", ["x.card=has", ".card=has", "1card", "nowhere"])
def test_a_forged_button_changes_nothing(talk: Talk, token: str) -> None:
    begin(talk, "has")
    before = talk.conversation.checking
    assert keys(talk.presses(f"{VERB}:{token}"))[0] in {"question.past_button", "eligibility.past"}
    assert talk.conversation.checking == before


def test_nothing_can_be_changed_before_something_was_answered(talk: Talk) -> None:
    begin(talk)
    assert asked(talk.presses(f"{VERB}:change")) == "card"


@pytest.mark.parametrize("kept", ['[["card", {"card": "gone"}]]', '[["pets", {"pets": 1}]]', "no JSON"])
def test_answers_the_scheme_no_longer_knows_are_asked_again(talk: Talk, kept: str) -> None:
    begin(talk, "has")
    checking = talk.conversation.checking
    assert checking is not None
    talk.conversation = replace(talk.conversation, checking=replace(checking, answers=kept))
    assert asked(answer(talk, "none")) == "card"


def test_an_old_button_says_so_and_shows_the_present_question(talk: Talk) -> None:
    begin(talk, "has")
    turn = talk.presses(f"{VERB}:1.card=none")
    assert "eligibility.past" in keys(turn)
    assert asked(turn) == "round1"


def test_the_same_answer_from_two_devices_counts_once(talk: Talk) -> None:
    begin(talk)
    talk.presses(f"{VERB}:1.card=has")
    turn = talk.presses(f"{VERB}:1.card=has")
    assert asked(turn) == "round1"
    assert progress(turn)[0] == 2


def test_a_button_of_an_earlier_dialogue_does_not_answer_the_new_one(talk: Talk) -> None:
    begin(talk, "has")
    talk.presses(f"{VERB}:anew")
    turn = talk.presses(f"{VERB}:1.card=has")
    assert "eligibility.past" in keys(turn)
    assert asked(turn) == "card"


def test_back_asks_the_question_before_again(talk: Talk) -> None:
    begin(talk, "has", "none")
    assert asked(talk.presses(f"{VERB}:back")) == "round1"
    assert asked(talk.presses(f"{VERB}:back")) == "card"


def test_an_earlier_answer_can_be_changed_and_the_others_stay(talk: Talk) -> None:
    begin(talk, "has", "none", "done", "done")
    assert f"{VERB}:change=insurance" in tokens(talk.presses(f"{VERB}:change"))
    assert asked(talk.presses(f"{VERB}:change=insurance")) == "insurance"
    changed = answer(talk, "wont")
    assert said_of(changed) == said_of(begin(Talk(desk()), "has", "none", "wont", "done"))


def test_stopping_deletes_the_answers(talk: Talk) -> None:
    begin(talk, "has")
    turn = talk.presses(f"{VERB}:stop")
    assert keys(turn) == ["eligibility.stopped"]
    assert turn.conversation.checking is None


def test_forgetting_the_person_forgets_the_answers(talk: Talk) -> None:
    begin(talk, "has")
    talk.presses("forget")
    turn = talk.presses("forget:yes")
    assert ForgetPerson() in turn.effects
    assert turn.conversation.checking is None


def test_begun_answers_are_offered_again(talk: Talk) -> None:
    begin(talk, "has")
    talk.types("メニュー")
    turn = talk.presses(VERB)
    assert keys(turn) == ["eligibility.kept_answers"]
    assert asked(talk.presses(f"{VERB}:go_on")) == "round1"


def test_what_is_typed_at_the_menu_is_no_answer_to_the_question_before(talk: Talk) -> None:
    begin(talk, "has")
    talk.types("メニュー")
    assert not asked(talk.types("はい"))


def test_on_another_day_the_days_rules_count_and_what_changed_is_said() -> None:
    talk = Talk(desk(), BEFORE_OPENING)
    begin(talk, "has", "none", "done", "wont")
    turn = talk.on(CAMPAIGN).presses(f"{VERB}:go_on")
    assert keys(turn)[0] == "eligibility.another_day"
    changed = keys(turn)[: keys(turn).index("eligibility.result")]
    assert "eligibility.mynapoint.status.not_yet_open" in changed
    assert "eligibility.mynapoint.status.open" in changed


def test_a_day_that_brings_a_new_question_asks_it(talk: Talk) -> None:
    begin(talk, "has", "none", "done", "done")
    turn = talk.on(LATE).presses(f"{VERB}:go_on")
    assert asked(turn) == "card_applied_on"
    assert talk.types("令和4年9月末").says[0].kind is Kind.RESULT


@pytest.mark.parametrize("typed", ["2022-02-30", "令和99年1月1日"])
def test_an_impossible_day_is_named_and_nothing_is_kept_of_it(talk: Talk, typed: str) -> None:
    assert asked(begin(talk.on(LATE), "has")) == "card_applied_on"
    before = talk.conversation.checking
    turn = talk.types(typed)
    assert keys(turn)[0] == "eligibility.impossible"
    assert asked(turn) == "card_applied_on"
    assert turn.conversation.checking == before


def test_when_the_programme_is_over_it_says_so_at_once_and_asks_nothing() -> None:
    turn = Talk(desk(), AFTER).presses(VERB)
    assert keys(turn) == ["notice.ended"]
    assert answers_in(turn) == ()


def test_a_dialogue_begun_in_time_ends_with_the_programme(talk: Talk) -> None:
    begin(talk, "has")
    turn = talk.on(AFTER).presses(f"{VERB}:1.round1=none")
    assert keys(turn) == ["notice.ended"]
    assert turn.conversation.checking is None


def test_a_pack_without_a_scheme_has_no_such_dialogue() -> None:
    bare = replace(desk(), content=replace(desk().content, schemes={}))
    assert keys(Talk(bare).presses(VERB)) == ["question.past_button"]


@settings(deadline=None, max_examples=150)
@given(st.data(), st.sampled_from([BEFORE_OPENING, CAMPAIGN, LATE, date(2023, 2, 28)]))
def test_every_path_ends_within_five_questions_and_asks_none_twice(data: st.DataObject, day: date) -> None:
    talk = Talk(desk(), day)
    turn = talk.presses(VERB)
    questions: list[str] = []
    while asked(turn):
        questions.append(asked(turn))
        assert progress(turn)[0] == len(questions) <= progress(turn)[1] <= 5
        turn = talk.presses(data.draw(st.sampled_from(answers_in(turn))).token)
    assert len(set(questions)) == len(questions) <= 5
    assert turn.says[-1].kind is Kind.RESULT


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_going_back_and_changing_gives_what_answering_right_at_once_gives(data: st.DataObject) -> None:
    straight, wandering = Talk(desk()), Talk(desk())
    right, other = straight.presses(VERB), wandering.presses(VERB)
    while asked(right):
        wrong, chosen = (data.draw(st.sampled_from(answers_in(right))).token for _ in range(2))
        wandering.presses(wrong)
        wandering.presses(f"{VERB}:back")
        right, other = straight.presses(chosen), wandering.presses(chosen)
    assert said_of(other) == said_of(right)
