"""Facts and a day in, a result out: how each benefit stands, how much, from when to when, why, and what is missing.

What is unknown stays unknown: a benefit whose outcome still hangs on a fact has no status, but every outcome that is
possible (`Verdict.possible`). More facts never change a status that is there. Facts that contradict each other raise
`FactsError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.eligibility.facts import Facts, FactsError, Known, Span
from bot.eligibility.possible import Possible, deciding, left_open, possibilities, representatives
from bot.eligibility.reasons import Reason, reasons_for
from bot.eligibility.rules import Benefit, Counts, Scheme
from bot.eligibility.ruling import BenefitRuling, Outcome, Ruling, ruling_on
from bot.eligibility.values import Lacking


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one benefit stands. `status` None: it hangs on the facts in `missing`, and comes out as one of `possible`.

    `amount_yen` None: not known here. `could_refine`: facts that are never asked, but would change this if said.
    `lacking`: values the day does not have, where that is why nobody here can say.
    """

    benefit: Benefit
    status: str | None
    amount_yen: int | None
    is_up_to: bool
    dates: Mapping[str, date | None]
    reasons: tuple[Reason, ...]
    next_steps: tuple[str, ...]
    possible: tuple[Outcome, ...]
    missing: frozenset[str] = frozenset()
    could_refine: frozenset[str] = frozenset()
    lacking: tuple[Lacking, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be had now, and at most from now on; None: not known (yet)."""

    now_yen: int | None
    now_up_to: bool
    expected_total_yen: int | None
    expected_up_to: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result for all benefits. `nothing_left`: whatever else is said, nothing can be had any more."""

    as_of: date
    decided: bool
    missing: tuple[str, ...]
    benefits: tuple[Verdict, ...]
    sums: Sums
    nothing_left: bool
    could_refine: tuple[str, ...]


def evaluate(scheme: Scheme, facts: Facts, day: date) -> Evaluation:
    """The result of the rules in force on `day`. Raises FactsError if the facts contradict each other."""
    ruling = ruling_on(scheme, day)
    problems = contradictions_in(ruling, facts)
    if problems:
        raise FactsError(problems)
    verdicts = tuple(verdict(ruling, ruled, facts) for ruled in ruling.benefits)
    missing = {name for one in verdicts for name in one.missing}
    refining = {name for one in verdicts for name in one.could_refine}
    return Evaluation(
        as_of=day,
        decided=not missing,
        missing=_most_decisive_first(ruling, missing, facts),
        benefits=verdicts,
        sums=_sums(ruling, verdicts),
        nothing_left=not any(can_matter(ruling, outcome) for one in verdicts for outcome in one.possible),
        could_refine=tuple(name for name in scheme.facts if name in refining),
    )


def side_by_side(scheme: Scheme, facts: Facts, day: date, fact: str) -> tuple[tuple[Known, Evaluation], ...]:
    """The result for each value an unknown fact may have: what to show where a resident does not know."""
    ruling = ruling_on(scheme, day)
    values = representatives(ruling, scheme.facts[fact], facts.get(fact))
    tried = ((value, {**facts, fact: value}) for value in values)
    return tuple((value, evaluate(scheme, filled, day)) for value, filled in tried if not ruling.contradicts(filled))


def contradictions_in(ruling: Ruling, facts: Facts) -> tuple[str, ...]:
    """Why the facts cannot all be true, each problem named by its facts; none if they can."""
    problems = [f"{', '.join(one.facts)}: {one.says}" for one in ruling.contradictions(facts)]
    for name, known in facts.items():
        fact = ruling.scheme.facts[name]
        if fact.is_past and isinstance(known, Span) and known.earliest and known.earliest > ruling.day:
            problems.append(f"{name}: {known.earliest} is after {ruling.day}, the day of the evaluation")
        if fact.only_if and ruling.exists(name, facts) is False:
            problems.append(f"{name}: only where「{fact.only_if}」")
    return tuple(problems)


def can_matter(ruling: Ruling, outcome: Outcome) -> bool:
    """Whether an outcome brings something, or may (the day lacks a value)."""
    return outcome.place < 0 or ruling.counts(outcome).can_be_had


def verdict(ruling: Ruling, ruled: BenefitRuling, facts: Facts) -> Verdict:
    """How one benefit stands."""
    key = ("verdict", ruled.benefit.id, *(facts.get(name) for name in ruled.reach))
    return ruling.remembered(key, lambda: _work_out(ruling, ruled, facts))


def _work_out(ruling: Ruling, ruled: BenefitRuling, facts: Facts) -> Verdict:
    outcome = ruling.walk(ruled, ruling.filled(facts))
    if outcome is not None and outcome.place >= 0:
        return _decided(ruling, ruled, facts, (outcome,))
    possible = possibilities(ruling, ruled, facts)
    outcomes = tuple(dict.fromkeys(one.outcome for one in possible))
    if len(outcomes) == 1:
        return _decided(ruling, ruled, facts, tuple(one.outcome for one in possible))
    return _undecided(ruling, ruled, possible, outcomes)


def _decided(ruling: Ruling, ruled: BenefitRuling, facts: Facts, outcomes: tuple[Outcome, ...]) -> Verdict:
    """All outcomes are alike, though they may come from several cases."""
    outcome = outcomes[0]
    places = tuple(dict.fromkeys(one.place for one in outcomes))
    case = ruling.case(ruled, outcome)
    shown = case.dates if case else ()
    return Verdict(
        benefit=ruled.benefit,
        status=outcome.status,
        amount_yen=outcome.amount_yen,
        is_up_to=ruled.benefit.is_up_to and ruling.counts(outcome).can_be_had,
        dates={name: _day_of(ruling, value) if name in shown else None for name, value in ruled.benefit.dates.items()},
        reasons=reasons_for(ruling, ruled, places, facts),
        next_steps=case.steps if case else (),
        possible=(outcome,),
        could_refine=frozenset(_refining(ruling, ruled, facts, outcome)),
        lacking=() if case else tuple(one for one in ruling.values.values() if isinstance(one, Lacking)),
    )


def _undecided(
    ruling: Ruling, ruled: BenefitRuling, possible: tuple[Possible, ...], outcomes: tuple[Outcome, ...]
) -> Verdict:
    return Verdict(
        benefit=ruled.benefit,
        status=None,
        amount_yen=None,
        is_up_to=ruled.benefit.is_up_to and any(ruling.counts(one).can_be_had for one in outcomes),
        dates={name: _day_of(ruling, value) for name, value in ruled.benefit.dates.items()},
        reasons=(),
        next_steps=(),
        possible=outcomes,
        missing=deciding(ruling, possible),
    )


def _day_of(ruling: Ruling, value: str) -> date | None:
    day = ruling.amount(value)
    return day if isinstance(day, date) else None


def _refining(ruling: Ruling, ruled: BenefitRuling, facts: Facts, outcome: Outcome) -> Iterable[str]:
    """Facts nobody asks for that would change a decided outcome."""
    for name in ruled.scope:
        fact = ruling.scheme.facts[name]
        if not fact.is_asked and name not in facts:
            tried = ({**facts, name: value} for value in representatives(ruling, fact))
            outcomes = (ruling.walk(ruled, ruling.filled(one)) for one in tried if not ruling.contradicts(one))
            if any(one not in {outcome, None} for one in outcomes):
                yield name


def _most_decisive_first(ruling: Ruling, missing: set[str], facts: Facts) -> tuple[str, ...]:
    """The missing facts as they are worth asking; what may not exist comes after what decides whether it does."""
    named = [name for name in ruling.scheme.facts if name in missing]
    if len(named) < 2:
        return tuple(named)
    return tuple(
        sorted(named, key=lambda name: (ruling.exists(name, facts) is not True, left_open(ruling, name, facts)))
    )


def _sums(ruling: Ruling, verdicts: tuple[Verdict, ...]) -> Sums:
    now, later = frozenset({Counts.NOW}), frozenset({Counts.NOW, Counts.LATER})
    return Sums(
        now_yen=_sum(ruling, verdicts, now),
        now_up_to=_sums_up_to(ruling, verdicts, now),
        expected_total_yen=_sum(ruling, verdicts, later),
        expected_up_to=_sums_up_to(ruling, verdicts, later),
    )


def _sum(ruling: Ruling, verdicts: tuple[Verdict, ...], counted: frozenset[Counts]) -> int | None:
    """The sum, if it is the same whatever comes out."""
    total = 0
    for one in verdicts:
        amounts = {amount_in(ruling, outcome, counted) for outcome in one.possible}
        amount = amounts.pop()
        if amounts or amount is None:
            return None
        total += amount
    return total


def amount_in(ruling: Ruling, outcome: Outcome, counted: frozenset[Counts]) -> int | None:
    """What an outcome adds to a sum; None where the day lacks a value."""
    if outcome.place < 0:
        return None
    return (outcome.amount_yen or 0) if ruling.counts(outcome) in counted else 0


def _sums_up_to(ruling: Ruling, verdicts: tuple[Verdict, ...], counted: frozenset[Counts]) -> bool:
    return any(
        one.benefit.is_up_to and amount_in(ruling, outcome, counted) for one in verdicts for outcome in one.possible
    )
