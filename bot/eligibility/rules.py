"""A scheme as data: named conditions over facts and dated values, benefits decided by the first case that holds.

Types only. `ruling.py` gives them a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.eligibility.facts import Fact
from bot.eligibility.values import Source, Value

TODAY = "today"
"""The day of the evaluation, where a fact or a value may stand."""


class Order(StrEnum):
    """How a day or a number stands to a limit."""

    UNDER = "<"
    UP_TO = "<="
    FROM = ">="
    OVER = ">"


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A choice is one of these options."""

    fact: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Includes:
    """A list of chosen options has this one."""

    fact: str
    option: str


@dataclass(frozen=True, slots=True)
class Compares:
    """A fact (or TODAY) stands so to a value (or TODAY, or a plain number)."""

    subject: str
    order: Order
    limit: str | int


@dataclass(frozen=True, slots=True)
class Named:
    """A condition of the rule, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Test


Comparison = IsOneOf | Includes | Compares
Test = Comparison | Named | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with the name a clerk reads aloud, and the id that texts and programs know it by."""

    name: str
    id: str
    test: Test
    source: Source | None = None
    line: int = 0


class Counts(StrEnum):
    """Whether a status brings something on the day, later, not at all, or nobody here can say."""

    NOW = "now"
    LATER = "later"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def can_be_had(self) -> bool:
        return self in {Counts.NOW, Counts.LATER}


@dataclass(frozen=True, slots=True)
class Status:
    id: str
    says: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Amount:
    """A value, or what is left of it after a number fact; never below zero."""

    value: str
    less: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a benefit: when all of `when` holds, this status. `dates` names the dates that matter then."""

    status: str
    when: AllOf
    amount: Amount | None
    dates: tuple[str, ...]
    steps: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something that can be had. `dates` maps a name of the result (`opens_on`) to the value that holds it."""

    id: str
    says: str
    is_up_to: bool
    dates: Mapping[str, str]
    cases: tuple[Case, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that cannot hold together."""

    id: str
    says: str
    facts: tuple[str, ...]
    when: AllOf
    line: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """The whole rule as it stands from a day on."""

    from_on: date
    conditions: Mapping[str, Condition]
    benefits: tuple[Benefit, ...]
    contradictions: tuple[Contradiction, ...]
    line: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A programme: its facts, statuses, values and the versions of its rule, in order of days.

    `without_value` is the status where a day lacks a value; `at_most` names the value no sum may exceed; `unsure` are
    the ways of saying "I do not know", `filler` words that may stand beside any answer.
    """

    id: str
    says: str
    facts: Mapping[str, Fact]
    statuses: Mapping[str, Status]
    values: Mapping[str, Value]
    versions: tuple[Version, ...]
    without_value: str
    at_most: str | None = None
    unsure: tuple[str, ...] = ()
    filler: tuple[str, ...] = ()
    most_questions: int = 5

    def version_on(self, day: date) -> Version | None:
        """The rule in force on `day`; None before the first version."""
        return next((version for version in reversed(self.versions) if version.from_on <= day), None)
