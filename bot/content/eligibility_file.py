"""`eligibility/<scheme>/rule.yaml` with its `values.yaml` -> a `Scheme`; faults by file, line and key.

A scheme with a fault is not handed out: half a rule would answer wrongly. What needs the rest of the pack, the examples
or the proof is `check_eligibility.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot.content.eligibility_rules import read_version
from bot.content.eligibility_values import read_values
from bot.content.faq_file import read_member
from bot.content.part import Fields, Part, did_you_mean, read_yaml
from bot.eligibility.answers import ANSWERS_BESIDE, folded
from bot.eligibility.facts import Fact, Kind, Known
from bot.eligibility.rules import TODAY, Counts, Scheme, Status, Version
from bot.eligibility.values import Unit, Value
from bot.errors import Fault

FOLDER = "eligibility"
_REQUIRED = ("scheme", "says", "without_value", "facts", "statuses", "versions")
_OPTIONAL = ("most_questions", "at_most", "answers")
_MOST_QUESTIONS = 5
_UNSURE, _FILLER = "unsure", "filler"


class _FactKind(StrEnum):
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    DAY = "day"
    PAST_DAY = "past_day"


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A scheme with the parts it was read from."""

    scheme: Scheme
    rule: Part
    values: Part


def read_eligibility(folder: Path, faults: list[Fault]) -> tuple[SchemeFile, ...]:
    """Every scheme of a pack that has no fault; the faults of the others are noted. A pack may have none."""
    names = sorted(path.name for path in (folder / FOLDER).glob("*") if path.is_dir())
    return tuple(file for name in names if (file := read_scheme(folder, name, faults)))


def read_scheme(folder: Path, name: str, faults: list[Fault]) -> SchemeFile | None:
    """One scheme of a pack; None where it has a fault."""
    before = len(faults)
    values_part = read_yaml(folder, f"{FOLDER}/{name}/values.yaml", faults)
    rule = read_yaml(folder, f"{FOLDER}/{name}/rule.yaml", faults)
    scheme = None if values_part.is_absent or rule.is_absent else _read_rule(rule, name, read_values(values_part))
    return SchemeFile(scheme, rule, values_part) if scheme and len(faults) == before else None


def _read_rule(part: Part, name: str, values: Mapping[str, Value]) -> Scheme:
    fields = part.fields(_REQUIRED, _OPTIONAL)
    if fields["scheme"].text() not in {name, ""}:
        fields["scheme"].fault(f"must be the folder's name, {name!r}")
    facts = {fact.id: fact for fact in _read_facts(fields["facts"], values)}
    statuses = {status.id: status for status in _read_statuses(fields["statuses"])}
    scheme = Scheme(
        id=name,
        says=fields["says"].text(),
        facts=facts,
        statuses=statuses,
        values=values,
        versions=(),
        without_value=_read_without_value(fields["without_value"], statuses),
        at_most=_read_at_most(fields["at_most"], values),
        most_questions=fields["most_questions"].number() if "most_questions" in fields else _MOST_QUESTIONS,
    )
    versions = _read_versions(fields["versions"], scheme)
    _check_only_if(fields["facts"], facts, versions)
    spoken = _read_answers(fields["answers"], facts) if "answers" in fields else {}
    return replace(
        scheme, facts=facts, versions=versions, unsure=spoken.get(_UNSURE, ()), filler=spoken.get(_FILLER, ())
    )


def _read_without_value(part: Part, statuses: Mapping[str, Status]) -> str:
    status = part.text()
    if status and (status not in statuses or statuses[status].counts is not Counts.UNKNOWN):
        unknown = [one.id for one in statuses.values() if one.counts is Counts.UNKNOWN]
        part.fault(f"must be a status that counts as unknown{did_you_mean(status, unknown)}")
    return status


def _read_at_most(part: Part, values: Mapping[str, Value]) -> str | None:
    if part.is_absent:
        return None
    name = part.text()
    if name and (name not in values or values[name].unit is not Unit.YEN):
        part.fault(f"there is no amount {name!r} in values.yaml{did_you_mean(name, values)}")
    return name


def _read_statuses(part: Part) -> Iterator[Status]:
    for name, one in part.named():
        fields = one.fields(("says", "counts"))
        yield Status(name, fields["says"].text(), read_member(fields["counts"], Counts, Counts.NO))


def _read_versions(part: Part, scheme: Scheme) -> tuple[Version, ...]:
    parts = () if part.is_absent else part.items()
    if not parts and not part.is_absent:
        part.fault("has no version; write the rule with `from:`")
    versions = tuple(read_version(one, scheme) for one in parts)
    for earlier, later, one in zip(versions, versions[1:], parts[1:], strict=False):
        if later.from_on <= earlier.from_on:
            one.at("from").fault(f"{later.from_on} is not after {earlier.from_on}; put the versions in order of days")
    return versions


def _read_facts(part: Part, values: Mapping[str, Value]) -> Iterator[Fact]:
    for name, one in part.named():
        if name == TODAY:
            one.fault(f"{TODAY!r} is the day of the evaluation; choose another name")
        yield _read_fact(name, one, values)


