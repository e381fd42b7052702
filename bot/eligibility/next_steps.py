"""What to do next, over all benefits: each step once, in an order that fits each benefit's own, and for which it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.eligibility.evaluate import Verdict
from bot.eligibility.rules import Scheme


@dataclass(frozen=True, slots=True)
class Step:
    """A step, named by its text. `places` are the benefits it is for, from 1; empty: all of them."""

    text: str
    places: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The step without the room its text stands in."""
        return self.text.rpartition(".")[2]


def next_steps(scheme: Scheme, verdicts: Sequence[Verdict]) -> tuple[Step, ...]:
    """The steps to what can be had; where nothing can, what is left to do all the same."""
    to_have = {place for place, one in enumerate(verdicts, 1) if one.next_steps and can_be_had(scheme, one)}
    led_on = to_have or {place for place, one in enumerate(verdicts, 1) if one.next_steps}
    found = []
    for text in _in_order([verdicts[place - 1].next_steps for place in sorted(led_on)]):
        places = {place for place in led_on if text in verdicts[place - 1].next_steps}
        found.append(Step(text, () if places == led_on else tuple(sorted(places))))
    return tuple(found)


def can_be_had(scheme: Scheme, one: Verdict) -> bool:
    """Whether a benefit brings something, now or later."""
    return bool(one.status and one.amount_yen and scheme.statuses[one.status].counts.can_be_had)


def _in_order(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each step once, never before one that a list puts ahead of it; where lists disagree, as the first has it.

    >>> list(_in_order([("prepare", "apply"), ("register", "prepare", "apply")]))
    ['register', 'prepare', 'apply']
    """
    waiting = [list(steps) for steps in lists if steps]
    while waiting:
        heads = [steps[0] for steps in waiting]
        step = next((head for head in heads if not any(head in steps[1:] for steps in waiting)), heads[0])
        yield step
        waiting = [rest for steps in waiting if (rest := [one for one in steps if one != step])]
