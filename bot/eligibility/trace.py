"""The rules of a day with the truth of each part, as a tree: for whoever wants to see why a result came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.eligibility.checks import Truth
from bot.eligibility.facts import Facts
from bot.eligibility.rules import (
    TODAY,
    AllOf,
    AnyOf,
    Compares,
    Comparison,
    Includes,
    IsOneOf,
    Named,
    Not,
    Order,
    Scheme,
    Test,
)
from bot.eligibility.ruling import BenefitRuling, Ruling, ruling_on
from bot.eligibility.scope import fact_of, value_of


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the rules: what it says, whether that holds (None: not known), and what it is made of.

    `is_taken`: the case that decides the benefit.
    """

    says: str
    truth: Truth
    parts: tuple[Branch, ...] = ()
    is_taken: bool = False


def trace(scheme: Scheme, facts: Facts, day: date) -> tuple[Branch, ...]:
    """Each benefit with its cases, as far as they are read: down to the first one that holds."""
    ruling = ruling_on(scheme, day)
    filled = ruling.filled(facts)
    return tuple(Branch(ruled.benefit.says, None, tuple(_cases(ruling, ruled, filled))) for ruled in ruling.benefits)


def _cases(ruling: Ruling, ruled: BenefitRuling, filled: Facts) -> Iterator[Branch]:
    is_open = False
    for case, check in zip(ruled.benefit.cases, ruled.checks, strict=False):
        truth = check(filled)
        is_open = is_open or truth is None
        says = f"{case.status} {ruling.scheme.statuses[case.status].says}"
        parts = tuple(_branch(ruling, part, filled) for part in case.when.parts)
        yield Branch(says, truth, parts, is_taken=truth is True and not is_open)
        if truth:
            return


def _branch(ruling: Ruling, test: Test, filled: Facts) -> Branch:
    truth = ruling.check(test)(filled)
    match test:
        case Named(name):
            return _named(ruling, name, truth, filled)
        case AllOf(parts):
            return Branch("all", truth, tuple(_branch(ruling, part, filled) for part in parts))
        case AnyOf(parts):
            return Branch("any", truth, tuple(_branch(ruling, part, filled) for part in parts))
        case Not(part):
            return Branch("not", truth, (_branch(ruling, part, filled),))
        case IsOneOf() | Includes() | Compares():
            return Branch(_told(ruling, test, filled), truth)


def _named(ruling: Ruling, name: str, truth: Truth, filled: Facts) -> Branch:
    """A condition by its name: a single comparison on the same line, a group below without a heading of its own."""
    match ruling.conditions[name].test:
        case IsOneOf() | Includes() | Compares() as one:
            return Branch(f"{name}  [{_told(ruling, one, filled)}]", truth)
        case AllOf(parts):
            return Branch(name, truth, tuple(_branch(ruling, part, filled) for part in parts))
        case AnyOf(parts):
            return Branch(f"{name}  (any)", truth, tuple(_branch(ruling, part, filled) for part in parts))
        case inner:
            return Branch(name, truth, (_branch(ruling, inner, filled),))


def _told(ruling: Ruling, one: Comparison, filled: Facts) -> str:
    """`card = has; asked: applied or has`."""
    fact = fact_of(one)
    said = f"{fact} = {_listed(filled.get(fact))}" if fact else f"{TODAY} = {ruling.day}"
    return f"{said}; {_asked(ruling, one)}"


def _listed(known: object) -> str:
    if isinstance(known, frozenset):
        return "+".join(sorted(known)) or "nothing"
    return "?" if known is None else str(known)


_SIGNS = {Order.UNDER: "<", Order.UP_TO: "≤", Order.FROM: "≥", Order.OVER: ">"}


def _asked(ruling: Ruling, one: Comparison) -> str:
    match one:
        case IsOneOf(_, options):
            return f"one of {', '.join(sorted(options))}?"
        case Includes(_, option):
            return f"includes {option}?"
        case Compares(order=order):
            limit = ruling.limit(one)
            named = f" ({value_of(one)})" if value_of(one) else ""
            return f"{_SIGNS[order]} {'not known that day' if limit is None else limit}{named}?"
