"""One version of a `rule.yaml`: its conditions, benefits and contradictions. Sees one version at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from bot.content.eligibility_values import read_source
from bot.content.faq_file import read_member
from bot.content.part import Fields, Part, did_you_mean
from bot.eligibility.facts import Kind
from bot.eligibility.phrase import Unreadable, read_phrase
from bot.eligibility.rules import (
    TODAY,
    AllOf,
    Amount,
    AnyOf,
    Benefit,
    Case,
    Condition,
    Contradiction,
    Named,
    Not,
    Scheme,
    Test,
    Version,
)
from bot.eligibility.scope import cycle_in
from bot.eligibility.values import Unit

STEP = "eligibility.step."
"""Where the texts of next steps live; a rule names them without it."""

_GROUPS = ("all", "any", "not")


class _Gives(StrEnum):
    EXACTLY = "exactly"
    UP_TO = "up_to"


def read_version(part: Part, scheme: Scheme) -> Version:
    """One version; faults are noted."""
    fields = part.fields(("from", "conditions", "benefits"), ("contradictions",))
    conditions = _read_conditions(fields["conditions"], scheme)
    reader = _Reader(scheme, tuple(conditions))
    return Version(
        from_on=fields["from"].day() or date.min,
        conditions=conditions,
        benefits=tuple(reader.benefits(fields["benefits"])),
        contradictions=tuple(reader.contradictions(fields["contradictions"])),
        line=part.line,
    )


def _read_conditions(part: Part, scheme: Scheme) -> Mapping[str, Condition]:
    parts = {} if part.is_absent else dict(part.named())
    reader = _Reader(scheme, tuple(parts))
    conditions = {name: reader.condition(name, one) for name, one in parts.items()}
    _check_ids(parts, conditions)
    cycle = cycle_in(conditions)
    if cycle:
        parts[cycle[0]].fault(f"rests on itself: {' → '.join(cycle)}; break the circle")
    return conditions if not cycle else {}


def _check_ids(parts: Mapping[str, Part], conditions: Mapping[str, Condition]) -> None:
    first: dict[str, str] = {}
    for name, condition in conditions.items():
        if condition.id and first.setdefault(condition.id, name) != name:
            parts[name].at("id").fault(f"is also the id of {first[condition.id]!r}; choose another")


class _Reader:
    """Reads what names conditions, facts and values, knowing their names."""

    def __init__(self, scheme: Scheme, conditions: tuple[str, ...]) -> None:
        self._scheme = scheme
        self._conditions = conditions

    def condition(self, name: str, part: Part) -> Condition:
        """A named condition: its id, and one of `if` (a phrase), `all`, `any`, `not`."""
        fields = part.fields(("id",), ("if", *_GROUPS, "source"))
        source = read_source(fields["source"]) if "source" in fields else None
        ways = [way for way in ("if", *_GROUPS) if way in fields]
        if len(ways) != 1:
            part.fault("needs exactly one of if, all, any, not")
        test = self._way(ways[0], fields) if ways else AllOf(())
        return Condition(name, fields["id"].text(), test, source, part.line)

    def benefits(self, part: Part) -> Iterator[Benefit]:
        for name, one in () if part.is_absent else part.named():
            fields = one.fields(("says", "gives", "cases"), ("dates",))
            dates = dict(self._dates(fields["dates"])) if "dates" in fields else {}
            cases = () if fields["cases"].is_absent else fields["cases"].items()
            if not cases:
                one.fault("has no case; write at least one")
            yield Benefit(
                id=name,
                says=fields["says"].text(),
                is_up_to=read_member(fields["gives"], _Gives, _Gives.EXACTLY) is _Gives.UP_TO,
                dates=dates,
                cases=tuple(self._case(case, tuple(dates)) for case in cases),
                line=one.line,
            )

    def contradictions(self, part: Part) -> Iterator[Contradiction]:
        for name, one in () if part.is_absent else part.named():
            fields = one.fields(("says", "facts", "when"))
            facts = fields["facts"].texts()
            for fact in facts:
                self._check_fact(fields["facts"], fact)
            when = AllOf(tuple(self._items(fields["when"])))
            yield Contradiction(name, fields["says"].text(), facts, when, one.line)

    def _dates(self, part: Part) -> Iterator[tuple[str, str]]:
        values = self._scheme.values
        for name, value in part.named():
            if value.text() not in values or values[value.text()].unit is not Unit.DAY:
                value.fault(f"there is no day {value.text()!r} in values.yaml{did_you_mean(value.text(), values)}")
            yield name, value.text()

    def _case(self, part: Part, dates: tuple[str, ...]) -> Case:
        fields = part.fields(("status", "when", "steps"), ("amount", "dates"))
        status = fields["status"].text()
        if status and status not in self._scheme.statuses:
            fields["status"].fault(f"there is no status {status!r}{did_you_mean(status, self._scheme.statuses)}")
        shown = fields["dates"].texts() if "dates" in fields else dates
        for name in set(shown) - set(dates):
            fields["dates"].fault(f"the benefit has no date {name!r}{did_you_mean(name, dates)}")
        return Case(
            status=status,
            when=AllOf(tuple(self._names(fields["when"]))),
            amount=self._amount(part, fields, status),
            dates=shown,
            steps=tuple(STEP + step for step in fields["steps"].texts()),
            line=part.line,
        )

    def _amount(self, part: Part, fields: Fields, status: str) -> Amount | None:
        """`value`, or `value less fact`; where the status brings something, and only there."""
        known = self._scheme.statuses.get(status)
        if known and known.counts.can_be_had != ("amount" in fields):
            part.fault(f"{status!r} {'brings something; say how much' if known.counts.can_be_had else 'has no amount'}")
        if "amount" not in fields:
            return None
        value, _, less = fields["amount"].text().partition(" less ")
        values, facts = self._scheme.values, self._scheme.facts
        if value not in values or values[value].unit is not Unit.YEN:
            fields["amount"].fault(f"there is no amount {value!r} in values.yaml{did_you_mean(value, values)}")
        if less and (less not in facts or facts[less].kind is not Kind.NUMBER or facts[less].is_asked):
            fields["amount"].fault(f"{less!r} is no number fact with unless_said")
        return Amount(value, less or None)

    def _way(self, way: str, fields: Fields) -> Test:
        if way == "if":
            return self._item(fields["if"])
        if way == "not":
            return Not(self._item(fields["not"]))
        items = tuple(self._items(fields[way]))
        return AllOf(items) if way == "all" else AnyOf(items)

    def _names(self, part: Part) -> Iterator[Test]:
        """A case is read aloud: it names conditions, nothing else."""
        for one in () if part.is_absent else part.items():
            name = one.text()
            if name and name not in self._conditions:
                one.fault(f"there is no condition {name!r}{did_you_mean(name, self._conditions)}")
            elif name:
                yield Named(name)

    def _items(self, part: Part) -> Iterator[Test]:
        items = () if part.is_absent else part.items()
        if not items and not part.is_absent:
            part.fault("is empty; name a condition")
        for one in items:
            yield self._item(one)

    def _item(self, part: Part) -> Test:
        """A condition's name, a phrase, or a group of these."""
        if part.is_mapping:
            fields = part.fields(optional=_GROUPS)
            ways = [way for way in _GROUPS if way in fields]
            if len(ways) == 1:
                return self._way(ways[0], fields)
            part.fault("needs exactly one of all, any, not")
            return AllOf(())
        text = part.text()
        return Named(text) if text in self._conditions else self._phrase(part, text)

    def _phrase(self, part: Part, text: str) -> Test:
        subject = text.partition(" ")[0]
        if subject not in (*self._scheme.facts, TODAY) and " " not in text:
            part.fault(f"there is no condition {text!r}{did_you_mean(text, self._conditions)}")
            return AllOf(())
        try:
            return read_phrase(text, self._scheme.facts, self._scheme.values)
        except Unreadable as error:
            part.fault(str(error))
            return AllOf(())

    def _check_fact(self, part: Part, fact: str) -> None:
        if fact not in self._scheme.facts:
            part.fault(f"there is no fact {fact!r}{did_you_mean(fact, self._scheme.facts)}")
