"""What is asked, in which order, and what going back and changing an answer does."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.eligibility.answers import Understood, read_answer
from bot.eligibility.evaluate import evaluate
from bot.eligibility.facts import Facts, FactsError, Span
from bot.eligibility.questions import (
    AFTER,
    BY,
    Answer,
    Interview,
    Question,
    change_answer,
    dump_interview,
    given_by,
    limit_of,
    load_interview,
    next_question,
    option_of,
    question_about,
)
from tests.bot.eligibility.schemes import CAMPAIGN, LATE, days, facts_of, mynapoint, standing

OVER = date(2023, 3, 1)


def asked_after(day: date, **plain: object) -> str | None:
    """The fact asked for once these are answered, in this order."""
    facts = facts_of(**plain)
    answers = tuple(Answer(name, {name: known}) for name, known in facts.items())
    question = next_question(mynapoint(), Interview(answers), day)
    return question.fact.id if question else None


def asked(interview: Interview, day: date) -> Question:
    question = next_question(mynapoint(), interview, day)
    assert question is not None
    return question


def test_the_card_is_asked_first() -> None:
    assert asked_after(CAMPAIGN) == "card"


def test_only_what_can_still_change_something_is_asked() -> None:
    assert asked_after(LATE, card="none") is None, "too late for a card: nothing else matters"
    assert asked_after(OVER) is None, "the programme is over"
    assert asked_after(CAMPAIGN, card="has", round1="full", insurance="wont", account="wont") is None


def test_the_day_of_applying_is_asked_only_after_the_deadline() -> None:
    assert asked_after(LATE, card="has") == "card_applied_on"
    assert asked_after(date(2022, 9, 30), card="has") != "card_applied_on"


def test_a_card_applied_for_too_late_leaves_one_question() -> None:
    left = asked_after(LATE, card="has", card_applied_on="2022-10-20")
    assert left == "round1", "what is left of round 1 may still be had"


def test_what_one_may_answer_on_the_side_is_never_asked() -> None:
    assert not mynapoint().facts["applied"].is_asked
    assert not mynapoint().facts["round1_granted_yen"].is_asked


def test_an_unknown_fact_is_not_asked_again() -> None:
    interview = Interview((Answer("card", facts_of(card="has")), Answer("round1", {})))
    assert interview.unsure == {"round1"}
    assert asked(interview, CAMPAIGN).fact.id != "round1"


def test_a_question_says_its_number_and_how_many_there_are_at_most() -> None:
    first = asked(Interview(), CAMPAIGN)
    assert (first.number, first.most) == (1, 4)
    third = asked(Interview((Answer("card", facts_of(card="has")), Answer("round1", facts_of(round1="none")))), LATE)
    assert (third.number, third.most) == (3, 5)


def test_a_day_is_asked_against_its_limit() -> None:
    question = asked(Interview((Answer("card", facts_of(card="has")),)), LATE)
    assert (question.options, question.limit) == ((BY, AFTER), date(2022, 9, 30))
    assert given_by(question, BY) == {"card_applied_on": Span(None, date(2022, 9, 30))}
    assert given_by(question, AFTER) == {"card_applied_on": Span(date(2022, 10, 1), None)}


def test_a_known_day_stands_for_an_option_of_its_question() -> None:
    for plain, option in (("2022-09-30", BY), ("2022-10-01", AFTER), ("../2022-09-30", BY), ("2022-10-01/..", AFTER)):
        known = facts_of(card_applied_on=plain)["card_applied_on"]
        assert option_of(mynapoint(), "card_applied_on", known, LATE) == option
    assert option_of(mynapoint(), "card", "has", LATE) == "has"
    assert limit_of(mynapoint(), "card", LATE) is None


def test_options_that_would_contradict_are_not_offered() -> None:
    question = question_about(mynapoint(), Interview((Answer("card", facts_of(card="none")),)), "round1", CAMPAIGN)
    assert question is not None
    assert question.options == ("none", "full")


def test_a_fact_that_is_none_of_this_residents_cannot_be_asked_about() -> None:
    without_card = Interview((Answer("card", facts_of(card="none")),))
    assert question_about(mynapoint(), without_card, "card_applied_on", LATE) is None
    assert question_about(mynapoint(), without_card, "shoe_size", LATE) is None


def test_changing_an_answer_drops_only_what_cannot_be_true_any_more() -> None:
    before = Interview(
        (
            Answer("card", facts_of(card="has")),
            Answer("card_applied_on", facts_of(card_applied_on="2022-03-01")),
            Answer("insurance", facts_of(insurance="done")),
        )
    )
    after = change_answer(mynapoint(), before, Answer("card", facts_of(card="none")), LATE)
    assert after.facts == facts_of(card="none", insurance="done")


def test_answers_survive_being_kept() -> None:
    interview = Interview(
        (
            Answer("card", facts_of(card="has", card_applied_on="../2021-12-31")),
            Answer("round1", {}),
            Answer("applied", facts_of(applied=["group2", "group1"])),
        )
    )
    assert load_interview(mynapoint(), dump_interview(interview)) == interview


def test_kept_answers_that_the_scheme_does_not_know_any_more_are_refused() -> None:
    with pytest.raises(FactsError):
        load_interview(mynapoint(), [("card", {"card": "borrowed"})])


def answers_to(question: Question) -> list[Facts]:
    return [*(given_by(question, option) for option in question.options), {}]


def answered(interview: Interview, data: st.DataObject, day: date) -> Interview:
    """One more answer, whichever."""
    question = asked(interview, day)
    return interview.answered(Answer(question.fact.id, data.draw(st.sampled_from(answers_to(question)))))


def whole_interview(data: st.DataObject, day: date) -> Interview:
    interview = Interview()
    while next_question(mynapoint(), interview, day) is not None:
        interview = answered(interview, data, day)
    return interview


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(days()))
def test_no_path_asks_twice_or_more_than_five_times(data: st.DataObject, day: date) -> None:
    interview = whole_interview(data, day)
    names = [answer.fact for answer in interview.answers]
    assert len(names) == len(set(names)) <= mynapoint().most_questions == 5
    result = evaluate(mynapoint(), interview.facts, day)
    if not interview.unsure:
        assert result.decided or result.nothing_left


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(days()))
def test_the_order_of_the_answers_does_not_matter(data: st.DataObject, day: date) -> None:
    interview = whole_interview(data, day)
    shuffled = Interview(tuple(data.draw(st.permutations(interview.answers))))
    assert evaluate(mynapoint(), shuffled.facts, day) == evaluate(mynapoint(), interview.facts, day)


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(days()))
def test_back_and_change_give_what_answering_right_at_once_gives(data: st.DataObject, day: date) -> None:
    right = Interview()
    while next_question(mynapoint(), right, day) is not None:
        wrong = answered(right, data, day)
        assert wrong.without_last() == right
        right = answered(right, data, day)
    if right.answers:
        chosen = data.draw(st.sampled_from(right.answers))
        question = question_about(mynapoint(), right, chosen.fact, day)
        assert question is not None
        other = data.draw(st.sampled_from(answers_to(question)))
        changed = change_answer(mynapoint(), right, Answer(chosen.fact, other), day)
        again = change_answer(mynapoint(), changed, chosen, day)
        kept = {one.fact for one in changed.answers}
        assert again == Interview(tuple(one for one in right.answers if one.fact in kept))


def test_a_number_of_days_later_the_same_answers_are_judged_by_that_days_rules() -> None:
    facts = facts_of(card="has", round1="none", insurance="done", account="done")
    before, after = (standing(evaluate(mynapoint(), facts, day)) for day in (date(2022, 6, 29), date(2022, 6, 30)))
    assert (before["group2"], after["group2"]) == ("not_yet_open", "open")


def test_a_day_told_along_with_an_answer_saves_the_question_for_it() -> None:
    question = asked(Interview(), LATE)
    reading = read_answer(mynapoint(), question, "去年作った", LATE)
    assert isinstance(reading, Understood)
    assert asked(Interview((Answer("card", reading.gives),)), LATE).fact.id != "card_applied_on"
