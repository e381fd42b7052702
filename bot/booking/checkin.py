"""PURE: whether what a counter reports fits the booking as it is now, and if not, why.

A counter may report hours late, after a network loss: meanwhile the booking may have been cancelled, moved or served
elsewhere. Then the report changes nothing, and the clerk is told the reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.booking.bookings import AT_THE_COUNTER, OVER, Booking, Status
from bot.booking.slots import day_of
from counter_agent.wire import CheckIn, ConflictKind

WORTH_SHOWING: Final = OVER | AT_THE_COUNTER | {Status.CONFIRMED, Status.CANCELLED}
"""What a counter is told of: who is expected, who is here, who was here, and who will not come."""

_WAYS: Final = {
    (Status.IN_SERVICE, Status.NO_SHOW): (Status.ARRIVED, Status.NO_SHOW),  # called, but nobody came
}


def why_not_here(booking: Booking | None, report: CheckIn, *, is_elsewhere: bool) -> ConflictKind | None:
    """Why a resident cannot be checked in; None: they can. `is_elsewhere`: another visit has the booking."""
    if booking is None or booking.status not in WORTH_SHOWING:
        return ConflictKind.UNKNOWN_TICKET
    if (conflict := _why_over(booking.status)) and not _comes_after_all(booking, report):
        return conflict
    if booking.status in AT_THE_COUNTER:
        return ConflictKind.AT_OTHER_COUNTER if is_elsewhere else None
    return ConflictKind.MOVED if _has_moved(booking, report) else None


def why_not_missed(booking: Booking | None, at: datetime) -> ConflictKind | None:
    """Why somebody who was not checked in did not fail to come; None: they did."""
    if booking is None or booking.status not in WORTH_SHOWING:
        return ConflictKind.UNKNOWN_TICKET
    if booking.status in AT_THE_COUNTER:
        return ConflictKind.AT_OTHER_COUNTER
    if conflict := _why_over(booking.status):
        return conflict
    return ConflictKind.MOVED if booking.starts_at > at or day_of(booking.starts_at) != day_of(at) else None


def why_not_served(booking: Booking | None, *, is_elsewhere: bool) -> ConflictKind | None:
    """Why a checked-in visit cannot go on or end; None: it can."""
    if booking is None:
        return ConflictKind.UNKNOWN_TICKET
    if conflict := _why_over(booking.status):
        return conflict
    if booking.status not in AT_THE_COUNTER:
        return ConflictKind.UNKNOWN_VISIT  # staff undid the check-in
    return ConflictKind.AT_OTHER_COUNTER if is_elsewhere else None


def way_to(status: Status, target: Status) -> tuple[Status, ...]:
    """The lawful changes that lead there, in order.

    >>> [one.value for one in way_to(Status.IN_SERVICE, Status.NO_SHOW)]
    ['arrived', 'no_show']
    """
    return () if status is target else _WAYS.get((status, target), (target,))


def _why_over(status: Status) -> ConflictKind | None:
    if status is Status.CANCELLED:
        return ConflictKind.CANCELLED
    return ConflictKind.ALREADY_CLOSED if status in OVER else None


def _comes_after_all(booking: Booking, report: CheckIn) -> bool:
    """Whether somebody noted as not come is here now, on the same day: nobody is sent away for being late."""
    return booking.status is Status.NO_SHOW and day_of(booking.starts_at) == day_of(report.at)


def _has_moved(booking: Booking, report: CheckIn) -> bool:
    """Whether the booking is at another time than the clerk saw; one entered unseen must be of that day."""
    if report.seen_starts_at is not None:
        return report.seen_starts_at != booking.starts_at
    return day_of(booking.starts_at) != day_of(report.at)
