"""The city's truth table written out by hand, cell by cell, without the engine: the tests' oracle and the bench's floor.

Every fact is known, and nothing contradicts anything else; what the data of the scheme says stands here as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

GROUP1_OPENS, GROUP23_OPENS = date(2022, 1, 1), date(2022, 6, 30)
CARD_DEADLINE, POINTS_DEADLINE = date(2022, 9, 30), date(2023, 2, 28)
GROUP1_YEN, GROUP23_YEN = 5000, 7500
NOW = frozenset({"open", "continues"})
LATER = frozenset({"not_yet_open", "apply_for_card", "awaiting_card", "register_first"})


@dataclass(frozen=True, slots=True)
class Person:
    """Every fact of a resident."""

    card: str
    card_applied_on: date | None
    round1: str
    insurance: str
    account: str
    granted_yen: int = 0
    applied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be had now, and at most from now on."""

    now_yen: int
    now_up_to: bool
    expected_total_yen: int
    expected_up_to: bool


def is_out_for_the_card(person: Person, day: date) -> bool:
    """Whether the card was, or would be, applied for too late."""
    if person.card == "none":
        return day > CARD_DEADLINE
    return person.card_applied_on is not None and person.card_applied_on > CARD_DEADLINE


def group1(person: Person, day: date) -> str:
    """Table 2.1."""
    if "group1" in person.applied:
        return "applied"
    if person.round1 == "full" or (person.round1 == "partial" and person.granted_yen >= GROUP1_YEN):
        return "ineligible"
    if person.round1 == "partial":
        return "continues" if day <= POINTS_DEADLINE else "ask_office"
    if is_out_for_the_card(person, day):
        return "ineligible"
    if day > POINTS_DEADLINE:
        return "expired"
    if person.card == "none":
        return "apply_for_card"
    if person.card == "applied":
        return "awaiting_card"
    return "open" if day >= GROUP1_OPENS else "not_yet_open"


def group23(person: Person, day: date, group: str, registration: str) -> str:
    """Table 2.2, the same for both."""
    if group in person.applied:
        return "applied"
    if is_out_for_the_card(person, day):
        return "ineligible"
    if registration == "wont":
        return "declined"
    if day > POINTS_DEADLINE:
        return "expired"
    if person.card == "none":
        return "apply_for_card"
    if day < GROUP23_OPENS:
        return "not_yet_open"
    if person.card == "applied":
        return "awaiting_card"
    return "open" if registration == "done" else "register_first"


def statuses(person: Person, day: date) -> Mapping[str, str]:
    """How each benefit stands."""
    return {
        "group1": group1(person, day),
        "group2": group23(person, day, "group2", person.insurance),
        "group3": group23(person, day, "group3", person.account),
    }


def yen_of(group: str, person: Person) -> int:
    """What a benefit brings where it brings something."""
    if group != "group1":
        return GROUP23_YEN
    return GROUP1_YEN - person.granted_yen if person.round1 == "partial" else GROUP1_YEN


def sums(person: Person, day: date) -> Sums:
    """Table 2.3 and section 5."""
    stand = statuses(person, day)
    now = {group: yen_of(group, person) for group, status in stand.items() if status in NOW}
    later = {group: yen_of(group, person) for group, status in stand.items() if status in NOW | LATER}
    return Sums(sum(now.values()), "group1" in now, sum(later.values()), "group1" in later)
