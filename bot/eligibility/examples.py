"""Worked examples of a scheme: this person, on this day, comes out so. Each is held against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.eligibility.changes import limits_of
from bot.eligibility.evaluate import evaluate
from bot.eligibility.facts import Facts, FactsError
from bot.eligibility.rules import Scheme

OPEN = "?"
"""What an example says of a benefit that still hangs on something."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum an example expects. `yen` None: it is not known."""

    yen: int | None
    is_up_to: bool = False

    def __str__(self) -> str:
        if self.yen is None:
            return "unknown"
        return f"up to {self.yen}" if self.is_up_to else f"{self.yen}"


@dataclass(frozen=True, slots=True)
class Example:
    """Facts on a day, and what each benefit, the sum to be had now and the sum to be had at all must come out as."""

    id: str
    says: str
    day: date
    facts: Facts
    gives: Mapping[str, str]
    now: Sum
    total: Sum
    line: int = 0


def differences(scheme: Scheme, example: Example) -> tuple[str, ...]:
    """What the rules say otherwise than the example, by the example's own keys."""
    try:
        result = evaluate(scheme, example.facts, example.day)
    except FactsError as error:
        return (f"facts: {error}",)
    stand = {one.benefit.id: one.status or OPEN for one in result.benefits}
    sums = result.sums
    came = {
        **{f"gives.{name}": status for name, status in stand.items()},
        "now": str(_sum(sums.now_yen, is_up_to=sums.now_up_to)),
        "total": str(_sum(sums.expected_total_yen, is_up_to=sums.expected_up_to)),
    }
    wanted = {
        **{f"gives.{name}": status for name, status in example.gives.items()},
        "now": str(example.now),
        "total": str(example.total),
    }
    names = dict.fromkeys((*wanted, *came))
    return tuple(
        f"{name}: the rules say {came.get(name, 'nothing')}, the example {wanted.get(name, 'nothing')}"
        for name in names
        if came.get(name) != wanted.get(name)
    )


def days_without_example(scheme: Scheme, examples: Sequence[Example]) -> Iterator[tuple[date, date]]:
    """Each limit of the scheme with a day around it (before, on, after) that no example is about."""
    tried = {example.day for example in examples}
    for limit in limits_of(scheme):
        yield from ((limit, day) for day in (limit - _DAY, limit, limit + _DAY) if day not in tried)


def _sum(yen: int | None, *, is_up_to: bool) -> Sum:
    return Sum(yen, is_up_to and yen is not None)
