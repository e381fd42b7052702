"""Changes to a pack's files that leave every other byte as it was: comments, quotes, order, blank lines.

The place is found by reading the YAML; the text is put in there, and read again to see that nothing else changed.
"""

from __future__ import annotations

import math

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

_BY_HAND = "its ways of asking are written in a form that cannot be added to; add this one by hand"


def with_ask(source: str, entry_id: str, language: str, ask: str) -> str:
    """The text of a `faq/<topic>.yaml` with one more way of asking, the last of its list.

    Raises KeyError for an entry that is not there, ValueError for a list that is written in an unusual form.
    """
    asks = _asks_of(source, entry_id)
    place = next((node for name, node in asks.value if name.value == language), None)
    if isinstance(place, SequenceNode):
        changed = _in_flow(source, place, ask) if place.flow_style else _in_block(source, place, ask)
    elif place is None and not asks.flow_style:
        changed = _as_new_list(source, asks, language, ask)
    else:
        raise ValueError(_BY_HAND)
    _require_only_change(source, changed, entry_id, language, ask)
    return changed


def _asks_of(source: str, entry_id: str) -> MappingNode:
    for entry in _child(yaml.compose(source, yaml.CSafeLoader), "entries").value:
        if _child(entry, "id").value.strip() == entry_id:
            asks = _child(entry, "asks")
            if isinstance(asks, MappingNode):
                return asks
            raise ValueError(_BY_HAND)
    raise KeyError(entry_id)


def _child(node: Node | None, name: str) -> Node:
    pairs: list[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else []
    return next(value for key, value in pairs if key.value == name)


def _in_block(source: str, asks: SequenceNode, ask: str) -> str:
    first, last = asks.value[0], asks.value[-1]
    line = source.rfind("\n", 0, first.start_mark.index) + 1
    indent = source[line : source.index("-", line)]
    return _inserted(source, _after_line(source, last.end_mark.index), f"{indent}- {_scalar(ask)}")


def _in_flow(source: str, asks: SequenceNode, ask: str) -> str:
    closing = asks.end_mark.index - 1
    before = source[:closing].rstrip()
    comma = "" if before.endswith(("[", ",")) else ","
    space = "" if before.endswith("[") else " "
    return before + comma + space + _scalar(ask) + source[len(before) :]


def _as_new_list(source: str, asks: MappingNode, language: str, ask: str) -> str:
    last: Node = asks.value[-1][1]
    end = last.end_mark if not isinstance(last, SequenceNode) or last.flow_style else last.value[-1].end_mark
    indent = " " * asks.start_mark.column
    return _inserted(source, _after_line(source, end.index), f"{indent}{language}:\n{indent}  - {_scalar(ask)}")


def _after_line(source: str, index: int) -> int:
    """Where the line ends that holds the last character before `index`."""
    end = source.find("\n", max(index - 1, 0))
    return len(source) if end < 0 else end


def _inserted(source: str, at: int, lines: str) -> str:
    ending = "\r\n" if source[:at].endswith("\r") else "\n"
    if ending == "\r\n":
        at -= 1
    return source[:at] + ending + lines.replace("\n", ending) + source[at:]


def _scalar(text: str) -> str:
    """The text as YAML in one line, quoted where it must be, also within brackets."""
    written = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=math.inf)
    return str(written).strip()[1:-1]


def _require_only_change(source: str, changed: str, entry_id: str, language: str, ask: str) -> None:
    wanted = yaml.load(source, yaml.CSafeLoader)
    for entry in wanted["entries"]:
        if entry["id"].strip() == entry_id:
            entry["asks"][language] = [*entry["asks"].get(language, ()), ask]
    try:
        came_out_right = yaml.load(changed, yaml.CSafeLoader) == wanted
    except yaml.YAMLError:
        came_out_right = False
    if not came_out_right:
        raise ValueError(_BY_HAND)
