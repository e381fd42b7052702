"""The short phrases of a rule file: `card is has or applied`, `today is after points_deadline` -> a test.

Three forms: a choice `is` one of its options; a list of options `includes` one; a day or a number, or today, stands so
to a value, to today, or to a plain number.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from bot.eligibility.facts import Fact, Kind
from bot.eligibility.rules import TODAY, Compares, Comparison, Includes, IsOneOf, Order
from bot.eligibility.values import Unit, Value

DAY_ORDERS = {
    "is before": Order.UNDER,
    "is by": Order.UP_TO,
    "is from": Order.FROM,
    "is after": Order.OVER,
}
NUMBER_ORDERS = {
    "is below": Order.UNDER,
    "is at most": Order.UP_TO,
    "is at least": Order.FROM,
    "is above": Order.OVER,
}


class Unreadable(ValueError):
    """A phrase that is none of the three forms, or names something unknown. The message says what to write."""


def read_phrase(text: str, facts: Mapping[str, Fact], values: Mapping[str, Value]) -> Comparison:
    """The test a phrase stands for. Raises Unreadable."""
    subject, _, rest = text.partition(" ")
    if subject == TODAY:
        return _read_order(subject, rest, DAY_ORDERS, Unit.DAY, values)
    if subject not in facts:
        raise Unreadable(f"there is no fact {subject!r}{_near(subject, [*facts, TODAY])}")
    fact = facts[subject]
    match fact.kind:
        case Kind.CHOICE:
            return _read_choice(fact, rest)
        case Kind.SEVERAL:
            return _read_several(fact, rest)
        case Kind.DAY:
            return _read_order(subject, rest, DAY_ORDERS, Unit.DAY, values)
        case Kind.NUMBER:
            return _read_order(subject, rest, NUMBER_ORDERS, None, values)


def _read_choice(fact: Fact, rest: str) -> IsOneOf:
    verb, _, listed = rest.partition(" ")
    options = listed.split(" or ")
    if verb != "is" or not listed:
        raise Unreadable(f"write `{fact.id} is {next(iter(fact.options))}`")
    for option in options:
        _check_option(fact, option)
    return IsOneOf(fact.id, frozenset(options))


def _read_several(fact: Fact, rest: str) -> Includes:
    verb, _, option = rest.partition(" ")
    if verb != "includes":
        raise Unreadable(f"write `{fact.id} includes {next(iter(fact.options))}`")
    _check_option(fact, option)
    return Includes(fact.id, option)


def _check_option(fact: Fact, option: str) -> None:
    if option not in fact.options:
        raise Unreadable(f"{option!r} is no option of {fact.id}{_near(option, list(fact.options))}")


def _read_order(
    subject: str, rest: str, orders: Mapping[str, Order], unit: Unit | None, values: Mapping[str, Value]
) -> Compares:
    words = next((words for words in orders if rest.startswith(f"{words} ")), None)
    if words is None:
        raise Unreadable(f"write `{subject} {' / '.join(orders)} …`")
    limit = rest.removeprefix(words).strip()
    return Compares(subject, orders[words], _read_limit(limit, unit, values))


def _read_limit(limit: str, unit: Unit | None, values: Mapping[str, Value]) -> str | int:
    if unit is None and limit.isascii() and limit.isdecimal():
        return int(limit)
    if unit is Unit.DAY and limit == TODAY:
        return limit
    if limit not in values:
        raise Unreadable(f"there is no value {limit!r}{_near(limit, list(values))}")
    if (values[limit].unit is Unit.DAY) != (unit is Unit.DAY):
        raise Unreadable(f"{limit} is no {'day' if unit else 'number'}")
    return limit


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; it may be {', '.join(known)}"
