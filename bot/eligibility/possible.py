"""What can still come out: every way of filling in what is not known, and which facts make a difference.

Days and numbers have endless values; it is enough to try one from each stretch between the limits they are compared
with. That makes the search exhaustive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from bot.eligibility.facts import Fact, Facts, Kind, Known, Span, on_day
from bot.eligibility.rules import Compares, Order
from bot.eligibility.ruling import BenefitRuling, Outcome, Ruling
from bot.eligibility.scope import comparisons_in, prerequisites_of, tests_of


@dataclass(frozen=True, slots=True)
class Possible:
    """One way of filling in what is not known, and how the benefit then comes out."""

    given: Facts
    outcome: Outcome


def possibilities(ruling: Ruling, ruled: BenefitRuling, facts: Facts) -> tuple[Possible, ...]:
    """Every outcome the known facts leave open, once for each way of filling in the rest."""
    unknown = [name for name in ruled.scope if is_open(ruling, name, facts)]
    ways = completions(ruling, unknown, facts)
    return tuple(Possible(given, ruling.settle(ruled, ruling.filled({**facts, **given}))) for given in ways)


def is_open(ruling: Ruling, name: str, facts: Facts) -> bool:
    """Whether a fact is unknown, or a day known too roughly to stand on one side of every limit."""
    known = facts.get(name)
    if known is None:
        return ruling.scheme.facts[name].is_asked
    return isinstance(known, Span) and not known.is_day


def completions(ruling: Ruling, unknown: Sequence[str], facts: Facts) -> Iterator[Facts]:
    """Every way of filling in the unknown facts that contradicts nothing. A fact that does not exist stays out."""
    if not unknown:
        yield {}
        return
    first, *rest = unknown
    if ruling.exists(first, facts) is False:
        yield from completions(ruling, rest, facts)
        return
    for value in representatives(ruling, ruling.scheme.facts[first], facts.get(first)):
        extended = {**facts, first: value}
        if not ruling.contradicts(extended):
            for given in completions(ruling, rest, extended):
                yield {first: value, **given}


def deciding(ruling: Ruling, possible: Sequence[Possible]) -> frozenset[str]:
    """The facts of which one value leads to other outcomes than another, all else being equal."""
    names = {name for one in possible for name in one.given}
    return frozenset(name for name in names if _makes_a_difference(ruling, name, possible))


def left_open(ruling: Ruling, name: str, facts: Facts) -> float:
    """How many outcomes stay open once this fact is known, on average over its values: the fewer, the more decisive."""
    return sum(_left_of(ruling, ruled, name, facts) for ruled in ruling.benefits)


def _left_of(ruling: Ruling, ruled: BenefitRuling, name: str, facts: Facts) -> float:
    key = ("left", ruled.benefit.id, name, *(facts.get(one) for one in ruled.reach))
    return ruling.remembered(key, lambda: _average_left(name, possibilities(ruling, ruled, facts)))


def _average_left(name: str, possible: tuple[Possible, ...]) -> float:
    outcomes: dict[Known | None, set[tuple[str, int | None]]] = {}
    for one in possible:
        outcomes.setdefault(one.given.get(name), set()).add((one.outcome.status, one.outcome.amount_yen))
    return sum(len(some) - 1 for some in outcomes.values()) / max(1, len(outcomes))


def representatives(ruling: Ruling, fact: Fact, known: Known | None = None) -> tuple[Known, ...]:
    """One value of the fact for each way the rules can tell its values apart, within what is known of it."""
    match fact.kind:
        case Kind.CHOICE:
            return tuple(fact.options)
        case Kind.SEVERAL:
            sizes = range(len(fact.options) + 1)
            return tuple(frozenset(some) for size in sizes for some in combinations(fact.options, size))
        case Kind.NUMBER:
            cuts = {cut for cut in cuts_of(ruling, fact) if isinstance(cut, int)}
            tried = {fact.least, fact.most, *cuts, *(cut + 1 for cut in cuts)}
            return tuple(sorted(number for number in tried if fact.least <= number <= fact.most))
        case Kind.DAY:
            return _days(ruling, fact, known if isinstance(known, Span) else ruling.unknown_day(fact))


def _days(ruling: Ruling, fact: Fact, span: Span) -> tuple[Known, ...]:
    """The last day of each stretch, as far as it lies within what is known."""
    cuts = {cut for cut in cuts_of(ruling, fact) if isinstance(cut, date)}
    latest = span.latest or ruling.unknown_day(fact).latest or max(cuts, default=date.max - _DAY) + _DAY
    tried = {latest, *(cut for cut in cuts if cut < latest)}
    return tuple(on_day(day) for day in sorted(tried) if span.earliest is None or day >= span.earliest)


_DAY = timedelta(days=1)


def cuts_of(ruling: Ruling, fact: Fact) -> frozenset[date | int]:
    """The last value on the lower side of each limit the fact is compared with."""
    return ruling.remembered(("cuts", fact.id), lambda: frozenset(_find_cuts(ruling, fact)))


def _find_cuts(ruling: Ruling, fact: Fact) -> Iterator[date | int]:
    for test in tests_of(ruling.version) if ruling.version else ():
        for one in comparisons_in(test, ruling.conditions):
            limit = ruling.limit(one) if isinstance(one, Compares) and one.subject == fact.id else None
            if limit is not None and isinstance(one, Compares):
                yield _last_below(limit, one.order)


def _last_below(limit: date | int, order: Order) -> date | int:
    if order in {Order.UP_TO, Order.OVER}:
        return limit
    return limit - _DAY if isinstance(limit, date) else limit - 1


def _makes_a_difference(ruling: Ruling, name: str, possible: Sequence[Possible]) -> bool:
    """Facts that exist only because of this one go with it: they are no "all else"."""
    going_along = {name, *_dependents(ruling, name)}
    outcomes: dict[frozenset[tuple[str, Known]], dict[Known | None, set[Outcome]]] = {}
    for one in possible:
        others = frozenset((other, value) for other, value in one.given.items() if other not in going_along)
        outcomes.setdefault(others, {}).setdefault(one.given.get(name), set()).add(one.outcome)
    return any(len(set(map(frozenset, by_value.values()))) > 1 for by_value in outcomes.values())


def _dependents(ruling: Ruling, name: str) -> tuple[str, ...]:
    declared = ruling.scheme.facts
    return tuple(other for other in declared if name in prerequisites_of(other, ruling.conditions, declared))
