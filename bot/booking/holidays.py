"""Japan's national holidays, from a library that follows the law: nobody types them in.

Owns jpholiday.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import jpholiday


@lru_cache(maxsize=4096)
def holiday_name(day: date) -> str | None:
    """The holiday's name in Japanese; None on other days.

    >>> holiday_name(date(2022, 7, 18)), holiday_name(date(2022, 7, 19))
    ('海の日', None)
    """
    name = jpholiday.is_holiday_name(day)
    return str(name) if name else None
