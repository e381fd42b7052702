"""SHELL: the booking dialogue's requests, carried out inside the turn's transaction. No wording of its own, no HTTP.

What a resident asks for is looked at with the town's rules and the store's rows, claimed or refused, and told back;
what follows for others (a seat that is free again goes to who is next in line) is written along with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.booking.bookings import Booking, Changed, Full, Limit, Limits, Made, Status, TooMany, Wish
from bot.booking.calendar import opening, seats_of, slots_on
from bot.booking.days import outlook
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder, reminder_times
from bot.booking.requests import (
    Cancel,
    Cancelled,
    Confirm,
    Confirmed,
    DaysFound,
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
    Time,
    TimesFound,
    Wait,
    Waiting,
)
from bot.booking.rules import (
    Reason,
    Refusal,
    hold_until,
    in_time,
    may_book,
    may_cancel,
    may_change,
    may_choose,
    may_confirm,
    stopped_by,
    told,
)
from bot.booking.slots import Override, SlotId, StopSwitch, Visit, day_of, moment, stop_for
from bot.booking.tickets import SPACE, make
from bot.booking.visits import Taken, marked_days, next_visits, visit_at, visits_for
from bot.booking.waiting import offer_window
from bot.dialogue import Say
from bot.handlers import booked
from bot.language import Language
from bot.store import booking_rows, bookings, guesses, outbox, overrides, seats, waitlist
from bot.store.reminders import Timed
from bot.store.unit import Work

_TICKETS_TRIED = 5
_DAY = timedelta(days=1)
_MIDNIGHT = datetime.min.time()


@dataclass(frozen=True, slots=True)
class Resident:
    """Who asks: the chat they are in, locked for this transaction."""

    conversation_id: int
    channel: str
    address: str
    language: Language


@dataclass(frozen=True, slots=True)
class House:
    """The plan with what staff changed, as it stands in this transaction."""

    plan: Plan
    now: datetime
    changes: tuple[Override, ...]
    stops: tuple[StopSwitch, ...]

    def capacity(self, slot: SlotId) -> int:
        return seats_of(self.plan, slot, self.changes)

    @property
    def limits(self) -> Limits:
        rules = self.plan.rules
        return Limits(rules.bookings_per_person, rules.holds_per_person, rules.waits_per_person)


def house_of(plan: Plan, now: datetime) -> Work[House]:
    """What holds now: the pack's calendar, and what staff changed of the days still to come."""
    entered = yield from overrides.between(day_of(now), plan.calendar.last_on)
    stops = yield from overrides.stops()
    return House(plan, now, tuple(one.override for one in entered), stops)


def carry_out(request: Request, resident: Resident, plan: Plan, now: datetime) -> Work[Outcome]:
    """Do what a dialogue asks for; what came of it."""
    house = yield from house_of(plan, now)
    match request:
        case FindDays():
            return (yield from _find_days(request, resident, house))
        case FindTimes():
            return (yield from _find_times(request, resident, house))
        case Hold():
            return (yield from _hold(request, resident, house))
        case Wait():
            return (yield from _wait(request, resident, house))
        case FindMine():
            mine = yield from booking_rows.of_conversation(resident.conversation_id, now)
            return MineFound(tuple(one for one in mine if one.status is not Status.HELD))
        case _:
            return (yield from _with_own(request, resident, house))


# Looking ---------------------------------------------------------------------------------------------------------


def _find_days(request: FindDays, resident: Resident, house: House) -> Work[Outcome]:
    refusal = stopped_by(stop_for(house.stops, resident.channel)) or may_choose(house.plan, request.service)
    if refusal:
        return Refused(refusal)
    if house.now < house.plan.calendar.opens_at:
        return Refused(Refusal(Reason.NOT_OPEN_YET, told("opens", house.plan.calendar.opens_at)))
    taken = yield from _taken_by_others(request, resident, house)
    return DaysFound(marked_days(house.plan, request.service, request.party, house.now, taken, house.changes))


def _find_times(request: FindTimes, resident: Resident, house: House) -> Work[Outcome]:
    """The times that could be booked on the day, free or full; not the one that the booking to change has."""
    plan, service, party = house.plan, request.service, request.party
    if refusal := may_choose(plan, service):
        return Refused(refusal)
    day = request.day
    own = yield from _own(request.changing, resident)
    taken = _without(own, (yield from _taken(house, service, day)))
    visits = visits_for(plan, service, day, party, house.now, overrides=house.changes)
    every = tuple(visit for visit in visits if own is None or visit.starts_at != own.starts_at)
    free = {visit.starts_at for visit in visits_for(plan, service, day, party, house.now, taken, house.changes)}
    times = tuple(Time(visit.starts_at, visit.ends_at, visit.starts_at in free) for visit in every)
    if times:
        return TimesFound(day, times)
    closed = opening(plan, service, day, house.changes).closed
    return TimesFound(day, (), closed, None if closed else _why_untimely(house, service, day))


