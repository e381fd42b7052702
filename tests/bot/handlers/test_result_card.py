"""The result of the eligibility dialogue: a card and its details, who has to do what, the day of a deadline, the way to the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue import Turn
from bot.handlers.eligibility import VERB
from tests.bot.handlers.eligibility_talk import BEFORE_OPENING, LATE, begin, desk
from tests.desk import CAMPAIGN, Talk, keys, tokens


@pytest.fixture
def talk() -> Talk:
    return Talk(desk())


STATUS, REASON = "eligibility.mynapoint.status.", "eligibility.mynapoint.reason."


def starting(turn: Turn, prefix: str) -> list[str]:
    return [key.removeprefix(prefix) for key in keys(turn) if key.startswith(prefix)]


def parts(turn: Turn) -> tuple[Turn, Turn]:
    """The result at a glance, and the details that follow."""
    (result,) = turn.says
    at = next(place for place, one in enumerate(result.phrases) if one.key == "eligibility.details")
    halves = (result.phrases[:at], result.phrases[at:])
    glance, details = (replace(turn, says=(replace(result, phrases=phrases),)) for phrases in halves)
    return glance, details


def test_the_card_has_a_line_a_benefit_and_the_details_the_reasons(talk: Talk) -> None:
    card, details = parts(begin(talk, "has", "none", "done", "will"))
    assert (starting(card, STATUS), starting(card, REASON)) == (["open", "open", "register_first"], [])
    assert starting(details, STATUS) == ["open", "open", "register_first"]
    assert starting(details, REASON)[:2] == ["not_in_round1", "card_in_hand"]
    assert keys(details).count("eligibility.period") == 3
    assert "eligibility.desk" in keys(details)


def test_the_buttons_lead_on() -> None:
    turn = begin(Talk(desk()), "has", "none", "done", "done")
    assert tokens(turn) == ["booking:for=points", f"{VERB}:change", f"{VERB}:anew", "menu"]


def test_what_cannot_be_had_says_why_at_once_and_has_no_details() -> None:
    turn = begin(Talk(desk(), LATE), "none")
    assert "eligibility.details" not in keys(turn)
    assert starting(turn, STATUS) == ["ineligible"] * 3
    assert starting(turn, REASON).count("no_card_in_time") == 3
    assert "eligibility.no_promise" in keys(turn)


def test_the_result_on_another_day_is_that_days_with_what_has_changed() -> None:
    talk = Talk(desk(), BEFORE_OPENING)
    begin(talk, "has", "none", "done", "done")
    card, details = parts(talk.on(CAMPAIGN).presses(f"{VERB}:go_on"))
    assert keys(card)[0] == "eligibility.another_day"
    assert starting(details, STATUS) == ["open", "open", "open"]


def test_what_the_desk_can_do_is_said_before_what_it_cannot(talk: Talk) -> None:
    said = starting(begin(talk, "has", "none", "will", "will"), "eligibility.mynapoint.desk.")
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
    for phrase in parts(turn)[0].says[0].phrases:
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
