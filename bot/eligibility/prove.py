"""The proof of a scheme: every combination of facts on every day at which something changes, none by luck.

Proved: each combination has a case; each case, condition and contradiction can come up; no question is asked that
cannot matter, none twice, never more than the scheme allows; sums never exceed the scheme's maximum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bot.eligibility.changes import days_to_try
from bot.eligibility.evaluate import Verdict, amount_in, can_matter, verdict
from bot.eligibility.facts import Facts, Kind, Known, plain_fact
from bot.eligibility.most import MostTable
from bot.eligibility.possible import completions, possibilities, representatives
from bot.eligibility.questions import Answer, Interview, Question, given_by, next_question
from bot.eligibility.rules import Benefit, Case, Condition, Contradiction, Counts, Scheme, Test, Version
from bot.eligibility.ruling import BenefitRuling, Ruling, ruling_on
from bot.eligibility.scope import comparisons_in, fact_of, facts_of_test, names_in, tests_of, value_of
from bot.eligibility.values import Lacking


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """Something a proof found: where in the rule file, and what."""

    line: int
    key: str
    problem: str


def prove(scheme: Scheme) -> tuple[Flaw, ...]:
    """Every flaw of the scheme, once each."""
    proof = _Proof(scheme)
    for day in days_to_try(scheme):
        ruling = ruling_on(scheme, day)
        if ruling.version is not None:
            proof.look_at(ruling, ruling.version)
    proof.look_back()
    return tuple(sorted(proof.flaws.values()))


class _Proof:
    """What has come up so far, day by day; each flaw is kept once, with the first example of it."""

    def __init__(self, scheme: Scheme) -> None:
        self.flaws: dict[tuple[int, str], Flaw] = {}
        self._scheme = scheme
        self._seen: set[tuple[object, ...]] = set()

    def look_at(self, ruling: Ruling, version: Version) -> None:
        """One day, every combination."""
        tables = [self._look_at_benefit(ruling, version, ruled) for ruled in ruling.benefits]
        self._check_sums(ruling, tables)
        for condition in version.conditions.values():
            self._look_at_condition(ruling, version, condition)
        for contradiction in version.contradictions:
            self._look_at_contradiction(ruling, version, contradiction)
        _Walk(ruling, self).through(Interview())

    def look_back(self) -> None:
        """What never came up on any day."""
        for version in self._scheme.versions:
            for condition in version.conditions.values():
                self._check_condition(version, condition)
            for benefit in version.benefits:
                self._check_cases(version, benefit)
            for one in version.contradictions:
                if ("contradiction", version.from_on, one.id) not in self._seen:
                    self.note(one.line, one.id, "can never come up; delete it or correct its conditions")
        self._check_used()

    def note(self, line: int, key: str, problem: str) -> None:
        self.flaws.setdefault((line, key + problem.partition(":")[0]), Flaw(line, key, problem))

    def _look_at_benefit(self, ruling: Ruling, version: Version, ruled: BenefitRuling) -> MostTable:
        """Every combination of the benefit's facts; what it brings, kept by the facts it shares with other benefits."""
        others = {name for one in ruling.benefits if one is not ruled for name in one.scope}
        table = MostTable(tuple(name for name in ruled.scope if name in others), {})
        for facts in completions(ruling, ruled.scope, {}):
            outcome = ruling.settle(ruled, facts)
            self._seen.add(("case", version.from_on, ruled.benefit.id, outcome.place))
            if outcome.place < 0 and not _lacks_values(ruling):
                key = f"benefits.{ruled.benefit.id}"
                self.note(ruled.benefit.line, key, f"no case holds: {told(facts)} on {ruling.day}; add one")
            now, later = (amount_in(ruling, outcome, counted) or 0 for counted in (_NOW, _LATER))
            table.keep(facts, now, later)
        return table

    def _check_sums(self, ruling: Ruling, tables: list[MostTable]) -> None:
        most = ruling.amount(self._scheme.at_most) if self._scheme.at_most else None
        joined = MostTable((), {(): (0, 0)})
        for table in tables:
            joined = joined.joined(table)
        for now, later in joined.rows.values():
            if isinstance(most, int) and max(now, later) > most:
                self.note(
                    0, "at_most", f"a sum exceeds the maximum: {max(now, later)} is more than {most} on {ruling.day}"
                )

    def _look_at_condition(self, ruling: Ruling, version: Version, condition: Condition) -> None:
        if {("holds", version.from_on, condition.name, truth) for truth in (True, False)} <= self._seen:
            return
        for facts in _all_combinations(ruling, version, condition.test):
            self._seen.add(("holds", version.from_on, condition.name, ruling.check(condition.test)(facts)))

    def _look_at_contradiction(self, ruling: Ruling, version: Version, one: Contradiction) -> None:
        key = ("contradiction", version.from_on, one.id)
        if key not in self._seen and any(map(ruling.check(one.when), _all_combinations(ruling, version, one.when))):
            self._seen.add(key)

    def _check_condition(self, version: Version, condition: Condition) -> None:
        used = {name for test in tests_of(version) for name in names_in(test)}
        used |= {fact.only_if for fact in self._scheme.facts.values() if fact.only_if}
        if condition.name not in used:
            self.note(condition.line, condition.name, "is never used; delete it")
            return
        for truth, problem in ((True, "never holds"), (False, "always holds")):
            if ("holds", version.from_on, condition.name, truth) not in self._seen:
                self.note(condition.line, condition.name, f"{problem}, whatever the facts and the day; correct it")

    def _check_cases(self, version: Version, benefit: Benefit) -> None:
        for place, case in enumerate(benefit.cases):
            if ("case", version.from_on, benefit.id, place) not in self._seen:
                key = f"benefits.{benefit.id}.{place + 1}"
                self.note(case.line, key, f"{case.status!r} is never reached: an earlier case always holds first")

    def _check_used(self) -> None:
        scheme = self._scheme
        for name in set(scheme.facts) - set(_facts_used(scheme)):
            self.note(scheme.facts[name].line, f"facts.{name}", "is used by no condition; delete it")
        for name in set(scheme.values) - set(_values_used(scheme)):
            self.note(0, f"values.{name}", "is used nowhere in the rule; delete it")
        for name in set(scheme.statuses) - {case.status for case in _cases(scheme)} - {scheme.without_value}:
            self.note(0, f"statuses.{name}", "is the status of no case; delete it")


