"""PURE: a payment service's name is a word; an ID, a code or a card number is not, and is not taken."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 40
_MOST_DIGITS = 3
_PARTS_OF_ADDRESSES = re.compile(r"[@/\\]")


def looks_like_a_number(name: str) -> bool:
    """Whether what was typed cannot be just the name of a payment service.

    >>> looks_like_a_number("あおぞらペイ"), looks_like_a_number("3Sカード")
    (False, False)
    >>> looks_like_a_number("1234-5678"), looks_like_a_number("１２３４"), looks_like_a_number("")
    (True, True, True)
    """
    folded = unicodedata.normalize("NFKC", name)
    digits = sum(char.isdigit() for char in folded)
    return not 0 < len(folded) <= _LONGEST or digits > _MOST_DIGITS or bool(_PARTS_OF_ADDRESSES.search(folded))
