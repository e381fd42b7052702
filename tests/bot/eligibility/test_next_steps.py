"""What to do next over all benefits: once each, in an order that fits every benefit, and for which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from bot.eligibility.evaluate import evaluate
from bot.eligibility.next_steps import Step, can_be_had, next_steps
from tests.bot.eligibility.by_hand import Person
from tests.bot.eligibility.schemes import CAMPAIGN, a_person_on_a_day, facts_about, mynapoint, on

BEFORE_OPENING = date(2022, 6, 1)


def steps_on(day: date, card: str, round1: str, insurance: str, account: str) -> list[tuple[str, tuple[int, ...]]]:
    result = on(day, card=card, round1=round1, insurance=insurance, account=account)
    return [(step.name, step.places) for step in next_steps(mynapoint(), result.benefits)]


def test_what_all_have_to_do_is_said_of_nobody_in_particular() -> None:
    assert steps_on(CAMPAIGN, "has", "none", "done", "done") == [("prepare_items", ()), ("apply_for_points", ())]


def test_what_two_of_three_wait_for_says_for_which() -> None:
    assert steps_on(BEFORE_OPENING, "has", "none", "done", "done") == [
        ("prepare_items", (1,)),
        ("apply_for_points", (1,)),
        ("choose_service", (2, 3)),
        ("wait_until_open", (2, 3)),
    ]


def test_the_card_comes_before_what_needs_it() -> None:
    assert steps_on(CAMPAIGN, "none", "none", "will", "will") == [
        ("apply_for_card", ()),
        ("collect_card", ()),
        ("register_insurance", (2,)),
        ("register_account", (3,)),
        ("apply_in_time", ()),
    ]


def test_where_something_can_be_had_only_the_way_there_is_said() -> None:
    assert steps_on(CAMPAIGN, "has", "full", "done", "wont") == [("prepare_items", ()), ("apply_for_points", ())]


def test_where_nothing_can_be_had_the_step_of_all_stands_alone() -> None:
    assert steps_on(date(2022, 10, 1), "none", "none", "will", "will") == [("ask_hotline", ())]


def test_where_two_lists_disagree_each_step_is_still_said_once() -> None:
    first, second, _ = on(CAMPAIGN, card="has", round1="none", insurance="done", account="done").benefits
    lists = (replace(first, next_steps=("a", "b")), replace(second, next_steps=("b", "a")))
    assert next_steps(mynapoint(), lists) == (Step("a"), Step("b"))


@settings(deadline=None, max_examples=200)
@given(a_person_on_a_day())
def test_each_benefit_has_all_its_own_steps_in_its_own_order(drawn: tuple[Person, date]) -> None:
    person, day = drawn
    verdicts = evaluate(mynapoint(), facts_about(person), day).benefits
    steps = next_steps(mynapoint(), verdicts)
    assert len({step.text for step in steps}) == len(steps)
    to_have = [(place, one) for place, one in enumerate(verdicts, 1) if can_be_had(mynapoint(), one)]
    for place, one in to_have or enumerate(verdicts, 1):
        mine = [step.text for step in steps if not step.places or place in step.places]
        assert mine == list(one.next_steps)


@pytest.mark.parametrize("card", ["has", "none"])
def test_what_is_undecided_leads_nowhere_yet(card: str) -> None:
    open_ones = [one for one in on(CAMPAIGN, card=card).benefits if one.status is None]
    assert open_ones
    assert next_steps(mynapoint(), open_ones) == ()
