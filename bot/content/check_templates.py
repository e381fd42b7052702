"""Faults of templates: names, filters and values they cannot use; what they say on the days that matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import TemplateSyntaxError, nodes

from bot.content.pack import Page
from bot.content.part import Part, did_you_mean
from bot.content.templates import UNFILLABLE, Templates
from bot.content.uses import Chain, Use, filters_in, typed_in, uses_in

_UNIT = r"\s*(?:円|えん|ポイント|相当|yen|points?)"
_LEAST_TELLING = 100
"""Smaller amounts are everyday numbers."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of the pack as somebody might type it; `name` is the variable to write instead."""

    pattern: re.Pattern[str]
    name: str


class TemplateCheck:
    """Looks into templates of one language. What is wrong is noted at the part the template was read from."""

    def __init__(self, templates: Templates, days: Sequence[date], unread: Sequence[str] = ()) -> None:
        """`unread` are the names of values (or groups of them) that have a fault of their own: what is made of them
        is not judged."""
        self._templates = templates
        self._days = days
        self._unread = unread
        self._known = dict(templates.environment.globals) | {"today": days[0]}
        self.first_names = tuple(self._known)
        self._names = tuple(dotted_names(self._known))
        self._typed = tuple(_typed_values(self._known))

    def parse(self, source: str, part: Part) -> nodes.Template | None:
        """The template's tree; None, with the fault noted, when it is not one."""
        try:
            return self._templates.environment.parse(source)
        except TemplateSyntaxError as error:
            part.fault(f"is no template: {error.message}", part.line_within(error.lineno))
            return None

    def is_sound(self, tree: nodes.Template, part: Part, arguments: frozenset[str] = frozenset()) -> bool:
        """Note unknown filters and names, values that do not fit, values typed out; whether it can be filled in."""
        faults = [*self._filter_faults(tree), *self._use_faults(tree, arguments)]
        for line, problem in [*faults, *self._typed_faults(tree)]:
            part.fault(problem, part.line_within(line))
        return not faults and not any(self._is_unread(use) for use in uses_in(tree))

    def wordings(self, source: str, tree: nodes.Template, part: Part) -> Iterator[tuple[date, str]]:
        """What it says on each day that matters. A day on which it cannot be filled in is noted, and ends it."""
        filled = self._templates.compile(source)
        for day in self._days if _changes_daily(tree) else self._days[:1]:
            try:
                yield day, filled(today=day).strip()
            except UNFILLABLE as error:
                part.fault(f"cannot be worded on {day}: {error}")
                return

    def arguments(self, tree: nodes.Template) -> frozenset[str]:
        """The names it needs beside the pack's own."""
        return frozenset(str(use.chain[0]) for use in uses_in(tree) if use.chain[0] not in self._known)

    def _filter_faults(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        known = self._templates.environment.filters
        for name, line in filters_in(tree):
            if name not in known:
                yield line, f"there is no filter {name!r}{did_you_mean(name, known)}"

    def _use_faults(self, tree: nodes.Template, arguments: frozenset[str]) -> Iterator[tuple[int, str]]:
        for use in uses_in(tree):
            if use.chain[0] in arguments:
                if len(use.chain) > 1:
                    yield use.line, f"there is no {use.name!r}{did_you_mean(use.name, self._names)}"
            elif not self._is_unread(use) and (problem := self._problem_of(use)):
                yield use.line, problem

    def _is_unread(self, use: Use) -> bool:
        return any(_is_within(use.name, name) or _is_within(name, use.name) for name in self._unread)

    def _problem_of(self, use: Use) -> str | None:
        try:
            value = _value_at(self._known, use.chain)
        except LookupError:
            return f"there is no {use.name!r}{did_you_mean(use.name, self._names)}"
        if isinstance(value, dict | Page):
            return f"{use.name!r} is a group of values{did_you_mean(use.name, self._names)}"
        return self._misfit(use, value)

    def _misfit(self, use: Use, value: object) -> str | None:
        """Why the value cannot go through its filter, on whatever branch that stands."""
        word = self._templates.environment.filters.get(use.filter_name or "")
        if word is None:
            return None
        try:
            word(self._known, value) if use.filter_name == "days_left" else word(value)
        except UNFILLABLE as error:
            return f"{use.name!r} does not fit {use.filter_name!r}: {error}"
        return None

    def _typed_faults(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        for text, line in typed_in(tree):
            plain = unicodedata.normalize("NFKC", text)
            for typed in self._typed:
                if match := typed.pattern.search(plain):
                    at = line + plain.count("\n", 0, match.start())
                    yield at, f"{match[0].strip()!r} is typed out; write {{{{ {typed.name} }}}} so that it stands once"


def dotted_names(values: Mapping[str, object], above: str = "") -> Iterator[str]:
    """The names of the leaves: contacts.hotline.number, …"""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from dotted_names(value, f"{above}{name}.")
        elif isinstance(value, Page):
            yield from (f"{above}{name}.{field}" for field in Page.__slots__ if field != "sections")
        else:
            yield f"{above}{name}"


def _is_within(name: str, group: str) -> bool:
    return name == group or name.startswith(f"{group}.")


def _changes_daily(tree: nodes.Template) -> bool:
    names = {node.name for node in tree.find_all(nodes.Name)} | {name for name, _ in filters_in(tree)}
    return bool(names & {"today", "days_left"})


def _value_at(known: Mapping[str, object], chain: Chain) -> object:
    """Raises LookupError when there is nothing of that name."""
    value: object = known
    for name in chain:
        value = _below(value, name)
    return value


def _below(value: object, name: str | int) -> object:
    if isinstance(value, Mapping):
        return value[name]
    if isinstance(value, list) and isinstance(name, int):
        return value[name]
    if isinstance(name, str) and not name.startswith("_") and hasattr(value, name):
        return getattr(value, name)
    raise LookupError(name)


def _typed_values(known: Mapping[str, object]) -> Iterator[Typed]:
    """Telephone numbers and the like, and amounts with their unit. Two variables of one amount share a warning."""
    shown: dict[str, list[str]] = {}
    for name in dotted_names(known):
        value = _value_at(known, tuple(name.split(".")))
        if pattern := _pattern_of(value):
            shown.setdefault(pattern, []).append(name)
    for pattern, names in shown.items():
        yield Typed(re.compile(pattern, re.IGNORECASE), " or ".join(names))


def _pattern_of(value: object) -> str | None:
    if isinstance(value, str) and len(re.findall(r"\d", value)) >= 6:
        return re.escape(unicodedata.normalize("NFKC", value))
    if isinstance(value, int) and not isinstance(value, bool) and value >= _LEAST_TELLING:
        return rf"(?<![\d,.])(?:{value:,}|{value}){_UNIT}"
    return None
