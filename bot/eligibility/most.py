"""The most that can be had, over every combination of facts, worked out benefit by benefit and put together exactly."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from bot.eligibility.facts import Facts, Known


@dataclass(frozen=True, slots=True)
class MostTable:
    """The most that can be had now and later, by the values of some facts."""

    names: tuple[str, ...]
    rows: dict[tuple[Known | None, ...], tuple[int, int]]

    def keep(self, facts: Facts, now: int, later: int) -> None:
        """Take in what one combination of facts brings."""
        key = tuple(facts.get(name) for name in self.names)
        before = self.rows.get(key, (0, 0))
        self.rows[key] = (max(now, before[0]), max(later, before[1]))

    def joined(self, other: MostTable) -> MostTable:
        """Both together, where they agree on the facts they share."""
        names = (*self.names, *(name for name in other.names if name not in self.names))
        table = MostTable(names, {})
        for (mine, (now, later)), (theirs, (now_too, later_too)) in product(self.rows.items(), other.rows.items()):
            facts, more = dict(zip(self.names, mine, strict=True)), dict(zip(other.names, theirs, strict=True))
            if all(more[name] == facts[name] for name in more if name in facts):
                facts |= more
                table.rows[tuple(facts[name] for name in names)] = (now + now_too, later + later_too)
        return table
