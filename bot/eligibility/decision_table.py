"""The whole decision table of a scheme: for each benefit, who stands how in which stretch of days.

Exhaustive: every combination of facts that the rules can tell apart, on every stretch of days between two changes.
Combinations that come out alike on all days are drawn together in one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product

from bot.eligibility.changes import periods
from bot.eligibility.facts import Fact, Facts, Kind, Known, on_day
from bot.eligibility.possible import cuts_of
from bot.eligibility.rules import Includes, Scheme
from bot.eligibility.ruling import BenefitRuling, Outcome, Ruling, ruling_on
from bot.eligibility.scope import comparisons_in

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the ways a fact can be: an option, a stretch of days or numbers, or (both None) that it does not exist.

    A stretch is told apart by nothing within it; no `first` or `last`: it has no end on that side.
    """

    option: str | None = None
    first: date | int | None = None
    last: date | int | None = None

    @property
    def exists(self) -> bool:
        return self != _ABSENT


_ABSENT = Choice()


@dataclass(frozen=True, slots=True)
class Column:
    """A fact, or one option of a fact of several, with every way it can be (yes and no, for an option)."""

    fact: Fact
    option: str | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How a benefit stands in a stretch of days. `least_yen` and `most_yen` differ where a fact counts in yen."""

    status: str
    least_yen: int | None
    most_yen: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """Those whose facts are each one of `chosen`; a cell is None where that cannot be on those days."""

    chosen: tuple[frozenset[Choice], ...]
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class BenefitTable:
    benefit_id: str
    says: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    periods: tuple[tuple[date, date], ...]
    benefits: tuple[BenefitTable, ...]


Combination = tuple[Choice, ...]
Outcomes = Mapping[Combination, tuple[Cell | None, ...]]


def decision_table(scheme: Scheme, first: date, last: date) -> DecisionTable:
    """The tables of all benefits that exist on some day from `first` to `last`."""
    stretches = periods(scheme, first, last)
    rulings = tuple(ruling_on(scheme, begin) for begin, _ in stretches)
    names = dict.fromkeys(ruled.benefit.id for ruling in rulings for ruled in ruling.benefits)
    return _with_alike_stretches_joined(DecisionTable(stretches, tuple(_table(rulings, name) for name in names)))


def _with_alike_stretches_joined(table: DecisionTable) -> DecisionTable:
    """A stretch on which nobody stands otherwise than on the one before is drawn with it."""
    lines = [row.cells for benefit in table.benefits for row in benefit.rows]
    begins = [place for place in range(len(table.periods)) if not place or _differs(lines, place)]
    ends = [place - 1 for place in begins[1:]] + [len(table.periods) - 1]
    joined = tuple((table.periods[begin][0], table.periods[end][1]) for begin, end in zip(begins, ends, strict=True))
    return DecisionTable(joined, tuple(_at(benefit, begins) for benefit in table.benefits))


def _differs(lines: Sequence[tuple[Cell | None, ...]], place: int) -> bool:
    return any(cells[place] != cells[place - 1] for cells in lines)


def _at(benefit: BenefitTable, places: Sequence[int]) -> BenefitTable:
    rows = tuple(Row(row.chosen, tuple(row.cells[place] for place in places)) for row in benefit.rows)
    return replace(benefit, rows=rows)


def _table(rulings: Sequence[Ruling], name: str) -> BenefitTable:
    ruled = tuple(next((one for one in ruling.benefits if one.benefit.id == name), None) for ruling in rulings)
    columns = tuple(_columns(rulings, ruled))
    outcomes = _outcomes(rulings, ruled, columns)
    says = next(one.benefit.says for one in ruled if one)
    return BenefitTable(name, says, columns, tuple(_rows(columns, outcomes)))


def _columns(rulings: Sequence[Ruling], ruled: Sequence[BenefitRuling | None]) -> Iterator[Column]:
    """The facts that decide the benefit, in the order they are declared."""
    scheme = rulings[0].scheme
    scope = {name for one in ruled if one for name in one.scope}
    for fact in (fact for name, fact in scheme.facts.items() if name in scope):
        if fact.kind is Kind.SEVERAL:
            for option in _options_looked_at(rulings, ruled, fact):
                yield Column(fact, option, (Choice("no"), Choice("yes")))
        else:
            absent = (_ABSENT,) if fact.only_if else ()
            yield Column(fact, None, (*_choices(rulings, fact), *absent))


def _options_looked_at(rulings: Sequence[Ruling], ruled: Sequence[BenefitRuling | None], fact: Fact) -> tuple[str, ...]:
    looked_at = {
        one.option
        for ruling, benefit in zip(rulings, ruled, strict=True)
        if benefit and ruling.version
        for case in benefit.benefit.cases
        for one in comparisons_in(case.when, ruling.conditions)
        if isinstance(one, Includes) and one.fact == fact.id
    }
    return tuple(option for option in fact.options if option in looked_at)


def _choices(rulings: Sequence[Ruling], fact: Fact) -> Iterator[Choice]:
    if fact.kind is Kind.CHOICE:
        yield from map(Choice, fact.options)
        return
    cuts = sorted({cut for ruling in rulings for cut in cuts_of(ruling, fact)}, key=lambda cut: (str(type(cut)), cut))
    if fact.kind is Kind.NUMBER:
        numbers = [cut for cut in cuts if isinstance(cut, int) and fact.least <= cut < fact.most]
        bounds = [fact.least - 1, *numbers, fact.most]
        yield from (Choice(None, lower + 1, upper) for lower, upper in pairwise(bounds))
        return
    days = [cut for cut in cuts if isinstance(cut, date)]
    ends: list[date | None] = [*days, None]
    for place, end in enumerate(ends):
        begin = days[place - 1] + _DAY if place else None
        yield Choice("any" if begin is None and end is None else None, begin, end)


def _outcomes(
    rulings: Sequence[Ruling], ruled: Sequence[BenefitRuling | None], columns: tuple[Column, ...]
) -> Outcomes:
    """Every combination that can be on some of the days, with how it comes out on each."""
    found: dict[Combination, tuple[Cell | None, ...]] = {}
    is_before_all = not any(ruling.version for ruling in rulings)
    for combination in product(*(column.choices for column in columns)):
        cells = tuple(
            _cell(ruling, one, columns, combination) if one else None
            for ruling, one in zip(rulings, ruled, strict=True)
        )
        if any(cell for cell, ruling in zip(cells, rulings, strict=True) if ruling.version or is_before_all):
            found[combination] = cells
    return found


def _cell(ruling: Ruling, ruled: BenefitRuling, columns: tuple[Column, ...], chosen: Combination) -> Cell | None:
    """None where these facts cannot be on that day."""
    if ruling.version is None:
        return Cell(ruling.scheme.without_value, None, None)
    outcomes = []
    for at_end in (False, True):
        facts = _facts(ruling, columns, chosen, at_end=at_end)
        if facts is None or not _can_be(ruling, columns, facts):
            return None
        outcomes.append(ruling.settle(ruled, facts))
    return _joined(*outcomes)


def _joined(one: Outcome, other: Outcome) -> Cell:
    known = sorted(yen for yen in (one.amount_yen, other.amount_yen) if yen is not None)
    return Cell(one.status, known[0] if known else None, known[-1] if known else None)


def _can_be(ruling: Ruling, columns: tuple[Column, ...], facts: Facts) -> bool:
    """Every fact is there that exists, and none that does not."""
    wrong = any(ruling.exists(column.fact.id, facts) is not (column.fact.id in facts) for column in columns)
    return not wrong and not ruling.contradicts(facts)


def _facts(ruling: Ruling, columns: tuple[Column, ...], chosen: Combination, *, at_end: bool) -> Facts | None:
    """Facts that stand for a combination, from one end of its numbers or the other; None where a day is yet to come."""
    facts: dict[str, Known] = {}
    several: dict[str, frozenset[str]] = {}
    for column, choice in zip(columns, chosen, strict=True):
        fact = column.fact
        if column.option is not None:
            taken = frozenset({column.option}) if choice.option == "yes" else frozenset()
            several[fact.id] = several.get(fact.id, frozenset()) | taken
        elif choice.exists:
            known = _known(ruling, fact, choice, at_end=at_end)
            if known is None:
                return None
            facts[fact.id] = known
    return {**facts, **several}


def _known(ruling: Ruling, fact: Fact, choice: Choice, *, at_end: bool) -> Known | None:
    match fact.kind, choice:
        case Kind.CHOICE, Choice(option=str() as option):
            return option
        case Kind.NUMBER, Choice(first=int() as first, last=int() as last):
            return last if at_end else first
    return _day_in(choice, ruling.unknown_day(fact).latest, ruling.day)


def _day_in(choice: Choice, latest: date | None, today: date) -> Known | None:
    """The last day of a stretch that can have been; any day of one without an end."""
    first = choice.first if isinstance(choice.first, date) else None
    ends = [day for day in (choice.last, latest) if isinstance(day, date)]
    day = min(ends, default=first or today)
    return None if first and day < first else on_day(day)


def _rows(columns: tuple[Column, ...], outcomes: Outcomes) -> Iterator[Row]:
    """Each combination is in a row; a row is made as wide as all that can be in it come out alike."""
    waiting = dict.fromkeys(outcomes)
    while waiting:
        seed = next(iter(waiting))
        chosen = [frozenset({choice}) for choice in seed]
        for place, column in enumerate(columns):
            for choice in column.choices:
                wider = [*chosen[:place], chosen[place] | {choice}, *chosen[place + 1 :]]
                if all(outcomes[one] == outcomes[seed] for one in _that_can_be(wider, outcomes)):
                    chosen = wider
        found = _that_can_be(chosen, outcomes)
        for combination in found:
            waiting.pop(combination, None)
        yield Row(tuple(frozenset(choices) for choices in zip(*found, strict=True)), outcomes[seed])


def _that_can_be(chosen: Sequence[frozenset[Choice]], outcomes: Outcomes) -> list[Combination]:
    return [combination for combination in product(*chosen) if combination in outcomes]
