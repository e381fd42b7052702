"""When a freed seat is offered to the first in line, and until when the offer stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.booking.plan import Plan
from bot.booking.rules import Booker, window
from bot.booking.slots import TOKYO, Span, day_of, moment


@dataclass(frozen=True, slots=True)
class Offer:
    """When an offer goes out, and until when it can be taken."""

    send_at: datetime
    until: datetime


def offer_window(plan: Plan, now: datetime, starts_at: datetime) -> Offer | None:
    """When a seat that is free since `now` is offered; None where nobody could book it any more when they read it.

    Nothing is sent at night: the offer then goes out in the morning, and its time runs from there.
    """
    bounds = window(plan, starts_at, Booker.OFFERED)
    send_at = after_quiet(plan.rules.quiet, max(now, bounds.from_at))
    until = min(offer_until(plan, send_at), bounds.until_at)
    return Offer(send_at, until) if send_at < until else None


def offer_until(plan: Plan, sent_at: datetime) -> datetime:
    """Until when an offer sent then stands."""
    return sent_at + plan.rules.offer_for


def after_quiet(quiet: Span, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours it falls into. Quiet hours may run over midnight."""
    clock = now.astimezone(TOKYO).time()
    over_midnight = quiet.end <= quiet.start
    is_quiet = clock >= quiet.start or clock < quiet.end if over_midnight else quiet.start <= clock < quiet.end
    if not is_quiet:
        return now
    ends_at = moment(day_of(now), quiet.end)
    return ends_at if ends_at > now else ends_at + timedelta(days=1)
