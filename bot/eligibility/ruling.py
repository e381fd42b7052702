"""A scheme on one day: its values resolved, its conditions made ready to be asked, each benefit decided by its cases.

Truth is three-valued: True, False, or None where a fact is unknown or the day lacks a value. A ruling keeps what it has
worked out, so that the same question is not worked out twice; nothing of that can be seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar, cast

from bot.eligibility.checks import (
    CONSTANT,
    Check,
    Truth,
    all_of,
    any_of,
    day_check,
    in_order,
    includes,
    is_one_of,
    negated,
    number_check,
    unknown,
)
from bot.eligibility.facts import Fact, Facts, Kind, Known, Span, defaults
from bot.eligibility.rules import (
    TODAY,
    AllOf,
    AnyOf,
    Benefit,
    Case,
    Compares,
    Condition,
    Contradiction,
    Counts,
    Includes,
    IsOneOf,
    Named,
    Not,
    Scheme,
    Test,
    Version,
)
from bot.eligibility.scope import facts_of_benefit, facts_of_test
from bot.eligibility.values import Dated, Lacking

Kept = TypeVar("Kept")

_RULINGS_KEPT = 64
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a benefit comes out. `amount_yen` None: nobody here can say. `place` is its case, from 0; -1: none held."""

    status: str
    amount_yen: int | None
    place: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class BenefitRuling:
    """A benefit on the day. `scope` are the facts it hangs on, `reach` also those that these may contradict."""

    benefit: Benefit
    scope: tuple[str, ...]
    reach: tuple[str, ...]
    checks: tuple[Check, ...]
    amounts: tuple[Callable[[Facts], int | None], ...]


@lru_cache(maxsize=_RULINGS_KEPT)
def ruling_on(scheme: Scheme, day: date) -> Ruling:
    """The scheme's rules on a day."""
    return Ruling(scheme, day)


