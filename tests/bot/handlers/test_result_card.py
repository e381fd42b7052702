"""The result of the eligibility dialogue: two screens, who has to do what, the day of a deadline, the way to the desk."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dialogue import Turn
from bot.handlers.eligibility import VERB
from tests.bot.handlers.eligibility_talk import BEFORE_OPENING, LATE, asked, begin, desk
from tests.desk import CAMPAIGN, Talk, keys, tokens


@pytest.fixture
def talk() -> Talk:
    return Talk(desk())


STATUS, REASON = "eligibility.mynapoint.status.", "eligibility.mynapoint.reason."


def starting(turn: Turn, prefix: str) -> list[str]:
    return [key.removeprefix(prefix) for key in keys(turn) if key.startswith(prefix)]


def test_the_first_screen_has_a_line_a_benefit_and_the_second_the_reasons(talk: Talk) -> None:
    first = begin(talk, "has", "none", "done", "will")
    assert (starting(first, STATUS), starting(first, REASON)) == (["open", "open", "register_first"], [])
    second = talk.presses(f"{VERB}:more")
    assert starting(second, STATUS) == ["open", "open", "register_first"]
    assert starting(second, REASON)[:2] == ["not_in_round1", "card_in_hand"]
    assert keys(second).count("eligibility.period") == 3
    assert "eligibility.desk" in keys(second)
    assert keys(talk.presses(f"{VERB}:go_on")) == keys(first)


def test_both_screens_lead_to_the_desk_and_to_each_other(talk: Talk) -> None:
    ways = ["booking:for=points", f"{VERB}:more", f"{VERB}:change", f"{VERB}:anew", "menu"]
    assert tokens(begin(talk, "has", "none", "done", "done")) == ways
    assert tokens(talk.presses(f"{VERB}:more")) == [ways[0], f"{VERB}:go_on", *ways[2:]]


def test_what_cannot_be_had_says_why_at_once_and_has_no_second_screen() -> None:
    turn = begin(Talk(desk(), LATE), "none")
    assert starting(turn, STATUS) == ["ineligible"] * 3
    assert starting(turn, REASON).count("no_card_in_time") == 3
    assert f"{VERB}:more" not in tokens(turn)


def test_an_old_button_for_details_shows_the_question_that_is_open(talk: Talk) -> None:
    begin(talk, "has")
    assert asked(talk.presses(f"{VERB}:more")) == "round1"


def test_details_on_another_day_are_that_days_with_what_has_changed() -> None:
    talk = Talk(desk(), BEFORE_OPENING)
    begin(talk, "has", "none", "done", "done")
    turn = talk.on(CAMPAIGN).presses(f"{VERB}:more")
    assert keys(turn)[0] == "eligibility.another_day"
    assert starting(turn, STATUS)[-3:] == ["open", "open", "open"]


def test_what_the_desk_can_do_is_said_before_what_it_cannot(talk: Talk) -> None:
    begin(talk, "has", "none", "will", "will")
    said = starting(talk.presses(f"{VERB}:more"), "eligibility.mynapoint.desk.")
    assert said == ["apply_for_points", "register_insurance", "register_account", "prepare_items"]


def test_several_things_not_known_are_named_without_outcomes_that_would_say_nothing(talk: Talk) -> None:
    turn = begin(talk, "has", "unsure", "unsure", "done")
    assert "eligibility.unclear" in keys(turn)
    assert "eligibility.then" not in keys(turn)
    assert keys(turn).count("eligibility.ask_record") == 1


def marked(turn: Turn) -> dict[str, list[str | int]]:
    """For whom each next step is."""
    found: dict[str, list[str | int]] = {}
    places: list[str | int] = []
    for phrase in turn.says[-1].phrases:
        if phrase.key == "eligibility.arrow":
            places = []
        elif phrase.key == "eligibility.mark":
            places.append(phrase.args["number"])
        elif phrase.key.startswith("eligibility.step."):
            found[phrase.key.rpartition(".")[2]] = places
    return found


def test_a_step_that_is_not_for_all_says_for_which() -> None:
    turn = begin(Talk(desk(), BEFORE_OPENING), "has", "none", "done", "done")
    assert marked(turn) == {
        "prepare_items": [1], "apply_for_points": [1], "choose_service": [2, 3], "wait_until_open": [2, 3],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "answers", "is_told"),
    [
        (date(2022, 9, 29), ("none", "none", "will", "will"), False),
        (date(2022, 9, 30), ("none", "none", "will", "will"), True),
        (date(2022, 9, 30), ("has", "none", "will", "will"), False),
        (date(2023, 2, 27), ("has", "by", "none", "will", "will"), False),
        (date(2023, 2, 28), ("has", "by", "none", "will", "will"), True),
        (date(2023, 2, 28), ("has", "by", "full", "wont", "wont"), False),
    ],
)
def test_on_the_day_of_a_deadline_that_still_matters_the_hotline_comes_first(
    day: date, answers: tuple[str, ...], is_told: bool
) -> None:
    assert ("eligibility.last_day" in keys(begin(Talk(desk(), day), *answers))) is is_told


@pytest.mark.parametrize(
    ("answers", "service"),
    [
        (("has", "none", "done", "done"), "points"),
        (("has", "none", "will", "wont"), "both"),
        (("has", "full", "wont", "wont"), None),
    ],
)
def test_the_result_leads_to_the_desk_that_helps_with_what_is_next(
    talk: Talk, answers: tuple[str, ...], service: str | None
) -> None:
    booked = [token for token in tokens(begin(talk, *answers)) if token.startswith("booking")]
    assert booked == ([f"booking:for={service}"] if service else [])


def test_before_the_opening_only_the_insurance_desk_can_help() -> None:
    turn = begin(Talk(desk(), BEFORE_OPENING), "has", "full", "will", "wont")
    assert "booking:for=insurance" in tokens(turn)
