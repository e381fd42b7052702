"""The drawn table holds every combination, and every cell is what the rules say."""

from __future__ import annotations

from datetime import date
from itertools import product

from bot.eligibility.changes import days_to_try
from bot.eligibility.decision_table import BenefitTable, Choice, DecisionTable, decision_table
from bot.eligibility.evaluate import evaluate
from bot.eligibility.facts import Facts, Known, Span
from tests.bot.eligibility.schemes import CAMPAIGN, days, facts_about, mynapoint, people_on


def whole_table() -> DecisionTable:
    tried = days_to_try(mynapoint())
    return decision_table(mynapoint(), tried[0], tried[-1])


def test_the_columns_are_the_periods_of_the_citys_table() -> None:
    begins = [first for first, _ in decision_table(mynapoint(), date(2021, 12, 1), date(2023, 3, 31)).periods]
    assert begins == [
        date(2021, 12, 1), date(2022, 1, 1), date(2022, 6, 30), date(2022, 10, 1), date(2023, 3, 1),
    ]  # fmt: skip


def test_one_day_is_one_column() -> None:
    assert decision_table(mynapoint(), CAMPAIGN, CAMPAIGN).periods == ((CAMPAIGN, CAMPAIGN),)


def test_each_person_is_in_a_row_of_each_benefit_and_stands_as_it_says() -> None:
    table = whole_table()
    for day in days():
        place = next(n for n, (first, last) in enumerate(table.periods) if first <= day <= last)
        for person in people_on(day)[::23]:
            facts = facts_about(person)
            for benefit, stands in zip(table.benefits, evaluate(mynapoint(), facts, day).benefits, strict=True):
                cells = {row.cells[place] for row in benefit.rows if is_in(benefit, row.chosen, facts)}
                (cell,) = cells
                assert cell is not None, (person, day)
                assert cell.status == stands.status, (person, day)


def test_no_row_is_drawn_twice() -> None:
    for benefit in whole_table().benefits:
        assert len({(row.chosen, row.cells) for row in benefit.rows}) == len(benefit.rows)


def test_rows_that_overlap_come_out_alike() -> None:
    for benefit in whole_table().benefits:
        for one, other in product(benefit.rows, repeat=2):
            meets = all(mine & theirs for mine, theirs in zip(one.chosen, other.chosen, strict=True))
            assert not meets or one.cells == other.cells or not shared_people(benefit, one.chosen, other.chosen)


def shared_people(
    benefit: BenefitTable, one: tuple[frozenset[Choice], ...], other: tuple[frozenset[Choice], ...]
) -> bool:
    """Whether somebody real is in both rows."""
    everybody = (facts_about(person) for day in days() for person in people_on(day)[::23])
    return any(is_in(benefit, one, facts) and is_in(benefit, other, facts) for facts in everybody)


def is_in(benefit: BenefitTable, chosen: tuple[frozenset[Choice], ...], facts: Facts) -> bool:
    return all(
        any(fits(choice, facts.get(column.fact.id), column.option) for choice in choices)
        for column, choices in zip(benefit.columns, chosen, strict=True)
    )


def fits(choice: Choice, known: Known | None, option: str | None) -> bool:
    if option is not None:
        return isinstance(known, frozenset) and (choice.option == "yes") is (option in known)
    if known is None or not choice.exists:
        return known is None and not choice.exists
    if isinstance(known, str):
        return choice.option == known
    point = known.earliest if isinstance(known, Span) else known
    return is_between(choice.first, point, choice.last)


def is_between(first: object, point: object, last: object) -> bool:
    return (first is None or not point < first) and (last is None or not point > last)  # type: ignore[operator]
