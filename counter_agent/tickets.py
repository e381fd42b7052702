"""PURE: from what a scanner or a clerk typed to a booking of today's list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from counter_agent import events as e
from counter_agent.wire import STATUS_AFTER, AnyReport, Booking, CheckIn, Closed, Status, Today

_BEFORE_THE_TICKET = re.compile(r"^.*[/=:#]")
_NOT_TICKET = re.compile(r"[^0-9A-Z]")
_OPEN = frozenset({Status.CONFIRMED, Status.ARRIVED, Status.IN_SERVICE})
EXPECTED = frozenset({Status.CONFIRMED, Status.NO_SHOW})
"""Who can be checked in: also whoever comes after all, on the same day."""
_AT_A_DESK = frozenset({Status.ARRIVED, Status.IN_SERVICE})


def bare(typed: str) -> str:
    """The ticket's own characters: a QR code may hold an address before it, a scanner in kana mode full width.

    >>> bare(" 7k-32m "), bare("https://desk.example/t/7K-32M"), bare("７Ｋー３２Ｍ")
    ('7K32M', '7K32M', '7K32M')
    """
    folded = unicodedata.normalize("NFKC", typed).upper().strip()
    return _NOT_TICKET.sub("", _BEFORE_THE_TICKET.sub("", folded))


def find_booking(bookings: Iterable[Booking], typed: str, *, own_counter: str) -> Booking | e.Refused:
    """The booking that can be checked in, or why there is none."""
    wanted = bare(typed)
    booking = next((one for one in bookings if wanted and bare(one.ticket) == wanted), None)
    if booking is None:
        return e.Refused(e.Reason.NO_SUCH_TICKET)
    if booking.status is Status.CANCELLED:
        return e.Refused(e.Reason.BOOKING_IS_CANCELLED)
    if booking.status in _AT_A_DESK and booking.counter != own_counter:
        return e.Refused(e.Reason.AT_OTHER_COUNTER)
    if booking.status not in _AT_A_DESK | EXPECTED:
        return e.Refused(e.Reason.BOOKING_IS_CLOSED)
    return booking


def with_own_ends(today: Today, reports: Iterable[AnyReport]) -> Today:
    """The list with what this counter has closed itself, which the server may not know for a day.

    Of one ticket the last report counts: who was noted as not come may have come after all.
    """
    ended: dict[str, Status] = {}
    for one in reports:
        if isinstance(one, CheckIn) and one.ticket:
            ended.pop(one.ticket, None)
        if isinstance(one, Closed) and one.ticket:
            ended[one.ticket] = STATUS_AFTER[one.outcome]
    bookings = (
        one.model_copy(update={"status": ended[one.ticket]}) if one.ticket in ended and one.status in _OPEN else one
        for one in today.bookings
    )
    return today.model_copy(update={"bookings": tuple(bookings)})
