"""Faults of one language's answers, texts and formats, seen through its templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from jinja2 import TemplateError, meta

from bot.content.check_templates import TemplateCheck
from bot.content.part import Part, did_you_mean
from bot.content.reading import Reading
from bot.content.templates import Sandbox, Templates
from bot.content.uses import uses_in
from bot.language import Language

_LONGEST_ANSWER = MappingProxyType({Language.JA: 350, Language.JA_EASY: 400, Language.EN: 600})
"""Characters of a worded answer, without source and telephone: a phone's screen."""

_NO_ARGUMENTS: frozenset[str] = frozenset()
_BELOW_ANSWERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "source.page": frozenset({"section"}),
        "source.general": frozenset({"source_name", "source_url"}),
        "contact.hotline": _NO_ARGUMENTS,
        "contact.city": _NO_ARGUMENTS,
        "contact.both": _NO_ARGUMENTS,
        "contact.operator": _NO_ARGUMENTS,
    }
)
"""The texts that stand below answers, with the arguments they are given."""

_APOLOGY = "failure.unexpected"
_VALUES = "values."
_DATED = frozenset({"year", "era", "era_year", "month", "day", "weekday"})
_PATTERN_NAMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **dict.fromkeys(("day", "weekday_day", "month_end", "month"), _DATED),
        "time": frozenset({"hour", "hour12", "minute", "half"}),
        "hours": frozenset({"spans"}),
        **dict.fromkeys(("yen", "number"), frozenset({"number"})),
        "days_left": frozenset({"days"}),
    }
)


def check_language(reading: Reading, language: Language, days: tuple[date, ...]) -> None:
    """Note what is wrong with the language's formats; if they are sound, with its answers and texts."""
    if not _check_formats(reading, language):
        return
    check = TemplateCheck(Templates(reading.content, language), days, tuple(_unread_values(reading)))
    for placed in reading.placed:
        _check_answer(check, placed.entry.answer[language], placed.part.at("answer", language), language)
    for key, part in reading.texts[language].parts.items():
        _check_text(check, key, reading.texts[language].texts[key], part)
    _check_below_answers(reading, language)
    _check_same_names(reading, language)


def _unread_values(reading: Reading) -> Iterator[str]:
    """The values of the pack that have a fault, as templates name them."""
    for fault in reading.faults:
        if fault.file == reading.pack.part.file and fault.key.startswith(_VALUES):
            yield fault.key.removeprefix(_VALUES)


def _check_formats(reading: Reading, language: Language) -> bool:
    """Whether every pattern of `formats` is a template over its own names."""
    part = reading.texts[language].part.at("formats")
    patterns = reading.content.formats[language].patterns
    sound = [_is_sound_pattern(name, source, part.at(name)) for name, source in patterns.items()]
    return all(sound)


def _is_sound_pattern(name: str, source: str, part: Part) -> bool:
    environment = Sandbox()
    try:
        unknown = meta.find_undeclared_variables(environment.parse(source)) - _PATTERN_NAMES[name]
        environment.from_string(source)
    except TemplateError as error:
        part.fault(f"is no template: {error.message}")
        return False
    for wrong in sorted(unknown):
        part.fault(f"there is no {wrong!r}{did_you_mean(wrong, _PATTERN_NAMES[name])}")
    return bool(source) and not unknown


def _check_answer(check: TemplateCheck, source: str, part: Part, language: Language) -> None:
    tree = check.parse(source, part) if source else None
    if tree is None or not check.is_sound(tree, part):
        return
    worded = list(check.wordings(source, tree, part))
    for day in (day for day, text in worded if not text):
        part.fault(f"says nothing on {day}; write an answer for every day")
        break
    longest, on = max(((len(text), day) for day, text in worded), default=(0, None))
    if longest > _LONGEST_ANSWER[language]:
        part.fault(f"has {longest} characters on {on}, at most {_LONGEST_ANSWER[language]} in {language}; shorten it")


def _check_text(check: TemplateCheck, key: str, source: str, part: Part) -> None:
    tree = check.parse(source, part) if source else None
    if tree is None:
        return
    arguments = _arguments_of(key, check, check.arguments(tree))
    if check.is_sound(tree, part, arguments) and not arguments:
        list(check.wordings(source, tree, part))
    if key.startswith("button.") and next(uses_in(tree), None):
        part.fault("a button's text has no variables; write the words out")


def _arguments_of(key: str, check: TemplateCheck, needed: frozenset[str]) -> frozenset[str]:
    """The names that whoever says the text gives it. Which ones is known for some texts only; for the others a name
    that nearly is one of the pack's is taken for a slip."""
    if key in _BELOW_ANSWERS:
        return _BELOW_ANSWERS[key]
    return frozenset(name for name in needed if not get_close_matches(name, check.first_names, n=1, cutoff=0.8))


def _check_below_answers(reading: Reading, language: Language) -> None:
    file = reading.texts[language]
    for key in _BELOW_ANSWERS:
        if key not in file.texts:
            file.part.child(key).fault("is missing; answers end with it")
    if _APOLOGY not in file.texts:
        file.part.child(_APOLOGY).fault("is missing; it stands for what cannot be said any more")


def _check_same_names(reading: Reading, language: Language) -> None:
    """A text takes the same variables in every language; Japanese is what the others are compared with.

    One with a fault of its own is not compared: what it should take is not known.
    """
    ours, theirs = reading.texts[language], reading.texts[Language.JA]
    faulty = {fault.key for fault in reading.faults if fault.file in {ours.part.file, theirs.part.file}}
    for key in sorted((set(ours.texts) & set(theirs.texts)) - faulty):
        names, expected = _names_in(ours.texts[key]), _names_in(theirs.texts[key])
        for name in sorted(expected - names):
            ours.parts[key].fault(f"does not use {name!r}, which {Language.JA} does; use the same variables")
        for name in sorted(names - expected):
            ours.parts[key].fault(f"uses {name!r}, which {Language.JA} does not; use the same variables")


def _names_in(source: str) -> frozenset[str]:
    try:
        return frozenset(use.name for use in uses_in(Sandbox().parse(source)))
    except TemplateError:
        return frozenset()
