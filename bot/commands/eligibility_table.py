"""`madoguchi eligibility table`: the whole decision table of a scheme, as text or as a drawing.

A clerk checks the rules by looking at it; the words are the rule file's own.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from unicodedata import east_asian_width

from bot.commands.schemes import scheme_named
from bot.eligibility.changes import days_to_try
from bot.eligibility.decision_table import (
    BenefitTable,
    Cell,
    Choice,
    Column,
    DecisionTable,
    decision_table,
)
from bot.eligibility.rules import Counts, Scheme
from bot.errors import BotError
from bot.settings import read_settings

_ANY, _NOBODY = "*", "-"
_COLOURS: Mapping[Counts, str] = {
    Counts.NOW: "#bfe5c7",
    Counts.LATER: "#fff0b3",
    Counts.NO: "#e6e6e6",
    Counts.UNKNOWN: "#f7c6b8",
}
_LINE, _UNIT, _PAD = 24, 7, 8


@dataclass(frozen=True, slots=True)
class _Box:
    """A cell of the drawn grid."""

    text: str
    colour: str = "#ffffff"


_Grid = tuple[tuple[_Box, ...], ...]


def run(options: argparse.Namespace) -> int:
    """Print the table, or draw it into a file."""
    scheme = scheme_named(read_settings(), options.scheme)
    days = days_to_try(scheme)
    first, last = options.first or days[0], options.last or days[-1]
    if first > last:
        raise BotError(f"eligibility table: --from {first} is after --to {last}")
    table = decision_table(scheme, first, last)
    grids = [(benefit.says, _grid(scheme, table, benefit)) for benefit in table.benefits]
    if options.svg is None:
        print(f"{scheme.says}  {first}〜{last}\n\n" + "\n\n".join(_as_text(says, grid) for says, grid in grids))
        return 0
    _write(options.svg, _as_svg(f"{scheme.says}  {first}〜{last}", grids))
    return 0


def _write(file: Path, svg: str) -> None:
    try:
        file.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise BotError(f"--svg {file}: cannot be written ({error.strerror})") from error


def _grid(scheme: Scheme, table: DecisionTable, benefit: BenefitTable) -> _Grid:
    heads = (*(_head(column) for column in benefit.columns), *(_stretch(*period) for period in table.periods))
    rows = (
        (
            *(_Box(_chosen(column, chosen)) for column, chosen in zip(benefit.columns, row.chosen, strict=True)),
            *(_standing(scheme, cell) for cell in row.cells),
        )
        for row in benefit.rows
    )
    return (tuple(map(_Box, heads)), *rows)


def _head(column: Column) -> str:
    if column.option is None:
        return column.fact.says
    return f"{column.fact.says}: {column.fact.options[column.option]}"


def _stretch(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first}〜{last}"


def _chosen(column: Column, chosen: frozenset[Choice]) -> str:
    existing = [choice for choice in column.choices if choice.exists]
    if chosen.issuperset(existing):
        return _ANY
    return " / ".join(_choice(column, choice) for choice in column.choices if choice in chosen)


def _choice(column: Column, choice: Choice) -> str:
    if not choice.exists:
        return _NOBODY
    if choice.option is not None:
        return column.fact.options.get(choice.option, choice.option)
    if choice.first == choice.last:
        return f"{choice.first}"
    return f"{_end(choice.first)}〜{_end(choice.last)}"


def _end(end: date | int | None) -> str:
    return "" if end is None else f"{end}"


def _standing(scheme: Scheme, cell: Cell | None) -> _Box:
    if cell is None:
        return _Box(_NOBODY)
    status = scheme.statuses[cell.status]
    amount = "" if not cell.most_yen else f" {_yen(cell)}"
    return _Box(f"{status.says}{amount}", _COLOURS[status.counts])


def _yen(cell: Cell) -> str:
    return f"{cell.most_yen:,}" if cell.least_yen == cell.most_yen else f"{cell.least_yen:,}〜{cell.most_yen:,}"


def _as_text(says: str, grid: _Grid) -> str:
    widths = _widths(grid)
    lines = [
        " | ".join(_padded(box.text, width) for box, width in zip(row, widths, strict=True)).rstrip() for row in grid
    ]
    rule = "-+-".join("-" * width for width in widths)
    return "\n".join([says, lines[0], rule, *lines[1:]])


def _widths(grid: _Grid) -> list[int]:
    return [max(_width(row[place].text) for row in grid) for place in range(len(grid[0]))]


def _width(text: str) -> int:
    """Columns on a terminal: Japanese signs take two."""
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _as_svg(title: str, grids: Sequence[tuple[str, _Grid]]) -> str:
    parts: list[str] = [_text(_PAD, _LINE - _PAD, title, bold=True)]
    top, right = 2 * _LINE, 0
    for says, grid in grids:
        parts.append(_text(_PAD, top - _PAD, says, bold=True))
        edges = _edges(grid)
        parts += _rows(grid, edges, top)
        top, right = top + (len(grid) + 2) * _LINE, max(right, edges[-1])
    size = f'width="{right + _PAD}" height="{top - _LINE}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">'
    return "\n".join([head, f"<title>{escape(title)}</title>", *parts, "</svg>", ""])


def _edges(grid: _Grid) -> list[int]:
    edges = [_PAD]
    for width in _widths(grid):
        edges.append(edges[-1] + width * _UNIT + 2 * _PAD)
    return edges


def _rows(grid: _Grid, edges: Sequence[int], top: int) -> Iterator[str]:
    for number, row in enumerate(grid):
        y = top + number * _LINE
        for box, left, right in zip(row, edges, edges[1:], strict=False):
            yield (
                f'<rect x="{left}" y="{y}" width="{right - left}" height="{_LINE}" fill="{box.colour}" stroke="#888"/>'
            )
            yield _text(left + _PAD, y + _LINE - _PAD, box.text, bold=number == 0)


def _text(x: int, y: int, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}"{weight}>{escape(text)}</text>'