def _read_fact(name: str, part: Part, values: Mapping[str, Value]) -> Fact:
    optional = ("options", "least", "most", "only_if", "unless_said", "limit", "also")
    fields = part.fields(("says", "kind"), optional)
    written = read_member(fields["kind"], _FactKind, _FactKind.CHOICE)
    kind = Kind.DAY if written is _FactKind.PAST_DAY else Kind(written.value)
    _check_fits(part, fields, kind)
    options = dict(fields["options"].named()) if "options" in fields else {}
    return Fact(
        id=name,
        says=fields["says"].text(),
        kind=kind,
        options={option: says.text() for option, says in options.items()},
        least=fields["least"].number() if "least" in fields else 0,
        most=_read_most(fields["most"], values),
        is_past=written is _FactKind.PAST_DAY,
        only_if=fields["only_if"].text() if "only_if" in fields else None,
        unless_said=_read_default(fields["unless_said"], kind, options),
        limit=_read_limit(fields["limit"], values),
        also=fields["also"].text() if "also" in fields else None,
        line=part.line,
    )


_NEEDS = {Kind.CHOICE: "options", Kind.SEVERAL: "options", Kind.NUMBER: "most"}
_KNOWS = {
    Kind.CHOICE: {"options", "also"},
    Kind.SEVERAL: {"options"},
    Kind.NUMBER: {"least", "most"},
    Kind.DAY: {"limit"},
}


def _check_fits(part: Part, fields: Fields, kind: Kind) -> None:
    """What a kind of fact needs is there, and nothing that only another kind knows."""
    needed = _NEEDS.get(kind)
    if needed and needed not in fields:
        part.child(needed).fault(f"is missing; a {kind} needs it")
    for name in ("options", "least", "most", "limit", "also"):
        if name in fields and name not in _KNOWS[kind]:
            fields[name].fault(f"a {kind} has none; delete it")


def _read_most(part: Part, values: Mapping[str, Value]) -> int:
    """A number, or the largest amount a value ever had."""
    written = None if part.is_absent else part.plain()
    if not isinstance(written, str):
        return written if isinstance(written, int) else 0
    if written in values and values[written].unit is not Unit.DAY:
        return max((line.amount for line in values[written].history if isinstance(line.amount, int)), default=0)
    part.fault(f"there is no number {written!r} in values.yaml{did_you_mean(written, values)}")
    return 0


def _read_default(part: Part, kind: Kind, options: Mapping[str, Part]) -> Known | None:
    if part.is_absent:
        return None
    match kind:
        case Kind.NUMBER:
            return part.number()
        case Kind.SEVERAL:
            return frozenset(part.texts())
        case Kind.CHOICE if part.text() in options:
            return part.text()
    part.fault("must be one of the options" if kind is Kind.CHOICE else "a day is never taken for granted; delete it")
    return None


def _read_limit(part: Part, values: Mapping[str, Value]) -> str | None:
    if part.is_absent:
        return None
    name = part.text()
    if name and (name not in values or values[name].unit is not Unit.DAY):
        part.fault(f"there is no day {name!r} in values.yaml{did_you_mean(name, values)}")
    return name


def _check_only_if(part: Part, facts: Mapping[str, Fact], versions: tuple[Version, ...]) -> None:
    """`only_if` names a condition of some version; `also` a past day."""
    conditions = {name for version in versions for name in version.conditions}
    for fact in facts.values():
        if fact.only_if and fact.only_if not in conditions:
            part.at(fact.id, "only_if").fault(
                f"there is no condition {fact.only_if!r}{did_you_mean(fact.only_if, conditions)}"
            )
        if fact.also and not (fact.also in facts and facts[fact.also].is_past):
            part.at(fact.id, "also").fault(f"{fact.also!r} is no fact of kind past_day")


def _read_answers(part: Part, facts: dict[str, Fact]) -> Mapping[str, tuple[str, ...]]:
    """Words that count for every question; the words of each fact are put into `facts`."""
    general: dict[str, tuple[str, ...]] = {}
    for name, words in part.named():
        if name in {_UNSURE, _FILLER}:
            general[name] = tuple(folded(text) for text in words.texts())
        elif name in facts:
            facts[name] = replace(facts[name], words=_read_words(words, facts[name]))
        else:
            words.fault(f"there is no fact {name!r}{did_you_mean(name, (*facts, _UNSURE, _FILLER))}")
    return general


def _read_words(part: Part, fact: Fact) -> Mapping[str, tuple[str, ...]]:
    options = (*fact.options, *ANSWERS_BESIDE.get(fact.kind, ()))
    found: dict[str, tuple[str, ...]] = {}
    for option, words in part.named():
        if option not in options:
            words.fault(f"{option!r} is no answer to {fact.id}{did_you_mean(option, options)}")
        found[option] = tuple(folded(text) for text in words.texts())
    _check_told_apart(part, found)
    return found


def _check_told_apart(part: Part, words: Mapping[str, tuple[str, ...]]) -> None:
    """One way of answering means one option."""
    meaning: dict[str, str] = {}
    for option, listed in words.items():
        for word in listed:
            if meaning.setdefault(word, option) != option:
                part.at(option).fault(f"{word!r} already means {meaning[word]!r}; keep it in one of them")
