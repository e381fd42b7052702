"""Comparisons and their groups made ready to be asked: facts in, a truth out.

Truth is three-valued: True, False, or None where a fact is unknown. A group knows as soon as its parts settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from bot.eligibility.facts import Facts, Span
from bot.eligibility.rules import Order

Truth = bool | None
Check = Callable[[Facts], Truth]
Point = TypeVar("Point", date, int)


def always(_: Facts) -> Truth:
    """Holds whatever is known."""
    return True


def never(_: Facts) -> Truth:
    """Holds for nobody."""
    return False


def unknown(_: Facts) -> Truth:
    """Nobody can say: the day lacks a value."""
    return None


CONSTANT: Mapping[Truth, Check] = {True: always, False: never, None: unknown}


def all_of(checks: list[Check]) -> Check:
    """False as soon as one part is; True once every part is."""
    if never in checks:
        return never
    asked = tuple(check for check in checks if check is not always)
    if len(asked) < 2:
        return asked[0] if asked else always

    def check(facts: Facts) -> Truth:
        known: Truth = True
        for one in asked:
            truth = one(facts)
            if truth is False:
                return False
            if truth is None:
                known = None
        return known

    return check


def any_of(checks: list[Check]) -> Check:
    """True as soon as one part is; False once every part is."""
    if always in checks:
        return always
    asked = tuple(check for check in checks if check is not never)
    if len(asked) < 2:
        return asked[0] if asked else never

    def check(facts: Facts) -> Truth:
        known: Truth = False
        for one in asked:
            truth = one(facts)
            if truth:
                return True
            if truth is None:
                known = None
        return known

    return check


def negated(one: Check) -> Check:
    """The contrary; what is unknown stays unknown."""

    def check(facts: Facts) -> Truth:
        truth = one(facts)
        return None if truth is None else not truth

    if one in (always, never, unknown):
        return CONSTANT[check({})]
    return check


def is_one_of(fact: str, options: frozenset[str]) -> Check:
    """Whether a choice is one of these."""

    def check(facts: Facts) -> Truth:
        known = facts.get(fact)
        return None if known is None else known in options

    return check


def includes(fact: str, option: str) -> Check:
    """Whether this option was chosen."""

    def check(facts: Facts) -> Truth:
        known = facts.get(fact)
        return option in known if isinstance(known, frozenset) else None

    return check


def day_check(fact: str, order: Order, limit: date, unknown: Span) -> Check:
    """True if every day it can be stands so to the limit, False if none does."""
    is_below = order in {Order.UNDER, Order.UP_TO}

    def check(facts: Facts) -> Truth:
        known = facts.get(fact, unknown)
        if not isinstance(known, Span):
            return None
        earliest, latest = known.earliest, known.latest or unknown.latest
        hardest, easiest = (latest, earliest) if is_below else (earliest, latest)
        if hardest is not None and in_order(hardest, order, limit):
            return True
        return False if easiest is not None and not in_order(easiest, order, limit) else None

    return check


def number_check(fact: str, order: Order, limit: int) -> Check:
    """Whether a number stands so to the limit."""

    def check(facts: Facts) -> Truth:
        known = facts.get(fact)
        return in_order(known, order, limit) if isinstance(known, int) else None

    return check


def in_order(point: Point, order: Order, limit: Point) -> bool:
    """Whether two days or two numbers stand so to each other."""
    if order is Order.UP_TO:
        return point <= limit
    if order is Order.OVER:
        return point > limit
    return point >= limit if order is Order.FROM else point < limit
