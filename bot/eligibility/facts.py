"""What a resident can say of themselves: which facts a scheme knows, and what is known of them so far.

A fact that is not in `Facts` is unknown. A day may be known only roughly (`Span`): "last year" is a span. Facts arrive
as plain JSON values and are parsed here, once; everything wrong with them is named in one `FactsError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from bot.errors import BotError


class FactsError(BotError):
    """Facts that cannot be used. `problems` names each by its fact."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Kind(StrEnum):
    """What a fact is: one of its options, a day, a whole number, or any of its options."""

    CHOICE = "choice"
    DAY = "day"
    NUMBER = "number"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Span:
    """A day known to lie between two days (both included); None: no bound on that side."""

    earliest: date | None
    latest: date | None

    @property
    def is_day(self) -> bool:
        return self.earliest is not None and self.earliest == self.latest

    def __str__(self) -> str:
        return f"{self.earliest}" if self.is_day else f"{self.earliest or '..'}/{self.latest or '..'}"


def on_day(day: date) -> Span:
    """A day known exactly."""
    return Span(day, day)


Known = str | int | Span | frozenset[str]
Facts = Mapping[str, Known]
Plain = str | int | list[str]
"""A known fact as JSON has it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact a scheme asks about.

    `options` maps an id to what a clerk calls it. `is_past`: the day cannot lie after today. `only_if` names the
    condition under which the fact exists at all. `unless_said` is what counts while nobody has said otherwise: such a
    fact is never asked. `limit` names the value a day is asked against ("by then?"). `words` are ways of answering by
    option (for a day `by` and `after` the limit, for several also `every` and `nothing`); `also` names a past day that
    an answer may give on the side.
    """

    id: str
    says: str
    kind: Kind
    options: Mapping[str, str]
    least: int = 0
    most: int = 0
    is_past: bool = False
    only_if: str | None = None
    unless_said: Known | None = None
    limit: str | None = None
    words: Mapping[str, tuple[str, ...]] | None = None
    also: str | None = None
    line: int = 0

    @property
    def is_asked(self) -> bool:
        return self.unless_said is None


def parse_facts(declared: Mapping[str, Fact], plain: Mapping[str, object]) -> Facts:
    """Facts from JSON values; null and absent are unknown. Raises FactsError with every problem at once."""
    problems: list[str] = []
    facts: dict[str, Known] = {}
    for name, value in plain.items():
        fact = declared.get(name)
        if fact is None:
            problems.append(f"{name}: there is no such fact{_nearest(name, declared)}")
        elif value is not None:
            known = _parse(fact, value)
            if isinstance(known, _Wrong):
                problems.append(f"{name}: {known.problem}")
            else:
                facts[name] = known
    if problems:
        raise FactsError(tuple(problems))
    return facts


def plain_fact(known: Known) -> Plain:
    """A known fact as JSON has it; `parse_facts` reads it back."""
    if isinstance(known, Span):
        return str(known)
    return sorted(known) if isinstance(known, frozenset) else known


@dataclass(frozen=True, slots=True)
class _Wrong:
    problem: str


def _parse(fact: Fact, value: object) -> Known | _Wrong:
    match fact.kind, value:
        case (Kind.CHOICE, str()):
            return value if value in fact.options else _Wrong(f"{value!r} is none of {', '.join(fact.options)}")
        case (Kind.NUMBER, int()) if not isinstance(value, bool):
            within = fact.least <= value <= fact.most
            return value if within else _Wrong(f"{value} is not between {fact.least} and {fact.most}")
        case (Kind.DAY, str()):
            return _parse_span(value)
        case (Kind.SEVERAL, list() | tuple()):
            return _parse_several(fact, value)
    return _Wrong(f"{value!r} is no {_EXPECTED[fact.kind]}")


_EXPECTED = {
    Kind.CHOICE: "text",
    Kind.NUMBER: "whole number",
    Kind.DAY: "day; write it like 2022-07-01",
    Kind.SEVERAL: "list",
}


def _parse_several(fact: Fact, values: Iterable[object]) -> Known | _Wrong:
    chosen = list(values)
    unknown = [value for value in chosen if not isinstance(value, str) or value not in fact.options]
    if unknown:
        return _Wrong(f"{unknown[0]!r} is none of {', '.join(fact.options)}")
    if len(set(map(str, chosen))) < len(chosen):
        return _Wrong("names something twice")
    return frozenset(str(value) for value in chosen)


def _parse_span(text: str) -> Known | _Wrong:
    """A day, or two with a slash between them, `..` for an open end."""
    ends = text.split("/") if "/" in text else [text, text]
    try:
        days = [None if end == ".." else _parse_day(end) for end in ends]
    except ValueError:
        return _Wrong(f"{text!r} is not a day of the calendar; write it like 2022-07-01")
    if len(days) != 2 or (days[0] and days[1] and days[0] > days[1]):
        return _Wrong(f"{text!r} is no span of days; write it like 2022-07-01/2022-07-31")
    return Span(days[0], days[1])


def _parse_day(text: str) -> date:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def _nearest(name: str, declared: Iterable[str]) -> str:
    names = list(declared)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; it may be {', '.join(names)}"


def defaults(declared: Mapping[str, Fact]) -> Iterator[tuple[str, Known]]:
    """What counts while nobody has said otherwise."""
    for name, fact in declared.items():
        if fact.unless_said is not None:
            yield name, fact.unless_said
