"""The town's scheme, and every person and answer the rules can tell apart, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import combinations, product
from pathlib import Path

from hypothesis import strategies as st

from bot.content.eligibility_file import read_scheme
from bot.eligibility.changes import days_to_try
from bot.eligibility.evaluate import Evaluation, contradictions_in, evaluate
from bot.eligibility.facts import Facts, Span, on_day, parse_facts
from bot.eligibility.rules import Scheme
from bot.eligibility.ruling import ruling_on
from bot.errors import Fault
from tests.bot.eligibility.by_hand import CARD_DEADLINE, Person

PACK = Path(__file__).resolve().parents[3] / "content" / "higashikurume-mynapoint"
CAMPAIGN = date(2022, 7, 4)
LATE = date(2022, 12, 1)
_DAY = timedelta(days=1)


@cache
def mynapoint() -> Scheme:
    faults: list[Fault] = []
    file = read_scheme(PACK, "mynapoint", faults)
    assert file is not None, faults
    return file.scheme


def facts_of(**plain: object) -> Facts:
    return parse_facts(mynapoint().facts, plain)


def on(day: date, **plain: object) -> Evaluation:
    return evaluate(mynapoint(), facts_of(**plain), day)


def standing(result: Evaluation) -> dict[str, str | None]:
    return {one.benefit.id: one.status for one in result.benefits}


def days() -> tuple[date, ...]:
    """Every day on which something changes, the day before and the day after; from the first day of the rule."""
    return tuple(day for day in days_to_try(mynapoint()) if day >= mynapoint().versions[0].from_on)


def people(day: date) -> Iterator[Person]:
    """Every person the rules can tell apart on that day, and who does not contradict themselves."""
    groups = ("group1", "group2", "group3")
    some = [frozenset(one) for size in range(4) for one in combinations(groups, size)]
    registered = ("done", "will", "wont")
    for card, round1, insurance, account in product(
        ("has", "applied", "none"), ("none", "partial", "full"), registered, registered
    ):
        for applied_on in card_days(card, day):
            for granted, applied in product((0, 1, 3000, 4999, 5000), some):
                person = Person(card, applied_on, round1, insurance, account, granted, applied)
                if not contradictions_in(ruling_on(mynapoint(), day), facts_about(person)):
                    yield person


def card_days(card: str, day: date) -> tuple[date | None, ...]:
    if card == "none":
        return (None,)
    return tuple(one for one in (date(2021, 3, 1), CARD_DEADLINE, CARD_DEADLINE + _DAY, day) if one <= day)


def facts_about(person: Person) -> Facts:
    known: dict[str, str | int | Span | frozenset[str]] = {
        "card": person.card, "round1": person.round1, "insurance": person.insurance, "account": person.account,
        "round1_granted_yen": person.granted_yen, "applied": person.applied,
    }  # fmt: skip
    return {**known, "card_applied_on": on_day(person.card_applied_on)} if person.card_applied_on else known


@cache
def people_on(day: date) -> tuple[Person, ...]:
    return tuple(people(day))


def a_person_on_a_day() -> st.SearchStrategy[tuple[Person, date]]:
    return st.sampled_from(days()).flatmap(lambda day: st.tuples(st.sampled_from(people_on(day)), st.just(day)))
