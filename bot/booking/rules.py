"""Who may book, change and cancel, and when. A "no" is a `Refusal`: a key of the pack's texts with its arguments.

Every limit in time is half-open: what may be done until 17:00 may be done at 16:59:59 and not at 17:00:00. The clock is
the server's, so a resident's own cannot open a slot early.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.booking.calendar import Closed, opening, slot_at, working_day_before
from bot.booking.plan import Deadline, Plan
from bot.booking.services import ServiceKind
from bot.booking.slots import TOKYO, Override, Slot, StopSwitch, Visit, day_of, moment

Args = Mapping[str, str | int]

_NO_ARGS: Args = MappingProxyType({})


class Reason(StrEnum):
    """Why something is refused."""

    NOT_OPEN_YET = "not_open_yet"
    SLOT_PAST = "slot_past"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    CLOSED_THEN = "closed_then"
    NO_SUCH_SLOT = "no_such_slot"
    TOO_MANY_BOOKINGS = "too_many_bookings"
    PARTY_TOO_LARGE = "party_too_large"
    PARTY_EMPTY = "party_empty"
    CHANGE_TOO_LATE = "change_too_late"
    CANCEL_TOO_LATE = "cancel_too_late"
    TOO_MANY_HOLDS = "too_many_holds"
    TOO_MANY_WAITS = "too_many_waits"
    STOPPED = "stopped"
    SERVICE_REFUSED = "service_refused"
    NOT_BOOKABLE = "not_bookable"


class Booker(StrEnum):
    """Who books: a resident, a resident to whom a freed seat was offered, or staff for someone at the telephone or the
    counter. Staff are bound by the calendar only: a walk-in is served today."""

    RESIDENT = "resident"
    OFFERED = "offered"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A "no" with its reason. Days in `args` are ISO text, times "HH:MM", so that texts can word them.

    `because` says why a desk is closed; `more_keys` are texts of the pack that say more.
    """

    reason: Reason
    args: Args = field(default_factory=lambda: _NO_ARGS)
    because: Closed | None = None
    more_keys: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"booking.refused.{self.reason}"


@dataclass(frozen=True, slots=True)
class Window:
    """When a slot can be booked: `from_at` belongs to it, `until_at` does not. It may be empty."""

    from_at: datetime
    until_at: datetime

    @property
    def is_ever(self) -> bool:
        """Whether there is an instant in it."""
        return self.from_at < self.until_at

    def holds(self, now: datetime) -> bool:
        return self.from_at <= now < self.until_at


def window(plan: Plan, starts_at: datetime, booker: Booker = Booker.RESIDENT) -> Window:
    """When a slot that begins then can be booked: never before the opening instant, never after it has begun."""
    rules = plan.rules
    until = rules.wait_until if booker is Booker.OFFERED else rules.book_until
    from_at = max(plan.calendar.opens_at, limit(plan, rules.book_from, starts_at))
    return Window(from_at, limit(plan, until, starts_at))


def limit(plan: Plan, deadline: Deadline, starts_at: datetime) -> datetime:
    """The instant a deadline means for a slot; the slot's beginning where it would be later."""
    if deadline.at is None:
        return starts_at - timedelta(minutes=deadline.minutes)
    day = working_day_before(plan, day_of(starts_at), deadline.working_days)
    return min(moment(day, deadline.at), starts_at)


def may_choose(plan: Plan, service: str) -> Refusal | None:
    """Whether a service can be booked at all."""
    found = plan.services.get(service)
    if found is None:
        return Refusal(Reason.NOT_BOOKABLE)
    if found.is_bookable:
        return None
    reason = Reason.SERVICE_REFUSED if found.kind is ServiceKind.REFUSED else Reason.NOT_BOOKABLE
    return Refusal(reason, more_keys=found.text_keys[-1:])


def may_book(
    plan: Plan,
    visit: Visit,
    now: datetime,
    *,
    active_count: int = 0,
    party: int = 1,
    overrides: Iterable[Override] = (),
    by: Booker = Booker.RESIDENT,
) -> Refusal | None:
    """Whether `party` people may book the visit now. Whether its seats are free, only the claim itself can tell.

    `active_count` are the person's other bookings to come; a booking that is being moved is not one of them.
    """
    refusal = _misfit(plan, visit, party, tuple(overrides))
    if refusal is None and now >= visit.starts_at:
        refusal = Refusal(Reason.SLOT_PAST)
    if refusal or by is Booker.STAFF:
        return refusal
    return _untimely(plan, visit.starts_at, now, by) or _too_many(
        Reason.TOO_MANY_BOOKINGS, active_count, plan.rules.bookings_per_person
    )