_NOW, _LATER = frozenset({Counts.NOW}), frozenset({Counts.NOW, Counts.LATER})


class _Walk:
    """Every path through the questions of one day, each answered in every way, or not known."""

    def __init__(self, ruling: Ruling, proof: _Proof) -> None:
        self._ruling = ruling
        self._proof = proof

    def through(self, interview: Interview) -> None:
        question = next_question(self._ruling.scheme, interview, self._ruling.day)
        if question is None:
            self._check_end(interview)
            return
        self._check_question(question, interview)
        if len(interview.answers) > self._ruling.scheme.most_questions:
            return
        for gives in self._answers(question, interview):
            self.through(interview.answered(Answer(question.fact.id, gives)))

    def _answers(self, question: Question, interview: Interview) -> Iterator[Facts]:
        fact = question.fact
        for value in representatives(self._ruling, fact, interview.facts.get(fact.id)):
            if not self._ruling.contradicts({**interview.facts, fact.id: value}):
                yield {fact.id: value}
        if fact.kind is Kind.DAY:
            # A button says "by then" or "later", and no day: that must be enough for the rules.
            yield from (given_by(question, option) for option in question.options)
        yield {}

    def _check_question(self, question: Question, interview: Interview) -> None:
        fact, most = question.fact, self._ruling.scheme.most_questions
        key, path = f"facts.{fact.id}", f"{told(interview.facts)} on {self._ruling.day}"
        if question.number > most:
            self._proof.note(fact.line, key, f"is asked as question {question.number} of at most {most}: {path}")
        if any(one.fact == fact.id for one in interview.answers):
            self._proof.note(fact.line, key, f"is asked twice: {path}")
        if not any(_matters(self._ruling, ruled, fact.id, interview.facts) for ruled in self._ruling.benefits):
            self._proof.note(fact.line, key, f"is asked though it cannot matter: {path}")

    def _check_end(self, interview: Interview) -> None:
        for ruled in self._ruling.benefits:
            stands = verdict(self._ruling, ruled, interview.facts)
            if not stands.possible:
                self._end_flaw(ruled, "no result", interview)
            elif not interview.unsure and stands.status is None and self._can_be_had(stands):
                self._end_flaw(ruled, "no question is left, but it is not decided", interview)

    def _can_be_had(self, stands: Verdict) -> bool:
        return any(can_matter(self._ruling, outcome) for outcome in stands.possible)

    def _end_flaw(self, ruled: BenefitRuling, problem: str, interview: Interview) -> None:
        key = f"benefits.{ruled.benefit.id}"
        self._proof.note(ruled.benefit.line, key, f"{problem}: {told(interview.facts)} on {self._ruling.day}")


