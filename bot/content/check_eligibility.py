"""Faults of the schemes: what needs the rest of the pack, the examples or the proof.

A scheme whose own files have a fault is not there to be looked at (`eligibility_file.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.content.eligibility_examples import read_examples
from bot.content.eligibility_file import FOLDER, SchemeFile
from bot.content.eligibility_rules import STEP
from bot.content.part import Part, did_you_mean, read_yaml
from bot.content.reading import Reading
from bot.eligibility.examples import days_without_example, differences
from bot.eligibility.facts import Fact, Kind
from bot.eligibility.prove import prove
from bot.eligibility.questions import AFTER, BY
from bot.eligibility.rules import Scheme
from bot.eligibility.values import Source
from bot.errors import Fault
from bot.language import Language

_FILES = frozenset({"rule.yaml", "values.yaml", "examples.yaml"})
_LONGEST_LABEL = 20


def check_schemes(folder: Path, reading: Reading) -> None:
    """Note what is wrong with the schemes of the pack."""
    _check_files(folder, reading)
    for file in reading.schemes:
        _check_sources(file, reading)
        _check_same_as(file, reading)
        _check_texts(file, reading)
        _check_examples(folder, file, reading)
        for flaw in prove(file.scheme):
            reading.faults.append(Fault(file.rule.file, flaw.line, flaw.key, flaw.problem))


def _check_files(folder: Path, reading: Reading) -> None:
    """Files that look like a scheme's and are never read."""
    for path in sorted((folder / FOLDER).glob("*")):
        inside = sorted(path.glob("*")) if path.is_dir() else [path]
        for file in inside:
            is_read = file.parent != folder / FOLDER and file.name in _FILES
            if not (is_read or file.name.startswith(".")):
                hint = did_you_mean(file.name, _FILES)
                name = file.relative_to(folder).as_posix()
                reading.faults.append(Fault(name, 0, "(file)", f"is not read; rename or delete it{hint}"))


def _check_sources(file: SchemeFile, reading: Reading) -> None:
    """Every section a rule or a value rests on is a section of the page."""
    known = reading.pack.page.sections
    for source, part, line in _sources(file):
        if known and source.section not in known:
            problem = f"the page has no section {source.section!r} in pack.yaml{did_you_mean(source.section, known)}"
            part.fault(problem, line)


def _sources(file: SchemeFile) -> Iterator[tuple[Source, Part, int]]:
    for version in file.scheme.versions:
        for condition in version.conditions.values():
            if condition.source:
                yield condition.source, file.rule.child(condition.name), condition.line
    for name, value in file.scheme.values.items():
        for dated in value.history:
            yield dated.source, file.values.at(name), value.line


def _check_same_as(file: SchemeFile, reading: Reading) -> None:
    """A value that the pack has too is the same there as on its last day here."""
    for name, value in file.scheme.values.items():
        if value.same_as is None or not value.history:
            continue
        theirs, ours = _looked_up(reading.content.values, value.same_as), value.history[-1].amount
        if theirs != ours:
            found = "not there" if theirs is None else f"{theirs}"
            file.values.at(name, "same_as").fault(f"{value.same_as} in pack.yaml is {found}, not {ours}; correct one")


def _looked_up(values: object, dotted: str) -> object:
    found = values
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _check_texts(file: SchemeFile, reading: Reading) -> None:
    """Everything the dialogue and its result say of the scheme has a text; answers fit on buttons."""
    ours = reading.texts[Language.JA]
    if ours.part.is_absent:
        return
    for key, line in dict(_keys_needed(file.scheme)).items():
        if key not in ours.texts:
            file.rule.fault(f"there is no text {key!r}; write it in texts/*.yaml", line)
    labels = {key for fact in file.scheme.facts.values() for key in _label_keys(file.scheme, fact)}
    for texts in reading.texts.values():
        for key in sorted(labels & set(texts.texts)):
            text = texts.texts[key]
            if len(text) > _LONGEST_LABEL:
                part = texts.parts[key]
                part.fault(f"has {len(text)} characters, at most {_LONGEST_LABEL} fit on a button; shorten it")


def _keys_needed(scheme: Scheme) -> Iterator[tuple[str, int]]:
    """Text keys with the line of the rule that needs them."""
    prefix = f"{FOLDER}.{scheme.id}"
    for fact in scheme.facts.values():
        if fact.is_asked:
            yield from ((f"{prefix}.{fact.id}.{part}", fact.line) for part in ("name", "ask", "why"))
            yield from ((key, fact.line) for key in _label_keys(scheme, fact))
    yield from ((f"{prefix}.status.{name}", 0) for name in scheme.statuses)
    for version in scheme.versions:
        for benefit in version.benefits:
            yield f"{prefix}.benefit.{benefit.id}", benefit.line
            yield from ((step, case.line) for case in benefit.cases for step in case.steps if step.startswith(STEP))


def _label_keys(scheme: Scheme, fact: Fact) -> Iterator[str]:
    if not fact.is_asked:
        return
    options = (BY, AFTER) if fact.kind is Kind.DAY and fact.limit else tuple(fact.options)
    yield from (f"{FOLDER}.{scheme.id}.{fact.id}.{option}" for option in options)


def _check_examples(folder: Path, file: SchemeFile, reading: Reading) -> None:
    """Every example is right, and every limit has one on the day before, the day itself and the day after."""
    part = read_yaml(folder, f"{FOLDER}/{file.scheme.id}/examples.yaml", reading.faults)
    if part.is_absent:
        return
    examples = tuple(read_examples(part, file.scheme))
    for example, placed in examples:
        for difference in differences(file.scheme, example):
            key, _, problem = difference.partition(": ")
            placed.at(*key.split(".")).fault(problem if key != "facts" else difference)
    for limit, day in days_without_example(file.scheme, [example for example, _ in examples]):
        part.child("examples").fault(f"no example is about {day}, around the limit of {limit}; write one")
