"""`eligibility/<scheme>/examples.yaml` -> worked examples; faults by file, line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.content.part import Part, did_you_mean
from bot.eligibility.examples import OPEN, Example, Sum
from bot.eligibility.facts import Facts, FactsError, parse_facts
from bot.eligibility.rules import Scheme

_UNKNOWN = "unknown"
_UP_TO = "up to "


def read_examples(part: Part, scheme: Scheme) -> Iterator[tuple[Example, Part]]:
    """The file's examples with their places; one that has a fault is left out."""
    listed = part.fields(("examples",))["examples"] if not part.is_absent else part
    seen: set[str] = set()
    for item in () if listed.is_absent else listed.items():
        placed = item.named_after("id") if item.is_mapping else item
        example = _read_example(placed, scheme)
        if example and example.id in seen:
            placed.at("id").fault("is the id of two examples; choose another")
        elif example:
            seen.add(example.id)
            yield example, placed


def _read_example(part: Part, scheme: Scheme) -> Example | None:
    fields = part.fields(("id", "says", "day", "facts", "gives", "now", "total"))
    day, facts = fields["day"].day(), _read_facts(fields["facts"], scheme)
    gives = _read_gives(fields["gives"], scheme, day)
    now, total = _read_sum(fields["now"]), _read_sum(fields["total"])
    if day is None or facts is None or gives is None or now is None or total is None:
        return None
    return Example(fields["id"].text(), fields["says"].text(), day, facts, gives, now, total, part.line)


def _read_facts(part: Part, scheme: Scheme) -> Facts | None:
    if part.is_absent:
        return None
    plain = {name: _plain(value) for name, value in part.named()}
    try:
        return parse_facts(scheme.facts, plain)
    except FactsError as error:
        for problem in error.problems:
            part.fault(problem)
        return None


def _plain(part: Part) -> object:
    """A fact as JSON has it: YAML's days are texts there."""
    value = part.plain()
    return value.isoformat() if isinstance(value, date) else value


def _read_gives(part: Part, scheme: Scheme, day: date | None) -> Mapping[str, str] | None:
    """A status for every benefit of the rule in force that day (before the first rule: of the first)."""
    if part.is_absent or day is None:
        return None
    gives = {name: one.text() for name, one in part.named()}
    version = scheme.version_on(day) or scheme.versions[0]
    benefits = [benefit.id for benefit in version.benefits]
    for name, status in gives.items():
        if name not in benefits:
            part.at(name).fault(f"there is no benefit {name!r}{did_you_mean(name, benefits)}")
        elif status not in {*scheme.statuses, OPEN, ""}:
            part.at(name).fault(f"there is no status {status!r}{did_you_mean(status, scheme.statuses)}")
    for name in benefits:
        if name not in gives:
            part.child(name).fault("is missing; say how each benefit comes out")
    return gives


def _read_sum(part: Part) -> Sum | None:
    """`7500`, `up to 20000`, or `unknown`."""
    if part.is_absent:
        return None
    written = part.plain()
    if isinstance(written, int):
        return Sum(written)
    if written == _UNKNOWN:
        return Sum(None)
    if isinstance(written, str) and (digits := written.removeprefix(_UP_TO)).isdecimal() and digits != written:
        return Sum(int(digits), is_up_to=True)
    part.fault("must be a sum like 7500, `up to 20000`, or `unknown`")
    return None
