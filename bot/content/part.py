"""One value of a YAML file with its place: file, line, dotted key. Owns YAML; knows nothing of what a pack means.

Reading never stops at a fault: it is noted with its place, and the caller gets an empty value to go on with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import Fault

_TAG = "tag:yaml.org,2002:"
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "timestamp": "a date",
    "null": "nothing",
    "map": "a mapping",
    "seq": "a list",
}
_DEEPEST = 12
_WHOLE = "(file)"
"""Stands for a key where the fault is the whole file's."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint to append to a problem: the nearest known name, or all of them when they are few."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; it may be {', '.join(names)}" if 0 < len(names) <= 12 else ""


class Part:
    """A value of a YAML file. An absent part (its fault is noted already) reads as empty, silently."""

    __slots__ = ("_around", "_faults", "file", "key", "node")

    def __init__(self, faults: list[Fault], file: str, key: str, node: Node | None, around: int = 0) -> None:
        self._faults = faults
        self._around = around
        self.node = node
        self.file = file
        self.key = key

    @property
    def is_absent(self) -> bool:
        return self.node is None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    @property
    def is_null(self) -> bool:
        return self.node is not None and self._kind() == "null"

    @property
    def line(self) -> int:
        """Where the value begins, counted from 1; of an absent one, where the mapping begins that should hold it."""
        return self.node.start_mark.line + 1 if self.node else self._around

    def line_within(self, line_of_text: int) -> int:
        """The file's line of the n-th line of a text (a block's text begins below its `|`)."""
        is_block = isinstance(self.node, ScalarNode) and self.node.style in {"|", ">"}
        return self.line + line_of_text - (0 if is_block else 1)

    def fault(self, problem: str, line: int | None = None) -> None:
        """Note that something is wrong here."""
        self._faults.append(Fault(self.file, line or self.line, self.key or _WHOLE, problem))

    def fields(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Fields:
        """The mapping's parts by name; what is missing, unknown or there twice is a fault."""
        allowed = (*required, *optional)
        found: dict[str, Part] = {}
        for name, part in self.named():
            if name in allowed:
                found[name] = part
            else:
                part.fault(f"unknown key{did_you_mean(name, set(allowed))}")
        if isinstance(self.node, MappingNode):
            for name in required:
                if name not in found:
                    self.child(name).fault("is missing; add it")
        return Fields(found, self)

    def named(self) -> Iterator[tuple[str, Part]]:
        """The mapping's parts in order, whatever their names; a name that is no text or is there twice is a fault."""
        if not isinstance(self.node, MappingNode):
            self._expected("map")
            return
        seen: set[str] = set()
        for name_node, node in self.node.value:
            name = str(name_node.value)
            part = self.child(name, node)
            if name_node.tag != f"{_TAG}str":
                part.fault(f'a key must be text; write "{name}" in quotes')
            elif name in seen:
                part.fault("is there twice; keep one")
            else:
                seen.add(name)
                yield name, part

    def items(self) -> tuple[Part, ...]:
        """The list's parts, in order."""
        if not isinstance(self.node, SequenceNode):
            self._expected("seq")
            return ()
        return tuple(self.child(str(place), node) for place, node in enumerate(self.node.value, start=1))

    def texts(self) -> tuple[str, ...]:
        """The list's texts, in order."""
        node = self.node
        if isinstance(node, SequenceNode) and all(n.tag == f"{_TAG}str" and n.value.strip() for n in node.value):
            return tuple(n.value.strip() for n in node.value)
        return tuple(text for part in self.items() if (text := part.text()))

    def text(self) -> str:
        """The text without blanks around it; an empty one is a fault."""
        node = self.node
        if not isinstance(node, ScalarNode) or node.tag != f"{_TAG}str":
            self._expected("str")
            return ""
        text = node.value.strip()
        if not text:
            self.fault("is empty; write the text")
        return str(text)

    def number(self, least: int = 0) -> int:
        """The whole number, `least` or larger; 0 where it is none."""
        node = self.node
        if not isinstance(node, ScalarNode) or self._kind() != "int":
            self._expected("int")
        elif node.value.isdecimal():
            if int(node.value) < least:
                self.fault(f"must be {least} or larger")
            return int(node.value)
        else:
            self.fault(f"{node.value} is no plain whole number; write digits only, a time of day in quotes")
        return 0

    def day(self) -> date | None:
        """The date; None when it is absent, impossible or something else."""
        node = self.node
        if not isinstance(node, ScalarNode) or self._kind() != "timestamp":
            self._expected("timestamp")
            return None
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            self.fault(f"{node.value} is not a day of the calendar; write a date like 2022-07-01")
            return None

    def plain(self, deepest: int = _DEEPEST) -> object:
        """The value as nested dict, list, str, int and date."""
        if deepest == 0:
            self.fault("is nested too deeply")
            return None
        if isinstance(self.node, MappingNode):
            return {name: part.plain(deepest - 1) for name, part in self.named()}
        if isinstance(self.node, SequenceNode):
            return [part.plain(deepest - 1) for part in self.items()]
        if self._kind() in {"int", "timestamp"}:
            return self.number() if self._kind() == "int" else self.day()
        return self.text()

    def at(self, *names: str) -> Part:
        """The part below, by name, for placing a fault; this part itself where there is none."""
        part = self
        for name in names:
            pairs = part.node.value if isinstance(part.node, MappingNode) else ()
            node = next((node for name_node, node in pairs if name_node.value == name), None)
            if node is None:
                return part
            part = part.child(name, node)
        return part

    def named_after(self, field: str) -> Part:
        """The same part, with its text under `field` as its key (an entry is known by its id, not by its place)."""
        name = self.at(field).node
        known = name is not self.node and isinstance(name, ScalarNode) and name.value.strip()
        return Part(self._faults, self.file, known or self.key, self.node)

    def child(self, name: str, node: Node | None = None) -> Part:
        """A part below; without a node, one that is not there."""
        return Part(self._faults, self.file, f"{self.key}.{name}" if self.key else name, node, self.line)

    def _kind(self) -> str:
        return self.node.tag.removeprefix(_TAG) if self.node else ""

    def _expected(self, kind: str) -> None:
        if self.node is None:
            return
        found = self._kind()
        hint = "; put it in quotes" if kind == "str" and found in {"int", "float", "bool", "timestamp"} else ""
        self.fault(f"must be {_KINDS[kind]}, but is {_KINDS.get(found, found)}{hint}")


class Fields:
    """The parts of a mapping by name; one that is not there is an absent part."""

    __slots__ = ("_parts", "_whole")

    def __init__(self, parts: Mapping[str, Part], whole: Part) -> None:
        self._parts = parts
        self._whole = whole

    def __getitem__(self, name: str) -> Part:
        return self._parts.get(name) or self._whole.child(name)

    def __contains__(self, name: str) -> bool:
        return name in self._parts


def read_yaml(folder: Path, name: str, faults: list[Fault]) -> Part:
    """The top of a YAML file; absent, with its fault noted, when the file cannot be read as YAML."""
    try:
        text = (folder / name).read_bytes().decode("utf-8-sig")
        node = yaml.compose(text, yaml.CSafeLoader)
    except OSError as error:
        faults.append(Fault(name, 0, _WHOLE, f"the file cannot be read ({error.strerror}); create it"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(name, line, _WHOLE, "is not UTF-8; save the file as UTF-8"))
    except yaml.YAMLError as error:
        faults.append(Fault(name, _line_of(error), _WHOLE, f"is not YAML: {_reason_of(error)}"))
    else:
        if node is not None:
            return Part(faults, name, "", node)
        faults.append(Fault(name, 1, _WHOLE, "the file is empty; see docs/content.md for what it holds"))
    return Part(faults, name, "", None)


def _line_of(error: yaml.YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 1 if mark else 0


def _reason_of(error: yaml.YAMLError) -> str:
    reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return reason or " ".join(str(error).split())
