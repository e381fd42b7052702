"""Evaluation with unknowns: what is not known stays open, more knowledge never overturns, contradictions are named."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.eligibility.evaluate import evaluate, side_by_side
from bot.eligibility.facts import FactsError, plain_fact
from bot.eligibility.trace import Branch, trace
from tests.bot.eligibility.by_hand import Person
from tests.bot.eligibility.schemes import (
    CAMPAIGN,
    LATE,
    a_person_on_a_day,
    facts_about,
    facts_of,
    mynapoint,
    on,
    standing,
)


def test_what_is_not_known_stays_open_and_says_what_is_possible() -> None:
    result = on(CAMPAIGN, card="has", insurance="done", account="done")
    first = result.benefits[0]
    assert standing(result) == {"group1": None, "group2": "open", "group3": "open"}
    assert not result.decided
    assert result.missing == ("round1",)
    assert {one.status for one in first.possible} == {"open", "continues", "ineligible"}
    assert (first.amount_yen, result.sums.now_yen, result.sums.expected_total_yen) == (None, None, None)


def test_the_most_decisive_missing_fact_comes_first() -> None:
    assert on(CAMPAIGN).missing[0] == "card"
    assert set(on(CAMPAIGN).missing) == {"card", "round1", "insurance", "account"}
    assert on(LATE, card="has").missing[0] == "card_applied_on"


def test_a_fact_that_may_not_exist_comes_after_what_decides_whether_it_does() -> None:
    missing = on(LATE).missing
    assert missing.index("card") < missing.index("card_applied_on")


def test_not_knowing_shows_both_totals_side_by_side() -> None:
    facts = facts_of(card="has", insurance="done", account="done")
    outcomes = side_by_side(mynapoint(), facts, CAMPAIGN, "round1")
    totals = {plain_fact(value): outcome.sums.expected_total_yen for value, outcome in outcomes}
    assert totals == {"none": 20000, "partial": 20000, "full": 15000}


def test_a_reason_has_the_condition_what_was_said_what_was_asked_and_the_source() -> None:
    second = on(CAMPAIGN, card="has", insurance="done").benefits[1]
    opened = next(reason for reason in second.reasons if reason.condition == "group23_open")
    assert (opened.value, opened.asked) == ("group23_opens", date(2022, 6, 30))
    assert opened.source is not None
    assert (opened.source.section, opened.source.facts) == ("round2_group2", ("F20", "F25"))
    said = next(reason for reason in second.reasons if reason.condition == "insurance_done")
    assert (said.fact, said.said, said.holds) == ("insurance", "done", True)


def test_every_decided_benefit_has_a_reason() -> None:
    for card, round1 in product(("has", "applied", "none"), ("none", "full")):
        for one in on(CAMPAIGN, card=card, round1=round1, insurance="will", account="wont").benefits:
            assert one.reasons, (card, round1, one.benefit.id)


def test_where_an_unknown_changes_nothing_the_reason_is_what_holds_whichever_way_it_falls() -> None:
    first = on(date(2022, 10, 1), card="none").benefits[0]
    assert first.status == "ineligible"
    assert {reason.condition for reason in first.reasons} == {"no_card", "no_card_in_time"}


def test_of_two_deadlines_only_the_one_that_was_missed_is_a_reason() -> None:
    said = {"card": "has", "card_applied_on": "2022-10-20", "round1": "none"}
    named = {reason.condition for one in on(LATE, **said).benefits for reason in one.reasons}
    assert named == {"not_in_round1", "card_applied_for", "card_too_late"}


def test_a_benefit_already_applied_for_brings_nothing_more() -> None:
    result = on(CAMPAIGN, card="has", round1="none", insurance="done", account="done", applied=["group1", "group2"])
    assert standing(result) == {"group1": "applied", "group2": "applied", "group3": "open"}
    assert result.sums.expected_total_yen == 7500


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"card": "none", "card_applied_on": "2022-03-01"}, "card_applied_on"),
        ({"card": "has", "card_applied_on": "2023-01-01"}, "card_applied_on"),
        ({"card": "none", "round1": "partial"}, "card, round1"),
        ({"card": "none", "applied": ["group1"]}, "card, applied"),
        ({"card": "applied", "applied": ["group2"]}, "card, applied"),
        ({"round1": "none", "round1_granted_yen": 100}, "round1, round1_granted_yen"),
        ({"round1": "full", "applied": ["group1"]}, "round1, applied"),
        ({"insurance": "wont", "applied": ["group2"]}, "insurance, applied"),
        ({"account": "wont", "applied": ["group3"]}, "account, applied"),
    ],
)
def test_facts_that_contradict_each_other_are_named(said: dict[str, object], named: str) -> None:
    with pytest.raises(FactsError) as caught:
        on(CAMPAIGN, **said)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [named]


@pytest.mark.parametrize("group", ["group1", "group2", "group3"])
def test_nothing_can_have_been_applied_for_before_it_opens(group: str) -> None:
    with pytest.raises(FactsError):
        on(date(2021, 12, 31), card="has", applied=[group])


def test_waiting_for_the_points_of_a_used_up_round_1_is_no_contradiction() -> None:
    assert standing(on(CAMPAIGN, card="has", round1="full", round1_granted_yen=3000))["group1"] == "ineligible"


@pytest.mark.parametrize(
    ("plain", "problem"),
    [
        ({"cadr": "has"}, "cadr: there is no such fact; did you mean 'card'?"),
        ({"card": "maybe"}, "card: 'maybe' is none of has, applied, none"),
        ({"card": 1}, "card: 1 is no text"),
        ({"card_applied_on": "2022-02-30"}, "card_applied_on: '2022-02-30' is not a day of the calendar; write it like 2022-07-01"),
        ({"card_applied_on": "20220701"}, "card_applied_on: '20220701' is not a day of the calendar; write it like 2022-07-01"),
        ({"round1_granted_yen": 5001}, "round1_granted_yen: 5001 is not between 0 and 5000"),
        ({"round1_granted_yen": -1}, "round1_granted_yen: -1 is not between 0 and 5000"),
        ({"round1_granted_yen": True}, "round1_granted_yen: True is no whole number"),
        ({"round1_granted_yen": 2.5}, "round1_granted_yen: 2.5 is no whole number"),
        ({"applied": ["group9"]}, "applied: 'group9' is none of group1, group2, group3"),
        ({"applied": ["group1", "group1"]}, "applied: names something twice"),
        ({"applied": "group1"}, "applied: 'group1' is no list"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_is_named(plain: dict[str, object], problem: str) -> None:
    with pytest.raises(FactsError) as caught:
        facts_of(**plain)
    assert caught.value.problems == (problem,)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(FactsError) as caught:
        facts_of(card="x", insurance="y", other=1)
    assert len(caught.value.problems) == 3


def test_null_and_absent_are_unknown() -> None:
    assert facts_of(card=None, round1=None) == {}


def test_the_tree_shows_which_case_decides_and_why_the_others_do_not() -> None:
    first = trace(mynapoint(), facts_of(card="has", round1="none"), CAMPAIGN)[0]
    taken = [case for case in first.parts if case.is_taken]
    assert [case.says for case in taken] == ["open 申込可"]
    assert all(part.truth for part in taken[0].parts)
    assert taken[0] is first.parts[-1], "what stands below the case that holds is not read"
    assert all(not case.truth for case in first.parts[:-1])


def test_the_tree_of_an_open_benefit_takes_no_case() -> None:
    first = trace(mynapoint(), facts_of(card="has"), CAMPAIGN)[0]
    assert not any(case.is_taken for case in first.parts)
    assert None in {branch.truth for branch in leaves(first)}


def leaves(branch: Branch) -> list[Branch]:
    return [leaf for part in branch.parts for leaf in leaves(part)] if branch.parts else [branch]


@settings(deadline=None, max_examples=400)
@given(a_person_on_a_day(), st.data())
def test_knowing_more_never_overturns_what_was_decided(person_on_day: tuple[Person, date], data: st.DataObject) -> None:
    person, day = person_on_day
    everything = facts_about(person)
    known = data.draw(st.sets(st.sampled_from(sorted(everything))))
    more = data.draw(st.sampled_from(sorted(everything)))
    if more == "card_applied_on" and "card" not in known:
        more = "card"
    before = evaluate(mynapoint(), {name: everything[name] for name in known}, day)
    after = evaluate(mynapoint(), {name: everything[name] for name in known | {more}}, day)
    for old, new in zip(before.benefits, after.benefits, strict=True):
        if old.status is not None and more not in old.could_refine:
            assert (new.status, new.amount_yen) == (old.status, old.amount_yen)
        if mynapoint().facts[more].is_asked:
            assert set(new.possible) <= set(old.possible), "knowing more only leaves less open"


@settings(deadline=None, max_examples=200)
@given(a_person_on_a_day(), st.data())
def test_the_order_of_the_facts_does_not_matter(person_on_day: tuple[Person, date], data: st.DataObject) -> None:
    person, day = person_on_day
    facts = facts_about(person)
    shuffled = dict(data.draw(st.permutations(list(facts.items()))))
    assert evaluate(mynapoint(), shuffled, day) == evaluate(mynapoint(), facts, day)
