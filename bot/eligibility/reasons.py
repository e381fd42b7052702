"""Why a benefit stands as it does: each comparison that settled it, what the resident said and what the rule asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.eligibility.facts import Facts, Known
from bot.eligibility.rules import (
    AllOf,
    AnyOf,
    Compares,
    Comparison,
    Condition,
    Includes,
    IsOneOf,
    Named,
    Not,
    Test,
)
from bot.eligibility.ruling import BenefitRuling, Ruling
from bot.eligibility.scope import fact_of, value_of
from bot.eligibility.values import Dated, Source


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that holds (or does not), the fact it looks at and what was said of it, and what it asks for.

    `value` names the dated value it compares with and `asked` is what that is on the day; where it compares with no
    value, `asked` are the rule's own options or number.
    """

    condition: str
    says: str
    holds: bool
    fact: str | None
    said: Known | None
    value: str | None
    asked: date | int | str | None
    source: Source | None
    checked_on: date | None


def reasons_for(ruling: Ruling, ruled: BenefitRuling, places: tuple[int, ...], facts: Facts) -> tuple[Reason, ...]:
    """The reasons of the case that certainly holds; else those that all the cases in question have in common, or, where
    they have none, what certainly holds in any of them."""
    if ruling.version is None or -1 in places:
        return ()
    filled = ruling.filled(facts)
    sure = next((place for place in places if ruled.checks[place](filled)), None)
    chosen = places if sure is None else (sure,)
    found = [_reasons_of_case(ruling, ruled, place, filled) for place in chosen]
    common = tuple(reason for reason in found[0] if all(reason in others for others in found))
    return common or tuple(dict.fromkeys(reason for reasons in found for reason in reasons))


def _reasons_of_case(ruling: Ruling, ruled: BenefitRuling, place: int, filled: Facts) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(_Why(ruling, filled).of(ruled.benefit.cases[place].when, wanted=True)))


@dataclass(frozen=True, slots=True)
class _Why:
    ruling: Ruling
    filled: Facts

    def of(self, test: Test, *, wanted: bool, condition: Condition | None = None) -> Iterator[Reason]:
        """The comparisons that make a test come out as wanted; of several parts, those that do come out so."""
        match test:
            case Named(name):
                inner = self.ruling.conditions[name]
                yield from self.of(inner.test, wanted=wanted, condition=inner)
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    if self.ruling.check(part)(self.filled) is wanted:
                        yield from self.of(part, wanted=wanted, condition=condition)
            case Not(part):
                yield from self.of(part, wanted=not wanted, condition=condition)
            case IsOneOf() | Includes() | Compares():
                if condition and self.ruling.check(test)(self.filled) is wanted:
                    yield self._reason(test, condition, holds=wanted)

    def _reason(self, one: Comparison, condition: Condition, *, holds: bool) -> Reason:
        fact, value = fact_of(one), value_of(one)
        dated = self.ruling.values.get(value) if value else None
        return Reason(
            condition=condition.id,
            says=condition.name,
            holds=holds,
            fact=fact,
            said=self.filled.get(fact) if fact else None,
            value=value,
            asked=_asked(self.ruling, one),
            source=condition.source or (dated.source if isinstance(dated, Dated) else None),
            checked_on=dated.checked_on if isinstance(dated, Dated) else None,
        )


def _asked(ruling: Ruling, one: Comparison) -> date | int | str | None:
    match one:
        case IsOneOf(_, options):
            return " or ".join(sorted(options))
        case Includes(_, option):
            return option
        case Compares():
            return ruling.limit(one)
