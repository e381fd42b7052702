"""SHELL: the booking dialogue's requests, carried out inside the turn's transaction. No wording of its own, no HTTP.

What a resident asks for is looked at with the town's rules and the store's rows, claimed or refused, and told back;
what follows for others (a seat that is free again goes to who is next in line) is written along with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.booking.bookings import Booking, Changed, Full, Limit, Limits, Made, Status, TooMany, Wish
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder, reminder_times
from bot.booking.requests import (
    Cancel,
    Cancelled,
    Confirm,
    Confirmed,
    FindDays,
    FindMine,
    FindTicket,
    FindTimes,
    Held,
    Hold,
    Locked,
    Lost,
    MineFound,
    Move,
    Moved,
    NotFound,
    Outcome,
    Refused,
    Release,
    Released,
    Remind,
    Reminded,
    Request,
    TicketFound,
    Wait,
    Waiting,
)
from bot.booking.rules import (
    Reason,
    Refusal,
    hold_until,
    may_cancel,
    may_change,
    may_confirm,
)
from bot.booking.slots import Visit, day_of
from bot.booking.tickets import SPACE, make
from bot.booking.visits import visit_at
from bot.following import offer_freed, timed_reminders
from bot.house import (
    House,
    Resident,
    find_days,
    find_times,
    house_of,
    nearest,
    own_booking,
    taken_seats,
    visit_to_hold,
    why_not,
    without,
)
from bot.store import booking_rows, bookings, guesses, waitlist
from bot.store.unit import Work

_TICKETS_TRIED = 5


def carry_out(request: Request, resident: Resident, plan: Plan, now: datetime) -> Work[Outcome]:
    """Do what a dialogue asks for; what came of it."""
    house = yield from house_of(plan, now)
    match request:
        case FindDays():
            return (yield from find_days(request, resident, house))
        case FindTimes():
            return (yield from find_times(request, resident, house))
        case Hold():
            return (yield from _hold(request, resident, house))
        case Wait():
            return (yield from _wait(request, resident, house))
        case FindMine():
            mine = yield from booking_rows.of_conversation(resident.conversation_id, now)
            return MineFound(tuple(one for one in mine if one.status is not Status.HELD))
        case _:
            return (yield from _with_own(request, resident, house))


def _hold(request: Hold, resident: Resident, house: House) -> Work[Outcome]:
    before = yield from _own_hold(request, resident)
    if before and before.held_until and _is_same(before, request) and house.now < before.held_until:
        return Held(before, before.held_until, reminders_to_come(before, house))
    if before:
        yield from bookings.cancel(before, house.now)
    visit = yield from visit_to_hold(request, resident, house)
    if not isinstance(visit, Visit):
        return visit
    until = hold_until(house.plan, house.now)
    made = yield from _with_ticket(
        lambda ticket: bookings.hold(
            _wish(ticket, request, visit, resident), house.capacity, house.limits, house.now, until
        )
    )
    match made:
        case Made(booking):
            return Held(booking, until, reminders_to_come(booking, house))
        case TooMany(limit):
            return Refused(_too_many(limit, house.limits))
        case _:
            return Refused(None, (yield from nearest(house, request.service, request.party, request.starts_at)))


def _wait(request: Wait, resident: Resident, house: House) -> Work[Outcome]:
    """Join the line of a full time; where a seat is free after all, it is offered at once."""
    visit = visit_at(house.plan, request.service, request.starts_at, request.party, overrides=house.changes)
    refusal = why_not(request, visit, resident, house)
    if refusal or visit is None:
        return Refused(refusal or Refusal(Reason.NO_SUCH_SLOT))
    made = yield from _with_ticket(
        lambda ticket: waitlist.wait(_wish(ticket, request, visit, resident), house.limits, house.now)
    )
    if isinstance(made, TooMany):
        return Refused(_too_many(made.limit, house.limits))
    if not isinstance(made, Made):
        return Refused(None)
    place = yield from waitlist.place_in_line(made.booking)
    yield from offer_freed(made.booking.slot_ids, house.plan, house.now)
    return Waiting(made.booking, place)


def _own_hold(request: Hold, resident: Resident) -> Work[Booking | None]:
    found = yield from own_booking(request.instead_of or "", resident)
    return found if found and found.status is Status.HELD else None


def _is_same(booking: Booking, request: Hold) -> bool:
    asked = (request.service, request.party, request.starts_at)
    return (booking.service, booking.party, booking.starts_at) == asked


def _with_ticket(attempt: Callable[[str], Work[object]]) -> Work[object]:
    """Try with a new ticket number until one is free; two alike are rarer than one in a million."""
    made: object = None
    for _ in range(_TICKETS_TRIED):
        made = yield from attempt(make(secrets.randbelow(SPACE)))
        if isinstance(made, Made | Full | TooMany):
            break
    return made


def _wish(ticket: str, request: Hold | Wait, visit: Visit, resident: Resident) -> Wish:
    return Wish(
        ticket, request.service, visit, request.party, resident.channel, resident.conversation_id, resident.language
    )


def _too_many(limit: Limit, limits: Limits) -> Refusal:
    reasons = {
        Limit.ACTIVE: (Reason.TOO_MANY_BOOKINGS, limits.active),
        Limit.HELD: (Reason.TOO_MANY_HOLDS, limits.held),
        Limit.WAITING: (Reason.TOO_MANY_WAITS, limits.waiting),
    }
    reason, most = reasons[limit]
    return Refusal(reason, {"most": most})


Owned = Confirm | Release | Move | Cancel | Remind | FindTicket


def _with_own(request: Owned, resident: Resident, house: House) -> Work[Outcome]:
    """What is done with a booking of one's own. Who keeps naming others' tickets is locked out for a while."""
    who = guesses.guesser(resident.channel, resident.address)
    if (yield from guesses.is_locked(who, house.now)):
        return Locked()
    booking = yield from booking_rows.by_ticket(request.ticket)
    if booking is None or booking.conversation_id != resident.conversation_id:
        yield from guesses.wrong(who, house.now)
        return NotFound()
    match request:
        case FindTicket():
            return _found(request, booking, house)
        case Confirm(_, chosen):
            return (yield from _confirm(booking, chosen, resident, house))
        case Move(_, starts_at):
            return (yield from _move(booking, starts_at, resident, house))
        case Remind(_, chosen):
            return (yield from _remind(booking, chosen, house))
        case Cancel():
            return (yield from _cancel(booking, house))
        case Release():
            yield from _give_back(booking, house)
            return Released()


def _found(request: FindTicket, booking: Booking, house: House) -> Outcome:
    """The booking; or at once that it is too late for what is wanted of it, not after a new time was chosen."""
    is_booked, at = booking.status is Status.CONFIRMED, booking.starts_at
    too_late = {"change": may_change, "cancel": may_cancel}.get(request.purpose) if is_booked else None
    if too_late and (refusal := too_late(house.plan, at, house.now)):
        return Refused(refusal)
    return TicketFound(as_shown(booking, house), request.purpose, reminders_to_come(booking, house))


def reminders_to_come(booking: Booking, house: House) -> tuple[Reminder, ...]:
    """The reminders whose time is still to come, chosen or not."""
    return tuple(kind for kind, _ in reminder_times(house.plan, booking.starts_at, Reminder, house.now))


def as_shown(booking: Booking, house: House) -> Booking:
    """The booking with the reminders that will be sent: nothing else is promised."""
    left = reminders_to_come(booking, house)
    return replace(booking, reminders=tuple(kind for kind in booking.reminders if kind in left))


def _confirm(booking: Booking, chosen: tuple[Reminder, ...], resident: Resident, house: House) -> Work[Outcome]:
    """Book what was held. A hold that ran out meanwhile is taken anew, as long as there are seats."""
    if booking.status is Status.CONFIRMED:  # pressed twice
        return Confirmed(as_shown(booking, house))
    if refusal := may_confirm(house.plan, booking.visit, house.now, party=booking.party, overrides=house.changes):
        return Refused(refusal)
    timed = timed_reminders(booking, house.plan, chosen, house.now)
    changed = yield from bookings.confirm(
        booking, house.now, tuple(one.value for one in chosen), timed, limits=house.limits
    )
    if isinstance(changed, Changed):
        return Confirmed(as_shown(changed.booking, house))
    if booking.status is Status.EXPIRED:
        again = yield from _hold(Hold(booking.service, booking.party, booking.starts_at), resident, house)
        if isinstance(again, Held):
            return (yield from _confirm(again.booking, chosen, resident, house))
    return Lost((yield from nearest(house, booking.service, booking.party, booking.starts_at)))


def _move(booking: Booking, starts_at: datetime, resident: Resident, house: House) -> Work[Outcome]:
    plan, now = house.plan, house.now
    if booking.starts_at == starts_at:
        return TicketFound(as_shown(booking, house), "show")
    visit = visit_at(plan, booking.service, starts_at, booking.party, overrides=house.changes)
    asked = Hold(booking.service, booking.party, starts_at)
    if refusal := may_change(plan, booking.starts_at, now) or why_not(asked, visit, resident, house):
        return Refused(refusal)
    taken = without(booking, (yield from taken_seats(house, booking.service, day_of(starts_at))))
    free = visit_at(plan, booking.service, starts_at, booking.party, taken, house.changes)
    if free is None:
        return Refused(None, (yield from nearest(house, booking.service, booking.party, starts_at)))
    chosen = tuple(Reminder(kind) for kind in booking.reminders)
    timed = timed_reminders(_at(booking, free), plan, chosen, now)
    moved = yield from bookings.reschedule(booking, free, house.capacity, now, timed=timed)
    if isinstance(moved, Changed):
        yield from offer_freed(booking.slot_ids, plan, now)
        return Moved(as_shown(moved.booking, house))
    return Refused(None, (yield from nearest(house, booking.service, booking.party, starts_at)))


def _cancel(booking: Booking, house: House) -> Work[Outcome]:
    if booking.status is Status.CONFIRMED and (refusal := may_cancel(house.plan, booking.starts_at, house.now)):
        return Refused(refusal)
    changed = yield from _give_back(booking, house)
    if changed is not None or booking.status is Status.CANCELLED:
        return Cancelled(changed or booking)
    return TicketFound(booking, "show")  # it is being served, or over: nothing left to cancel


def _give_back(booking: Booking, house: House) -> Work[Booking | None]:
    changed = yield from bookings.cancel(booking, house.now)
    if not isinstance(changed, Changed):
        return None
    yield from offer_freed(booking.slot_ids, house.plan, house.now)
    return changed.booking


def _remind(booking: Booking, chosen: tuple[Reminder, ...], house: House) -> Work[Outcome]:
    if booking.status is not Status.CONFIRMED:
        return TicketFound(booking, "show")
    timed = timed_reminders(booking, house.plan, chosen, house.now)
    changed = yield from bookings.remind(booking, house.now, tuple(one.value for one in chosen), timed)
    return Reminded(as_shown(changed.booking if isinstance(changed, Changed) else booking, house))


def _at(booking: Booking, visit: Visit) -> Booking:
    return replace(booking, visit=visit)
