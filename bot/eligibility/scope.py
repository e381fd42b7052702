"""Which facts and values a test looks at, through the conditions it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from bot.eligibility.facts import Fact
from bot.eligibility.rules import (
    TODAY,
    AllOf,
    AnyOf,
    Benefit,
    Compares,
    Comparison,
    Condition,
    Includes,
    IsOneOf,
    Named,
    Not,
    Test,
    Version,
)

Conditions = Mapping[str, Condition]


def comparisons_in(test: Test, conditions: Conditions) -> Iterator[Comparison]:
    """Every comparison below a test. Needs conditions without a cycle."""
    match test:
        case Named(name):
            yield from comparisons_in(conditions[name].test, conditions)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons_in(part, conditions)
        case Not(part):
            yield from comparisons_in(part, conditions)
        case IsOneOf() | Includes() | Compares():
            yield test


def tests_of(version: Version) -> Iterator[Test]:
    """Every test of a rule: its conditions', its cases', its contradictions'."""
    yield from (condition.test for condition in version.conditions.values())
    yield from (case.when for benefit in version.benefits for case in benefit.cases)
    yield from (one.when for one in version.contradictions)


def names_in(test: Test) -> Iterator[str]:
    """The conditions a test names itself."""
    match test:
        case Named(name):
            yield name
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from names_in(part)
        case Not(part):
            yield from names_in(part)
        case _:
            return


def fact_of(comparison: Comparison) -> str | None:
    """The fact a comparison looks at; None where it looks at the day only."""
    if isinstance(comparison, Compares):
        return comparison.subject if comparison.subject != TODAY else None
    return comparison.fact


def value_of(comparison: Comparison) -> str | None:
    """The value a comparison looks at."""
    if isinstance(comparison, Compares) and isinstance(comparison.limit, str) and comparison.limit != TODAY:
        return comparison.limit
    return None


def facts_of_test(test: Test, conditions: Conditions, declared: Mapping[str, Fact]) -> frozenset[str]:
    """The facts a test looks at, with those that decide whether these exist at all."""
    found: set[str] = set()
    waiting = [fact for one in comparisons_in(test, conditions) if (fact := fact_of(one))]
    while waiting:
        fact = waiting.pop()
        if fact not in found:
            found.add(fact)
            waiting += prerequisites_of(fact, conditions, declared)
    return frozenset(found)


def prerequisites_of(fact: str, conditions: Conditions, declared: Mapping[str, Fact]) -> tuple[str, ...]:
    """The facts that decide whether this one exists at all."""
    only_if = declared[fact].only_if
    if only_if is None or only_if not in conditions:
        return ()
    return tuple(name for one in comparisons_in(Named(only_if), conditions) if (name := fact_of(one)))


def facts_of_benefit(benefit: Benefit, conditions: Conditions, declared: Mapping[str, Fact]) -> tuple[str, ...]:
    """The facts a benefit hangs on, in the order they are declared."""
    found: set[str] = set()
    for case in benefit.cases:
        found |= facts_of_test(case.when, conditions, declared)
        if case.amount and case.amount.less:
            found.add(case.amount.less)
    return tuple(name for name in declared if name in found)


def cycle_in(conditions: Conditions) -> tuple[str, ...]:
    """Names of conditions that rest on each other in a circle, the first one repeated at the end; or none."""
    graph = {name: set(names_in(condition.test)) for name, condition in conditions.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()
