"""The days ahead as a resident sees them: ○ △ × to choose from, and why a desk is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.booking.calendar import ClosedReason
from bot.booking.days import Mark
from bot.booking.visits import MarkedDay
from bot.dialogue import Joint, Phrase

_GOES_WITHOUT_SAYING = frozenset(
    {ClosedReason.WEEKEND, ClosedReason.BEFORE_FIRST_DAY, ClosedReason.AFTER_LAST_DAY, None}
)


def day_lines(days: Sequence[MarkedDay], most: int, *, may_wait: bool) -> tuple[tuple[Phrase, ...], date | None]:
    """What ○ △ × mean, the closed days between the first `most` that can be chosen as far as they need saying; and the
    day from which there are more, if there are."""
    chosen = _choosable(days)
    if not chosen:
        return (), None
    last = chosen[:most][-1].day
    later = chosen[most].day if len(chosen) > most else None
    shown = [one for one in days if one.day <= last]
    lines = [Phrase("booking.marks" if may_wait else "booking.marks_to_change")]
    for one in shown:
        lines.extend(_closed_line(one))
    return tuple(lines), later


def day_choices(days: Sequence[MarkedDay], most: int) -> Iterator[tuple[date, Phrase]]:
    """The first `most` days that can be chosen, each with the label of its button."""
    for one in _choosable(days)[:most]:
        yield one.day, Phrase(f"booking.day_{one.mark}", {"day": one.day.isoformat()})


def _choosable(days: Sequence[MarkedDay]) -> list[MarkedDay]:
    return [one for one in days if one.mark is not Mark.CLOSED]


def _closed_line(one: MarkedDay) -> Iterator[Phrase]:
    closed = one.closed
    if closed is None or closed.reason in _GOES_WITHOUT_SAYING:
        return
    yield Phrase("booking.day_closed", {"day": one.day.isoformat()}, Joint.LINE)
    yield Phrase(closed.key, closed.args, Joint.NONE)
