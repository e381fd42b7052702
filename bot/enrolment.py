"""How a counter PC becomes known: the short-lived code it is enrolled with, and what is kept of codes and tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from itertools import count

LONGEST_NAME = 60
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_CODE_SIGNS = 12


def new_code() -> str:
    """A code to be read out and typed: twelve signs that are not mistaken for one another, and no word comes out."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_CODE_SIGNS))
    return "-".join(signs[at : at + 4] for at in range(0, _CODE_SIGNS, 4))


def bare_code(typed: str) -> str:
    """A code as it is kept, however it was typed.

    >>> bare_code(" 2bcd 3fgh-4jkm ")
    '2BCD3FGH4JKM'
    """
    return "".join(sign for sign in typed.upper() if sign in _SIGNS)


def digest(secret: str) -> str:
    """What is kept of a code or a token: neither can be guessed, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, or one like it that no other counter has: clerks tell counters apart by their names.

    >>> free_name("counter", {"counter", "counter 2"})
    'counter 3'
    """
    numbered = (f"{wanted[: LONGEST_NAME - 1 - len(str(number))]} {number}" for number in count(2))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)