class Ruling:
    """The rules of one scheme on one day."""

    def __init__(self, scheme: Scheme, day: date) -> None:
        self.scheme = scheme
        self.day = day
        self.version: Version | None = scheme.version_on(day)
        self.conditions: Mapping[str, Condition] = self.version.conditions if self.version else {}
        self.values: Mapping[str, Dated | Lacking] = {name: value.on(day) for name, value in scheme.values.items()}
        self._defaults: dict[str, Known] = dict(defaults(scheme.facts))
        self._checks: dict[str, Check] = {}
        self._memory: dict[tuple[object, ...], object] = {}
        shown = self.version or scheme.versions[0]
        self.benefits = tuple(self._benefit(benefit) for benefit in shown.benefits)
        self._contradictions = self._contradiction_checks()
        self._could_not_say = Outcome(scheme.without_value, None, -1)

    def check(self, test: Test) -> Check:
        """A test made ready: facts in, truth out."""
        match test:
            case Named(name):
                return self._named(name)
            case AllOf(parts):
                return all_of([self.check(part) for part in parts])
            case AnyOf(parts):
                return any_of([self.check(part) for part in parts])
            case Not(part):
                return negated(self.check(part))
            case IsOneOf(fact, options):
                return is_one_of(fact, options)
            case Includes(fact, option):
                return includes(fact, option)
            case Compares():
                return self._compares(test)

    def truth(self, name: str, facts: Facts) -> Truth:
        """Whether a condition of the rule holds."""
        return self._named(name)(self.filled(facts))

    def filled(self, facts: Facts) -> Facts:
        """The facts, with what counts where nobody has said otherwise."""
        return {**self._defaults, **facts}

    def exists(self, fact: str, facts: Facts) -> Truth:
        """Whether a fact exists at all for this resident (who never applied has no day of applying)."""
        only_if = self.scheme.facts[fact].only_if
        if only_if is None or only_if not in self.conditions:
            return True
        return self._named(only_if)(facts)

    def case(self, ruled: BenefitRuling, outcome: Outcome) -> Case | None:
        """The case an outcome comes from."""
        return ruled.benefit.cases[outcome.place] if outcome.place >= 0 else None

    def walk(self, ruled: BenefitRuling, filled: Facts) -> Outcome | None:
        """The outcome of a benefit as far as the facts decide it case by case; None where a case stays open."""
        for place, check in enumerate(ruled.checks):
            truth = check(filled)
            if truth:
                return self._outcome(ruled, place, filled)
            if truth is None:
                return None
        return self._could_not_say

    def settle(self, ruled: BenefitRuling, filled: Facts) -> Outcome:
        """The outcome where every fact is known: what stays open then lacks a value, and the office is to be asked."""
        return self.walk(ruled, filled) or self._could_not_say

    def counts(self, outcome: Outcome) -> Counts:
        """Whether an outcome brings something now, later, or not."""
        return self.scheme.statuses[outcome.status].counts

    def contradictions(self, facts: Facts) -> tuple[Contradiction, ...]:
        """Which of the rule's contradictions the facts certainly are. What nobody has said contradicts nothing."""
        return tuple(one for one, check in self._contradictions if check(facts))

    def contradicts(self, facts: Facts) -> bool:
        """Whether the facts certainly contradict each other."""
        return any(check(facts) for _, check in self._contradictions)

    def remembered(self, key: tuple[object, ...], make: Callable[[], Kept]) -> Kept:
        """What `make` made for this key, made only once. Two uses never share a key's first part."""
        if key not in self._memory:
            if len(self._memory) >= _MOST_REMEMBERED:
                self._memory.clear()
            self._memory[key] = make()
        return cast("Kept", self._memory[key])

    def amount(self, value: str) -> date | int | None:
        """A value of the day; None where the day lacks it."""
        dated = self.values[value]
        return dated.amount if isinstance(dated, Dated) else None

    def _named(self, name: str) -> Check:
        if name not in self._checks:
            self._checks[name] = self.check(self.conditions[name].test)
        return self._checks[name]

    def _benefit(self, benefit: Benefit) -> BenefitRuling:
        if self.version is None:
            return BenefitRuling(benefit, (), (), (), ())
        scope = facts_of_benefit(benefit, self.version.conditions, self.scheme.facts)
        checks = tuple(self.check(case.when) for case in benefit.cases)
        amounts = tuple(self._amount(case) for case in benefit.cases)
        return BenefitRuling(benefit, scope, self._reach(self.version, scope), checks, amounts)

    def _reach(self, version: Version, scope: tuple[str, ...]) -> tuple[str, ...]:
        found = set(scope)
        for one in version.contradictions:
            facts = facts_of_test(one.when, version.conditions, self.scheme.facts)
            if not facts.isdisjoint(scope):
                found |= facts
        return tuple(name for name in self.scheme.facts if name in found)

    def _contradiction_checks(self) -> tuple[tuple[Contradiction, Check], ...]:
        listed = self.version.contradictions if self.version else ()
        return tuple((one, self.check(one.when)) for one in listed)

    def _amount(self, case: Case) -> Callable[[Facts], int | None]:
        """How much a case brings: None where the day lacks its value."""
        most = self.amount(case.amount.value) if case.amount else 0
        if not isinstance(most, int):
            return lambda facts: None
        less = case.amount.less if case.amount else None
        return (lambda facts: most) if less is None else (lambda facts: _left(most, facts.get(less)))

    def _outcome(self, ruled: BenefitRuling, place: int, filled: Facts) -> Outcome:
        status = ruled.benefit.cases[place].status
        if self.scheme.statuses[status].counts is Counts.UNKNOWN:
            return Outcome(status, None, place)
        amount_yen = ruled.amounts[place](filled)
        return self._could_not_say if amount_yen is None else Outcome(status, amount_yen, place)

    def _compares(self, test: Compares) -> Check:
        limit = self.limit(test)
        if limit is None:
            return unknown
        if test.subject == TODAY:
            return CONSTANT[isinstance(limit, date) and in_order(self.day, test.order, limit)]
        if isinstance(limit, date):
            return day_check(test.subject, test.order, limit, self.unknown_day(self.scheme.facts[test.subject]))
        return number_check(test.subject, test.order, limit)

    def limit(self, test: Compares) -> date | int | None:
        """What a comparison compares with on the day; None where the day lacks the value."""
        if isinstance(test.limit, int):
            return test.limit
        return self.day if test.limit == TODAY else self.amount(test.limit)

    def unknown_day(self, fact: Fact) -> Span:
        """All that is known of a day nobody has said anything of: a past one is not after today."""
        return Span(None, self.day if fact.is_past and fact.kind is Kind.DAY else None)


def _left(most: int, less: Known | None) -> int | None:
    return max(0, most - less) if isinstance(less, int) else None