def _matters(ruling: Ruling, ruled: BenefitRuling, name: str, facts: Facts) -> bool:
    """Whether, in some way of filling in the rest, another value of the fact gives another outcome."""
    key = ("matters", ruled.benefit.id, name, *(facts.get(one) for one in ruled.reach))
    return ruling.remembered(key, lambda: _find_difference(ruling, ruled, name, facts))


def _find_difference(ruling: Ruling, ruled: BenefitRuling, name: str, facts: Facts) -> bool:
    values = representatives(ruling, ruling.scheme.facts[name], facts.get(name))
    for one in possibilities(ruling, ruled, facts):
        for value in values:
            other = {**facts, **one.given, name: value}
            if not ruling.contradicts(other) and ruling.settle(ruled, ruling.filled(other)) != one.outcome:
                return True
    return False


def told(facts: Facts) -> str:
    """Facts on one line, for whoever mends the rule."""
    listed = ", ".join(f"{name} {_listed(known)}" for name, known in facts.items())
    return listed or "nothing known"


def _listed(known: Known) -> str:
    plain = plain_fact(known)
    return "+".join(plain) or "nothing" if isinstance(plain, list) else str(plain)


def _all_combinations(ruling: Ruling, version: Version, test: Test) -> Iterator[Facts]:
    """Every combination of the facts a test looks at, also those that contradict each other."""
    names = sorted(facts_of_test(test, version.conditions, ruling.scheme.facts))
    values = [representatives(ruling, ruling.scheme.facts[name]) for name in names]
    return (dict(zip(names, some, strict=True)) for some in product(*values))


def _lacks_values(ruling: Ruling) -> bool:
    return any(isinstance(value, Lacking) for value in ruling.values.values())


def _cases(scheme: Scheme) -> Iterator[Case]:
    for version in scheme.versions:
        for benefit in version.benefits:
            yield from benefit.cases


def _facts_used(scheme: Scheme) -> Iterator[str]:
    for version in scheme.versions:
        for test in tests_of(version):
            yield from (fact for one in comparisons_in(test, version.conditions) if (fact := fact_of(one)))
    yield from (case.amount.less for case in _cases(scheme) if case.amount and case.amount.less)


def _values_used(scheme: Scheme) -> Iterator[str]:
    for version in scheme.versions:
        for test in tests_of(version):
            yield from (value for one in comparisons_in(test, version.conditions) if (value := value_of(one)))
        for benefit in version.benefits:
            yield from benefit.dates.values()
    yield from (case.amount.value for case in _cases(scheme) if case.amount)
    yield from (fact.limit for fact in scheme.facts.values() if fact.limit)
    yield from (scheme.at_most,) if scheme.at_most else ()
