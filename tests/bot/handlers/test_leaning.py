"""A short question after an answer is understood as being about the same thing; a change of subject stays one."""

from __future__ import annotations

import pytest

from bot.faq.entries import Found, Match, Outcome
from bot.handlers.leaning import leaning
from tests.desk import small_content

ENTRIES = small_content().entries
CITY, HOURS, PARKING = "contact.city", "desk.hours", "desk.parking"


def found(*chances: tuple[str, float], outcome: Outcome = Outcome.DID_YOU_MEAN) -> Found:
    return Found(outcome, tuple(Match(entry_id, chance, chance) for entry_id, chance in chances))


def first(text: str, last: str | None, *chances: tuple[str, float]) -> tuple[str, Outcome]:
    leant = leaning(found(*chances), text, ENTRIES.get(last or ""), ENTRIES)
    return leant.matches[0].id, leant.outcome


@pytest.mark.parametrize(
    "text", ["何時？", "それは何時まで開いていますか", "じゃあ、時間はどうなりますか", "and what are the hours then?"]
)
def test_what_is_near_the_last_answer_is_meant(text: str) -> None:
    assert first(text, PARKING, (CITY, 0.4), (HOURS, 0.3)) == (HOURS, Outcome.ANSWER)


@pytest.mark.parametrize(
    ("text", "last", "chances"),
    [
        ("何時？", None, ((CITY, 0.4), (HOURS, 0.3))),
        ("市役所の電話番号は何番なのか教えて", PARKING, ((CITY, 0.4), (HOURS, 0.3))),
        ("電話は？", PARKING, ((CITY, 0.9), (HOURS, 0.3))),
        ("電話は？", PARKING, ((CITY, 0.2), (HOURS, 0.1))),
        ("電話は？", PARKING, ((CITY, 0.4), (PARKING, 0.3))),
    ],
    ids=[
        "first question",
        "stands on its own",
        "plainly another subject",
        "too unlikely",
        "only the last answer again",
    ],
)
def test_a_question_that_does_not_lean_is_left_as_found(
    text: str, last: str | None, chances: tuple[tuple[str, float], ...]
) -> None:
    assert first(text, last, *chances) == (CITY, Outcome.DID_YOU_MEAN)


def test_nothing_found_stays_nothing() -> None:
    assert leaning(found(), "それは？", ENTRIES[PARKING], ENTRIES) == found()
