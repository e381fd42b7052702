"""`eligibility/<scheme>/values.yaml` -> values with their histories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.content.faq_file import read_member
from bot.content.part import Part
from bot.eligibility.values import Dated, Source, Unit, Value


def read_values(part: Part) -> Mapping[str, Value]:
    """The file's values by name; faults are noted."""
    return {} if part.is_absent else {name: _read_value(name, value) for name, value in part.named()}


def read_source(part: Part) -> Source:
    """A section of the page, and the facts of it."""
    fields = part.fields(("section", "facts"))
    facts = fields["facts"].texts()
    if not facts and "facts" in fields:
        fields["facts"].fault("names no fact; say which facts this rests on")
    return Source(fields["section"].text(), facts)


def _read_value(name: str, part: Part) -> Value:
    fields = part.fields(("says", "unit", "history"), ("same_as",))
    unit = read_member(fields["unit"], Unit, Unit.NUMBER)
    lines = () if fields["history"].is_absent else fields["history"].items()
    if not lines and "history" in fields:
        fields["history"].fault("has no line; write from which day the value holds")
    history = tuple(_read_line(line, unit) for line in lines)
    for earlier, later, line in zip(history, history[1:], lines[1:], strict=False):
        if later.from_on <= earlier.from_on:
            line.fault(f"{later.from_on} is not after {earlier.from_on}; put the history in order of days")
    same_as = fields["same_as"].text() if "same_as" in fields else None
    return Value(name, fields["says"].text(), unit, history, same_as, part.line)


def _read_line(part: Part, unit: Unit) -> Dated:
    fields = part.fields(("from", "value", "source", "checked_on"))
    from_on, checked_on = fields["from"].day(), fields["checked_on"].day()
    return Dated(
        from_on or date.min, _read_amount(fields["value"], unit), read_source(fields["source"]), checked_on or date.min
    )


def _read_amount(part: Part, unit: Unit) -> date | int | None:
    """The value; null: abolished."""
    if part.is_absent or part.is_null:
        return None
    return part.day() if unit is Unit.DAY else part.number()
