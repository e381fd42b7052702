"""Ticket numbers: short, sayable on the telephone, with a check character that tells a slip from a ticket.

A number has eight signs of nineteen, in two groups. No sign looks like another or like one that is not used, and there
is no vowel, so no word can come out. Each group begins with a letter, so no ticket looks like a PIN, a year or a
telephone number, not even to the guard of the chat. The eighth sign makes the sum of place × value divisible by 19, a
prime: a single wrong sign and any two signs in each other's place are always noticed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod
from types import MappingProxyType
from typing import NewType

Ticket = NewType("Ticket", str)
"""A ticket as it is shown and kept, with its hyphen."""

LETTERS = "FHJKMPRTWXY"
SIGNS = "23456789" + LETTERS
LENGTH = 8
_GROUP = 4
_PRIME = len(SIGNS)
_DRAWN = tuple(SIGNS if place % _GROUP else LETTERS for place in range(LENGTH - 1))
"""The signs each place is drawn from; the last place is the check."""

SPACE = prod(len(signs) for signs in _DRAWN)
"""How many tickets there are; `make` takes a random number below it."""

_LOOKS_LIKE = str.maketrans("BSZG", "8526")
"""Signs that are never used, read as the ones they are mistaken for."""

_HYPHENS = frozenset("-‐‑‒–—―−ーｰ~〜・･._/ ,、。")
_CANDIDATE = re.compile(r"[A-Z0-9](?:[-‐‑‒–—―−ーｰ・ ]?[A-Z0-9]){7}(?![A-Z0-9])")
_MEANT = re.compile(
    r"(?:【?(?:受付)?番号】?(?:は|:)? ?|(?:THE )?(?:TICKET |BOOKING )?(?:NUMBER )?(?:IS |:)? ?)?"
    r"([A-Z0-9]{4}[-‐‑‒–—―−ーｰ・ ][A-Z0-9]{3,5}|[A-Z](?:[- ]?[A-Z0-9]){7})(?: ?です)?[。.]?"
)
_DRAWN_ALIKE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{4}[-ー ]?[A-Za-z0-9]{4}|(?:[A-Za-z0-9] ){7}[A-Za-z0-9])(?![A-Za-z0-9])"
)
_NO_ARGS: Mapping[str, str | int] = MappingProxyType({})


class Slip(StrEnum):
    """What is wrong with a number that is no ticket."""

    EMPTY = "empty"
    SIGN = "sign"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Misread:
    """Not a ticket, and why; a text's key with its arguments. It does not tell whether a ticket is given out."""

    slip: Slip
    args: Mapping[str, str | int] = field(default_factory=lambda: _NO_ARGS)

    @property
    def key(self) -> str:
        return f"booking.misread.{self.slip}"


def make(random_int: int) -> Ticket:
    """The ticket of a random number, 0 ≤ n < `SPACE`; different numbers make different tickets.

    >>> make(0), make(SPACE - 1)
    ('F222-F22P', 'YYYY-YYYP')
    """
    if not 0 <= random_int < SPACE:
        raise ValueError(f"{random_int} is not below {SPACE}")
    drawn = ""
    for signs in _DRAWN:
        random_int, place = divmod(random_int, len(signs))
        drawn += signs[place]
    return _grouped(drawn + SIGNS[-_sum(drawn) * pow(LENGTH, -1, _PRIME) % _PRIME])


def parse(text: str) -> Ticket | Misread:
    """The ticket that was typed or read out: width, case, spaces and hyphens do not matter.

    >>> parse("Ｆ２２２ー f22p"), parse("yyyy yyyp"), parse("F222-F223").key
    ('F222-F22P', 'YYYY-YYYP', 'booking.misread.check')
    """
    signs = _folded(text)
    if not signs:
        return Misread(Slip.EMPTY)
    if len(signs) > 2 * LENGTH:
        return Misread(Slip.TOO_LONG, {"number": len(signs), "most": LENGTH})
    unknown = next((sign for sign in signs if sign not in SIGNS), None)
    if unknown:
        return Misread(Slip.SIGN, {"sign": unknown})
    if len(signs) != LENGTH:
        slip = Slip.TOO_SHORT if len(signs) < LENGTH else Slip.TOO_LONG
        return Misread(slip, {"number": len(signs), "most": LENGTH})
    return _grouped(signs) if _is_ticket(signs) else Misread(Slip.CHECK)


def find(text: str) -> Ticket | None:
    """The first ticket inside a sentence.

    >>> find("受付番号はＦ２２２−Ｆ２２Ｐです")
    'F222-F22P'
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    starts = (at for at in range(len(plain)) if at == 0 or not (plain[at - 1].isascii() and plain[at - 1].isalnum()))
    runs = (run for at in starts if (run := _CANDIDATE.match(plain, at)))
    return next((ticket for run in runs if isinstance(ticket := parse(run.group()), str)), None)


def slip_in(text: str) -> Misread | None:
    """What is wrong with a text that is meant as a ticket: nearly nothing but two groups of four signs.

    >>> slip_in("F222-F223 です").key, slip_in("カードの有効期限"), slip_in("F222-F22P")
    ('booking.misread.check', None, None)
    """
    found = _MEANT.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    read = parse(found[1]) if found and _has_both(found[1]) else None
    return read if isinstance(read, Misread) else None


def without(text: str) -> str:
    """The text without what is drawn like a ticket: its signs tell nothing of the language somebody writes.

    >>> without("F222-F22P"), without("ticket m2x8 p326 please"), without("YYYY-YYYP"), without("next week")
    (' ', 'ticket   please', ' ', 'next week')
    """
    return _DRAWN_ALIKE.sub(_left_out, unicodedata.normalize("NFKC", text))


def _left_out(found: re.Match[str]) -> str:
    return " " if _has_both(found[0]) or not isinstance(parse(found[0]), Misread) else found[0]


def _has_both(signs: str) -> bool:
    """Letters and digits, as eight signs drawn by chance nearly always have; a word or a number has not."""
    return any(sign.isdigit() for sign in signs) and any(sign.isalpha() for sign in signs)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper().translate(_LOOKS_LIKE)
    return "".join(sign for sign in plain if not (sign in _HYPHENS or sign.isspace()))


def _is_ticket(signs: str) -> bool:
    """Whether eight signs add up, and each group begins with a letter."""
    return _sum(signs) % _PRIME == 0 and all(signs[place] in LETTERS for place in range(0, LENGTH, _GROUP))


def _sum(signs: str) -> int:
    return sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, start=1))


def _grouped(signs: str) -> Ticket:
    return Ticket(f"{signs[:_GROUP]}-{signs[_GROUP:]}")