def _why_untimely(house: House, service: str, day: date) -> Refusal | None:
    """Why nothing of an open day can be booked now."""
    slots = slots_on(house.plan, house.plan.steps_of(service)[0], day, house.changes)
    return next((why for slot in reversed(slots) if (why := in_time(house.plan, slot.starts_at, house.now))), None)


def _taken_by_others(request: FindDays, resident: Resident, house: House) -> Work[Taken]:
    own = yield from _own(request.changing, resident)
    return _without(own, (yield from _taken(house, request.service)))


def _taken(house: House, service: str, day: date | None = None) -> Work[Taken]:
    """Seats taken at the desks of a service, on one day or in all the days ahead."""
    plan, now = house.plan, house.now
    days = [day] if day else [ahead.day for ahead in outlook(plan, service, now, house.changes)]
    if not days:
        return {}
    from_at, to_at = moment(days[0], _MIDNIGHT), moment(days[-1] + _DAY, _MIDNIGHT)
    return (yield from seats.taken(plan.steps_of(service), from_at, to_at, now))


def _nearest(house: House, service: str, party: int, starts_at: datetime) -> Work[tuple[Time, ...]]:
    """Free times after the one that is full, or else before it."""
    taken = yield from _taken(house, service)
    plan, now, changes = house.plan, house.now, house.changes
    after = next_visits(plan, service, party, now, taken, changes, after=starts_at)
    found = after or next_visits(plan, service, party, now, taken, changes)
    return tuple(Time(visit.starts_at, visit.ends_at, is_free=True) for visit in found)


# Claiming --------------------------------------------------------------------------------------------------------


def _hold(request: Hold, resident: Resident, house: House) -> Work[Outcome]:
    before = yield from _own_hold(request, resident)
    if before and before.held_until and _is_same(before, request) and house.now < before.held_until:
        return Held(before, before.held_until, _to_come(before, house))
    if before:
        yield from bookings.cancel(before, house.now)
    visit = yield from _visit(request, resident, house)
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
            return Held(booking, until, _to_come(booking, house))
        case TooMany(limit):
            return Refused(_too_many(limit, house.limits))
        case _:
            return Refused(None, (yield from _nearest(house, request.service, request.party, request.starts_at)))


def _wait(request: Wait, resident: Resident, house: House) -> Work[Outcome]:
    """Join the line of a full time; where a seat is free after all, it is offered at once."""
    visit = visit_at(house.plan, request.service, request.starts_at, request.party, overrides=house.changes)
    refusal = _refusal(request, visit, resident, house)
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


def _visit(request: Hold, resident: Resident, house: House) -> Work[Visit | Refused]:
    """The visit of that time, as far as it may be booked and has seats."""
    plan, service, party, starts_at = house.plan, request.service, request.party, request.starts_at
    whole = visit_at(plan, service, starts_at, party, overrides=house.changes)
    if refusal := _refusal(request, whole, resident, house):
        return Refused(refusal)
    taken = yield from _taken(house, service, day_of(starts_at))
    visit = visit_at(plan, service, starts_at, party, taken, house.changes)
    return visit or Refused(None, (yield from _nearest(house, service, party, starts_at)))


def _refusal(request: Hold | Wait, visit: Visit | None, resident: Resident, house: House) -> Refusal | None:
    """Why it may not be booked, seats aside. How many bookings a person may have, the claim itself looks at."""
    plan = house.plan
    if refusal := stopped_by(stop_for(house.stops, resident.channel)) or may_choose(plan, request.service):
        return refusal
    if visit is None:
        closed = opening(plan, request.service, day_of(request.starts_at), house.changes).closed
        day = {"day": day_of(request.starts_at).isoformat()}
        return Refusal(Reason.CLOSED_THEN, day, closed) if closed else Refusal(Reason.NO_SUCH_SLOT)
    return may_book(plan, visit, house.now, party=request.party, overrides=house.changes)


def _own_hold(request: Hold, resident: Resident) -> Work[Booking | None]:
    found = yield from _own(request.instead_of or "", resident)
    return found if found and found.status is Status.HELD else None


def _own(ticket: str, resident: Resident) -> Work[Booking | None]:
    """The resident's own booking of that ticket."""
    found = (yield from booking_rows.by_ticket(ticket)) if ticket else None
    return found if found and found.conversation_id == resident.conversation_id else None


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


# One's own bookings ----------------------------------------------------------------------------------------------

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
    return TicketFound(_as_shown(booking, house), request.purpose, _to_come(booking, house))


def _to_come(booking: Booking, house: House) -> tuple[Reminder, ...]:
    """The reminders whose time is still to come, chosen or not."""
    return tuple(kind for kind, _ in reminder_times(house.plan, booking.starts_at, Reminder, house.now))


