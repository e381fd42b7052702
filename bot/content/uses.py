"""What a template calls by name: each variable with its attributes, also in branches that a day does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

Chain = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A variable in a template: `contacts.hotline.number` as a tuple, the filter it goes through, its line."""

    chain: Chain
    line: int
    filter_name: str | None = None

    @property
    def name(self) -> str:
        return ".".join(str(part) for part in self.chain)


def uses_in(tree: nodes.Template) -> Iterator[Use]:
    """Every variable that the template takes from outside, once for each place."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} | {"loop"}
    return (use for use in _uses(tree, None) if use.chain[0] not in own)


def filters_in(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Every filter's name, with its line."""
    return ((node.name, node.lineno) for node in tree.find_all(nodes.Filter))


def typed_in(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """The text that stands between the tags, with the line it begins on."""
    return ((node.data, node.lineno) for node in tree.find_all(nodes.TemplateData))


def _uses(node: nodes.Node, filter_name: str | None) -> Iterator[Use]:
    chain = _chain_of(node)
    if chain:
        yield Use(chain, node.lineno, filter_name)
        return
    for child in node.iter_child_nodes():
        is_filtered = isinstance(node, nodes.Filter) and child is node.node
        yield from _uses(child, node.name if is_filtered and isinstance(node, nodes.Filter) else None)


def _chain_of(node: nodes.Node) -> Chain:
    """The names of `a.b["c"][0]`; empty for anything else."""
    if isinstance(node, nodes.Name):
        return (node.name,) if node.ctx == "load" else ()
    if isinstance(node, nodes.Getattr):
        above = _chain_of(node.node)
        return (*above, node.attr) if above else ()
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        above = _chain_of(node.node)
        return (*above, node.arg.value) if above else ()
    return ()
