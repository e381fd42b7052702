"""Values with a history: what an amount or a limit is on a day, and what is not known of it.

A change is a new line of the history. A day before the first line is unknown, and so is one after an abolition: a value
that is lacking is never taken for zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    """What a value counts."""

    DAY = "day"
    YEN = "yen"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Source:
    """A section of the pack's page, and the facts of it that something rests on."""

    section: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """What a value is from a day on; `amount` None: it was abolished that day."""

    from_on: date
    amount: date | int | None
    source: Source
    checked_on: date


@dataclass(frozen=True, slots=True)
class Lacking:
    """A value that a day does not have: before its first day (`first_on`), or abolished (`abolished_on`)."""

    name: str
    first_on: date | None = None
    abolished_on: date | None = None

    def __str__(self) -> str:
        if self.abolished_on:
            return f"{self.name} was abolished on {self.abolished_on}"
        return f"{self.name} is not known before {self.first_on}" if self.first_on else f"{self.name} is not known"


@dataclass(frozen=True, slots=True)
class Value:
    """A value by its name. `history` is in order of days; `same_as` names the pack's own copy of the last line."""

    name: str
    says: str
    unit: Unit
    history: tuple[Dated, ...]
    same_as: str | None = None
    line: int = 0

    def on(self, day: date) -> Dated | Lacking:
        """The line of the history in force on `day`, or why there is none."""
        line = next((line for line in reversed(self.history) if line.from_on <= day), None)
        if line is None:
            return Lacking(self.name, first_on=self.history[0].from_on if self.history else None)
        return line if line.amount is not None else Lacking(self.name, abolished_on=line.from_on)