def _as_shown(booking: Booking, house: House) -> Booking:
    """The booking with the reminders that will be sent: nothing else is promised."""
    left = _to_come(booking, house)
    return replace(booking, reminders=tuple(kind for kind in booking.reminders if kind in left))


def _confirm(booking: Booking, chosen: tuple[Reminder, ...], resident: Resident, house: House) -> Work[Outcome]:
    """Book what was held. A hold that ran out meanwhile is taken anew, as long as there are seats."""
    if booking.status is Status.CONFIRMED:  # pressed twice
        return Confirmed(_as_shown(booking, house))
    if refusal := may_confirm(house.plan, booking.visit, house.now, party=booking.party, overrides=house.changes):
        return Refused(refusal)
    timed = timed_reminders(booking, house.plan, chosen, house.now)
    changed = yield from bookings.confirm(
        booking, house.now, tuple(one.value for one in chosen), timed, limits=house.limits
    )
    if isinstance(changed, Changed):
        return Confirmed(_as_shown(changed.booking, house))
    if booking.status is Status.EXPIRED:
        again = yield from _hold(Hold(booking.service, booking.party, booking.starts_at), resident, house)
        if isinstance(again, Held):
            return (yield from _confirm(again.booking, chosen, resident, house))
    return Lost((yield from _nearest(house, booking.service, booking.party, booking.starts_at)))


def _move(booking: Booking, starts_at: datetime, resident: Resident, house: House) -> Work[Outcome]:
    plan, now = house.plan, house.now
    if booking.starts_at == starts_at:
        return TicketFound(_as_shown(booking, house), "show")
    visit = visit_at(plan, booking.service, starts_at, booking.party, overrides=house.changes)
    asked = Hold(booking.service, booking.party, starts_at)
    if refusal := may_change(plan, booking.starts_at, now) or _refusal(asked, visit, resident, house):
        return Refused(refusal)
    taken = _without(booking, (yield from _taken(house, booking.service, day_of(starts_at))))
    free = visit_at(plan, booking.service, starts_at, booking.party, taken, house.changes)
    if free is None:
        return Refused(None, (yield from _nearest(house, booking.service, booking.party, starts_at)))
    chosen = tuple(Reminder(kind) for kind in booking.reminders)
    timed = timed_reminders(_at(booking, free), plan, chosen, now)
    moved = yield from bookings.reschedule(booking, free, house.capacity, now, timed=timed)
    if isinstance(moved, Changed):
        yield from offer_freed(booking.slot_ids, plan, now)
        return Moved(_as_shown(moved.booking, house))
    return Refused(None, (yield from _nearest(house, booking.service, booking.party, starts_at)))


def _without(booking: Booking | None, taken: Taken) -> Taken:
    """The seats that others have: one's own are free for oneself, where the new time overlaps the old one."""
    if booking is None:
        return taken
    others = dict(taken)
    for slot, seats_had in booking.visit.claims:
        others[slot.id] = max(0, others.get(slot.id, 0) - seats_had)
    return others


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
    return Reminded(_as_shown(changed.booking if isinstance(changed, Changed) else booking, house))


# What follows ----------------------------------------------------------------------------------------------------


def timed_reminders(booking: Booking, plan: Plan, chosen: Iterable[Reminder], now: datetime) -> Sequence[Timed]:
    """The letters that will remind of a booking, each with its time."""
    return tuple(
        Timed(at, booked.reminder(booking, plan, kind))
        for kind, at in reminder_times(plan, booking.starts_at, chosen, now)
    )


def offer_freed(slot_ids: Iterable[SlotId], plan: Plan, now: datetime) -> Work[tuple[Booking, ...]]:
    """Offer free seats to those next in line, and write to each; at night the letter waits for the morning."""
    house = yield from house_of(plan, now)

    def until(starts_at: datetime) -> datetime | None:
        window = offer_window(plan, now, starts_at)
        return window.until if window else None

    offered = yield from waitlist.offer(slot_ids, house.capacity, now, until, limits=house.limits)
    for booking in offered:
        window = offer_window(plan, now, booking.starts_at)
        if window and booking.conversation_id is not None and booking.held_until is not None:
            said = booked.offer(booking, booking.held_until)
            yield from tell(booking, said, now, window.send_at)
    return offered


def tell(booking: Booking, said: Say, now: datetime, at: datetime) -> Work[None]:
    """Write to the chat a booking belongs to, now or at a later instant."""
    if booking.conversation_id is not None:
        to = booking.conversation_id, booking.channel
        yield from outbox.put(*to, None, booking.language, (said,), said_at=now, not_before=max(now, at))


def _at(booking: Booking, visit: Visit) -> Booking:
    return replace(booking, visit=visit)