def may_confirm(
    plan: Plan, visit: Visit, now: datetime, *, party: int = 1, overrides: Iterable[Override] = ()
) -> Refusal | None:
    """Whether a hold or an offer may become a booking: meanwhile the day may have been closed, or the visit begun.

    The deadline for booking was met when the seats were held; ten minutes later it does not count again.
    """
    return may_book(plan, visit, now, party=party, overrides=overrides, by=Booker.STAFF)


def may_change(plan: Plan, starts_at: datetime, now: datetime) -> Refusal | None:
    """Whether a booking of that time may still be moved. The new time goes through `may_book`."""
    return _after(Reason.CHANGE_TOO_LATE, limit(plan, plan.rules.change_until, starts_at), now)


def may_cancel(plan: Plan, starts_at: datetime, now: datetime) -> Refusal | None:
    """Whether a booking of that time may still be cancelled."""
    return _after(Reason.CANCEL_TOO_LATE, limit(plan, plan.rules.cancel_until, starts_at), now)


def in_time(plan: Plan, starts_at: datetime, now: datetime) -> Refusal | None:
    """Whether a slot of that time may be booked by a resident now, as far as the clock goes."""
    return _untimely(plan, starts_at, now, Booker.RESIDENT)


def stopped_by(stop: StopSwitch | None) -> Refusal | None:
    """The refusal of a stop switch."""
    return Refusal(Reason.STOPPED, {"message": stop.message}) if stop else None


def hold_until(plan: Plan, now: datetime) -> datetime:
    """Until when a seat is held for someone who begins to fill in now."""
    return now + plan.rules.hold_for


def told(name: str, at: datetime) -> Args:
    """An instant as two arguments of a text: `<name>_on` and `<name>_time`.

    >>> dict(told("until", datetime(2022, 7, 1, 8, tzinfo=TOKYO)))
    {'until_on': '2022-07-01', 'until_time': '08:00'}
    """
    local = at.astimezone(TOKYO)
    return MappingProxyType({f"{name}_on": local.date().isoformat(), f"{name}_time": f"{local:%H:%M}"})


def _misfit(plan: Plan, visit: Visit, party: int, overrides: tuple[Override, ...]) -> Refusal | None:
    """Why the visit is not one the calendar offers to so many people."""
    if party < 1:
        return Refusal(Reason.PARTY_EMPTY)
    if party > plan.rules.largest_party:
        return Refusal(Reason.PARTY_TOO_LARGE, {"most": plan.rules.largest_party})
    gone = next((found for slot in visit.slots if (found := _gone(plan, slot, overrides))), None)
    if gone is None and not _seats_all(visit, party):
        return Refusal(Reason.NO_SUCH_SLOT)
    return gone


def _gone(plan: Plan, slot: Slot, overrides: tuple[Override, ...]) -> Refusal | None:
    if plan.steps_of(slot.service) != (slot.service,):
        return Refusal(Reason.NOT_BOOKABLE)
    closed = opening(plan, slot.service, slot.day, overrides).closed
    if closed:
        return Refusal(Reason.CLOSED_THEN, {"day": slot.day.isoformat()}, because=closed)
    return None if slot_at(plan, slot.id, overrides) == slot else Refusal(Reason.NO_SUCH_SLOT)


def _seats_all(visit: Visit, party: int) -> bool:
    """Whether each desk of the visit seats everyone, in slots that follow each other without a gap."""
    seated = dict.fromkeys(visit.services, 0)
    for slot, seats in visit.claims:
        seated[slot.service] += seats
    joined = all(one.ends_at == other.starts_at for one, other in zip(visit.slots, visit.slots[1:], strict=False))
    return joined and set(seated.values()) == {party}


def _untimely(plan: Plan, starts_at: datetime, now: datetime, by: Booker) -> Refusal | None:
    if now < plan.calendar.opens_at:
        return Refusal(Reason.NOT_OPEN_YET, told("opens", plan.calendar.opens_at))
    bounds = window(plan, starts_at, by)
    if now < bounds.from_at:
        return Refusal(Reason.TOO_EARLY, told("from", bounds.from_at))
    return _after(Reason.TOO_LATE, bounds.until_at, now)


def _after(reason: Reason, until_at: datetime, now: datetime) -> Refusal | None:
    return Refusal(reason, told("until", until_at)) if now >= until_at else None


def _too_many(reason: Reason, count: int, most: int) -> Refusal | None:
    return Refusal(reason, {"most": most}) if count >= most else None
