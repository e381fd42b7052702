"""What to ask next, and what has been answered so far.

Asked is only what can still change something that can be had, the most decisive first; a fact that a resident does not
know is not asked again. Answers may come in any order, be taken back and be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.eligibility.evaluate import can_matter, contradictions_in, verdict
from bot.eligibility.facts import Fact, Facts, Kind, Known, Plain, Span, parse_facts, plain_fact
from bot.eligibility.possible import left_open
from bot.eligibility.rules import Scheme
from bot.eligibility.ruling import Ruling, ruling_on

BY, AFTER = "by", "after"
"""The two answers to "by this day?"."""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for. `options` are the answers that fit what is known (for a day: BY and AFTER its limit).

    It is the `number`-th of at most `most`; the end may come earlier. `side_options` are the answers along with
    which the day `fact.also` may be given.
    """

    fact: Fact
    options: tuple[str, ...]
    side_options: tuple[str, ...]
    limit: date | None
    number: int
    most: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to the question for a fact. Nothing in `gives`: the resident does not know."""

    fact: str
    gives: Facts


@dataclass(frozen=True, slots=True)
class Interview:
    """The answers so far, in the order they were given."""

    answers: tuple[Answer, ...] = ()

    @property
    def facts(self) -> Facts:
        """All that is known."""
        return {name: known for answer in self.answers for name, known in answer.gives.items()}

    @property
    def unsure(self) -> frozenset[str]:
        """What the resident does not know."""
        return frozenset(answer.fact for answer in self.answers if answer.fact not in answer.gives)

    def answered(self, answer: Answer) -> Interview:
        """With one more answer, in place of an earlier one to the same question."""
        return Interview((*(one for one in self.answers if one.fact != answer.fact), answer))

    def without_last(self) -> Interview:
        """One step back."""
        return Interview(self.answers[:-1])


def next_question(scheme: Scheme, interview: Interview, day: date) -> Question | None:
    """What to ask next; None when no answer can change anything that can still be had."""
    ruling, facts = ruling_on(scheme, day), interview.facts
    open_facts = _worth_asking(ruling, facts)
    askable = [name for name in open_facts if _is_askable(ruling, name, interview)]
    if not askable:
        return None
    scores = {name: left_open(ruling, name, facts) for name in askable}
    number = 1 + len(interview.answers)
    left = [name for name in open_facts if name not in interview.unsure]
    return _question(ruling, min(askable, key=lambda name: scores[name]), facts, number, number - 1 + len(left))


def question_about(scheme: Scheme, interview: Interview, fact: str, day: date) -> Question | None:
    """The question for one fact, asked before or not; its options are those that fit the other answers.

    None if the scheme has no such fact, or it is none of this resident's.
    """
    others = Interview(tuple(one for one in interview.answers if one.fact != fact))
    ruling, facts = ruling_on(scheme, day), others.facts
    if fact not in scheme.facts or ruling.exists(fact, facts) is False:
        return None
    places = [one.fact for one in interview.answers]
    number = 1 + (places.index(fact) if fact in places else len(places))
    left = [name for name in _worth_asking(ruling, facts) if name not in interview.unsure and name != fact]
    return _question(ruling, fact, facts, number, max(number, len(others.answers) + 1 + len(left)))


def _question(ruling: Ruling, name: str, facts: Facts, number: int, most: int) -> Question:
    fact = ruling.scheme.facts[name]
    limit = ruling.amount(fact.limit) if fact.limit else None
    options = _options(ruling, fact, facts)
    return Question(
        fact=fact,
        options=options,
        side_options=_side_options(ruling, fact, facts, options),
        limit=limit if isinstance(limit, date) else None,
        number=number,
        most=most,
    )


def change_answer(scheme: Scheme, interview: Interview, answer: Answer, day: date) -> Interview:
    """With an earlier answer changed; later ones that cannot be true any more are dropped, the others stay."""
    ruling = ruling_on(scheme, day)
    kept = Interview((answer,))
    for one in interview.answers:
        if one.fact != answer.fact and not contradictions_in(ruling, {**one.gives, **kept.facts}):
            kept = kept.answered(one)
    places = {one.fact: place for place, one in enumerate(interview.answers)}
    return Interview(tuple(sorted(kept.answers, key=lambda one: places.get(one.fact, len(places)))))


def given_by(question: Question, option: str) -> Facts:
    """What is known once an option of the question is chosen."""
    fact = question.fact
    if fact.kind is not Kind.DAY:
        return {fact.id: frozenset({option}) if fact.kind is Kind.SEVERAL else option}
    if question.limit is None:
        return {}
    after = Span(question.limit + timedelta(days=1), None)
    return {fact.id: Span(None, question.limit) if option == BY else after}


def option_of(scheme: Scheme, fact: str, known: Known, day: date) -> str:
    """The option of the question for a fact that a known value of it stands for."""
    declared = scheme.facts[fact]
    limit = limit_of(scheme, fact, day)
    if declared.kind is Kind.DAY and limit and isinstance(known, Span):
        return BY if known.latest and known.latest <= limit else AFTER
    return str(known)


def limit_of(scheme: Scheme, fact: str, day: date) -> date | None:
    """The day a fact is asked against, as it stands on `day`."""
    name = scheme.facts[fact].limit
    limit = ruling_on(scheme, day).amount(name) if name else None
    return limit if isinstance(limit, date) else None


def dump_interview(interview: Interview) -> list[tuple[str, dict[str, Plain]]]:
    """The answers as JSON values, for a conversation to keep."""
    return [(one.fact, {name: plain_fact(known) for name, known in one.gives.items()}) for one in interview.answers]


def load_interview(scheme: Scheme, dumped: Sequence[tuple[str, Mapping[str, object]]]) -> Interview:
    """The answers read back. Raises FactsError if the scheme no longer knows them."""
    return Interview(tuple(Answer(fact, parse_facts(scheme.facts, gives)) for fact, gives in dumped))


def _worth_asking(ruling: Ruling, facts: Facts) -> tuple[str, ...]:
    """The facts that can still change a benefit that can still be had."""
    missing: set[str] = set()
    for ruled in ruling.benefits:
        stands = verdict(ruling, ruled, facts)
        if any(can_matter(ruling, outcome) for outcome in stands.possible):
            missing |= stands.missing
    return tuple(name for name in ruling.scheme.facts if name in missing)


def _is_askable(ruling: Ruling, name: str, interview: Interview) -> bool:
    """Not asked before, and certainly a fact of this resident's."""
    asked = any(answer.fact == name for answer in interview.answers)
    return not asked and ruling.exists(name, interview.facts) is True


def _options(ruling: Ruling, fact: Fact, facts: Facts) -> tuple[str, ...]:
    if fact.kind is Kind.DAY:
        return (BY, AFTER) if fact.limit else ()
    return tuple(option for option in fact.options if not ruling.contradicts({**facts, fact.id: option}))


def _side_options(ruling: Ruling, fact: Fact, facts: Facts, options: tuple[str, ...]) -> tuple[str, ...]:
    """The options under which the day on the side exists and is not known yet."""
    if fact.also is None or fact.also in facts:
        return ()
    also = fact.also
    return tuple(option for option in options if ruling.exists(also, {**facts, fact.id: option}))
