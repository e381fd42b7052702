"""The days on which a scheme changes: a version or a value begins, or a day that is itself a limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.eligibility.rules import Scheme

_DAY = timedelta(days=1)


def limits_of(scheme: Scheme) -> tuple[date, ...]:
    """Every day named by the scheme, in order: effective days and limits."""
    return tuple(sorted(set(_limits(scheme))))


def days_to_try(scheme: Scheme) -> tuple[date, ...]:
    """Each of these days with the day before and the day after: nothing changes on any other day."""
    return tuple(sorted({day + by * _DAY for day in limits_of(scheme) for by in (-1, 0, 1)}))


def periods(scheme: Scheme, first: date, last: date) -> tuple[tuple[date, date], ...]:
    """Stretches of days from `first` to `last` that a limit may end or begin."""
    begins = {first, *(day for limit in limits_of(scheme) for day in (limit, limit + _DAY) if first < day <= last)}
    ordered = sorted(begins)
    return tuple(zip(ordered, [*(day - _DAY for day in ordered[1:]), last], strict=True))


def _limits(scheme: Scheme) -> Iterator[date]:
    yield from (version.from_on for version in scheme.versions)
    for value in scheme.values.values():
        for line in value.history:
            yield line.from_on
            if isinstance(line.amount, date):
                yield line.amount
