"""PURE: the day in numbers, as CSV for the town's statistics. No ticket, no clerk, no time of anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median

from counter_agent.wire import AnyReport, CardRead, CheckIn, Closed, Language, Outcome, ServiceResult

_MARK = "\ufeff"
"""Excel takes a CSV for UTF-8 by this mark only."""


def day_end_csv(day: date, reports: Iterable[AnyReport], *, log_lines: int, log_hash: str) -> str:
    """One line a number: `group,name,count`. `log_hash` on paper shows later that no line of the log was cut off."""
    rows: list[tuple[str, str, int | str]] = [("day", day.isoformat(), "")]
    listed = tuple(reports)
    rows += _visits([one for one in listed if isinstance(one, Closed)])
    check_ins = [one for one in listed if isinstance(one, CheckIn)]
    rows.append(("check_in", "booked", sum(one.ticket is not None for one in check_ins)))
    rows.append(("check_in", "walk_in", sum(one.ticket is None for one in check_ins)))
    rows += [("language", language.value, sum(one.language is language for one in check_ins)) for language in Language]
    reads = [one for one in listed if isinstance(one, CardRead)]
    rows.append(("card", "read", len(reads)))
    rows.append(("card", "read_offline", sum(one.challenge_id is None for one in reads)))
    rows.append(("log", log_hash, log_lines))
    return _MARK + _written(("group", "name", "count"), rows)


def _visits(closed: Sequence[Closed]) -> list[tuple[str, str, int | str]]:
    outcomes = [("outcome", kind.value, sum(one.outcome is kind for one in closed)) for kind in Outcome]
    done = [service for one in closed for service in one.services]
    services = [
        (f"service_{name}", result.value, sum((one.service, one.result) == (name, result) for one in done))
        for name in sorted({one.service for one in done})
        for result in ServiceResult
    ]
    served = [one for one in closed if one.outcome is not Outcome.NO_SHOW]
    times = [
        ("seconds", "waited_median", _median([one.waited_s for one in served])),
        ("seconds", "took_median", _median([one.took_s for one in served])),
    ]
    return [*outcomes, *services, *times]


def _median(seconds: Sequence[int]) -> int:
    return round(median(seconds)) if seconds else 0


def _written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
