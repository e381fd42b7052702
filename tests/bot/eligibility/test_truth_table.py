"""The scheme against the city's truth table, written out by hand: every cell, every day around a limit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.eligibility.evaluate import evaluate
from tests.bot.eligibility import by_hand
from tests.bot.eligibility.schemes import days, facts_about, mynapoint, on, people_on, standing

P0, P1, P2, P3, P4 = (date(2021, 12, 31), date(2022, 6, 29), date(2022, 9, 30), date(2023, 2, 28), date(2023, 3, 1))
ALL_OVER = (P0, P1, P2, P3, P4)


@pytest.mark.parametrize("day", days(), ids=str)
def test_everybody_stands_as_in_the_table(day: date) -> None:
    for person in people_on(day):
        result = evaluate(mynapoint(), facts_about(person), day)
        assert result.decided, person
        assert standing(result) == dict(by_hand.statuses(person, day)), person
        sums = result.sums
        came = by_hand.Sums(sums.now_yen or 0, sums.now_up_to, sums.expected_total_yen or 0, sums.expected_up_to)
        assert came == by_hand.sums(person, day), person


def group1(card: str, applied_on: date | None, round1: str) -> list[str | None]:
    """How group 1 stands in the five periods; `-` where such a card cannot be yet."""
    return [
        "-" if applied_on and applied_on > day
        else standing(on(day, card=card, card_applied_on=applied_on.isoformat() if applied_on else None, round1=round1))["group1"]
        for day in ALL_OVER
    ]  # fmt: skip


IN_TIME, TOO_LATE = date(2021, 3, 1), date(2022, 10, 1)


@pytest.mark.parametrize(
    ("card", "applied_on", "round1", "stands"),
    [
        ("has", IN_TIME, "full", ["ineligible"] * 5),
        ("none", None, "full", ["ineligible"] * 5),
        ("has", IN_TIME, "partial", ["continues"] * 4 + ["ask_office"]),
        ("has", IN_TIME, "none", ["not_yet_open", "open", "open", "open", "expired"]),
        ("applied", IN_TIME, "none", ["awaiting_card"] * 4 + ["expired"]),
        ("none", None, "none", ["apply_for_card"] * 3 + ["ineligible"] * 2),
        ("has", TOO_LATE, "none", ["-"] * 3 + ["ineligible"] * 2),
        ("applied", TOO_LATE, "none", ["-"] * 3 + ["ineligible"] * 2),
    ],
)
def test_group_1_by_period(card: str, applied_on: date | None, round1: str, stands: list[str]) -> None:
    assert group1(card, applied_on, round1) == stands


@pytest.mark.parametrize("fact", ["insurance", "account"])
@pytest.mark.parametrize(
    ("card", "applied_on", "registered", "stands"),
    [
        ("has", IN_TIME, "done", ["not_yet_open", "not_yet_open", "open", "open", "expired"]),
        ("has", IN_TIME, "will", ["not_yet_open", "not_yet_open", "register_first", "register_first", "expired"]),
        ("has", IN_TIME, "wont", ["declined"] * 5),
        ("applied", IN_TIME, "done", ["not_yet_open", "not_yet_open", "awaiting_card", "awaiting_card", "expired"]),
        ("applied", IN_TIME, "will", ["not_yet_open", "not_yet_open", "awaiting_card", "awaiting_card", "expired"]),
        ("none", None, "will", ["apply_for_card"] * 3 + ["ineligible"] * 2),
        ("has", TOO_LATE, "done", ["-"] * 3 + ["ineligible"] * 2),
    ],
)
def test_groups_2_and_3_by_period(
    card: str, applied_on: date | None, registered: str, stands: list[str], fact: str
) -> None:
    benefit = {"insurance": "group2", "account": "group3"}[fact]
    said = {"card": card, "card_applied_on": applied_on.isoformat() if applied_on else None, fact: registered}
    came = ["-" if applied_on and applied_on > day else standing(on(day, **said))[benefit] for day in ALL_OVER]
    assert came == stands


@pytest.mark.parametrize(
    ("round1", "insurance", "account", "total", "up_to"),
    [
        ("none", "done", "will", 20000, True),
        ("none", "wont", "done", 12500, True),
        ("none", "wont", "wont", 5000, True),
        ("partial", "will", "will", 20000, True),
        ("partial", "wont", "will", 12500, True),
        ("partial", "wont", "wont", 5000, True),
        ("full", "done", "done", 15000, False),
        ("full", "done", "wont", 7500, False),
        ("full", "wont", "wont", 0, False),
    ],
)
def test_the_total_at_a_glance(round1: str, insurance: str, account: str, total: int, *, up_to: bool) -> None:
    sums = on(P2, card="has", round1=round1, insurance=insurance, account=account).sums
    assert (sums.expected_total_yen, sums.expected_up_to) == (total, up_to)


def test_what_round_1_has_paid_is_taken_off() -> None:
    result = on(P2, card="has", round1="partial", round1_granted_yen=1250, insurance="done", account="done")
    assert [one.amount_yen for one in result.benefits] == [3750, 7500, 7500]
    assert (result.sums.now_yen, result.sums.now_up_to) == (18750, True)


def test_the_days_of_each_benefit() -> None:
    first, second, third = on(P2, card="has", round1="none", insurance="done", account="done").benefits
    deadline, card = date(2023, 2, 28), date(2022, 9, 30)
    assert first.dates == {"opens_on": date(2022, 1, 1), "closes_on": deadline, "card_deadline_on": card}
    assert second.dates == third.dates
    assert second.dates == {"opens_on": date(2022, 6, 30), "closes_on": deadline, "card_deadline_on": card}


def test_the_page_has_no_last_day_for_what_is_left_of_round_1() -> None:
    first = on(P2, card="has", round1="partial").benefits[0]
    assert set(first.dates.values()) == {None}


def test_the_day_of_applying_for_the_card_is_missing_only_once_it_can_have_been_too_late() -> None:
    said = {"card": "has", "round1": "none", "insurance": "done", "account": "wont"}
    assert on(date(2022, 9, 30), **said).missing == ()
    assert on(date(2022, 10, 1), **said).missing == ("card_applied_on",)


def test_before_the_first_day_nothing_is_known_and_nothing_is_zero() -> None:
    result = on(mynapoint().versions[0].from_on - timedelta(days=1), card="has", round1="none")
    assert set(standing(result).values()) == {"ask_office"}
    assert (result.sums.now_yen, result.sums.expected_total_yen) == (None, None)
    assert all(one.lacking for one in result.benefits)
