"""My bookings: see them, show the ticket again, move, cancel, choose reminders, answer an offer.

Tokens are `bookings` and `bookings:STEP=TICKET`. Whose ticket it is, the house looks up: another person's is answered
like one that does not exist.
"""

from __future__ import annotations

from dataclasses import replace

from bot.booking.bookings import Booking, Status
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder
from bot.booking.requests import (
    Cancel,
    Cancelled,
    Confirm,
    Confirmed,
    FindDays,
    FindMine,
    FindTicket,
    Locked,
    Lost,
    MineFound,
    NotFound,
    Outcome,
    Refused,
    Remind,
    Reminded,
    Request,
    TicketFound,
)
from bot.booking.tickets import Misread, find, parse, slip_in
from bot.dialogue import Choice, Conversation, Desk, Kind, Phrase, Turn
from bot.handlers import booked, choices
from bot.handlers.booking_shown import anew
from bot.handlers.reply import ask_the_house, say

VERB = "bookings"


def press(conversation: Conversation, argument: str, desk: Desk) -> Turn | None:
    """What a button of this dialogue does; None for one nobody knows."""
    if desk.content.booking is None:
        return None
    step, _, value = argument.partition("=")
    if step == "":
        return ask_the_house(conversation, VERB, FindMine())
    if step == "remind" and "," in value:
        return _remind(conversation, value)
    ticket = parse(value)
    if isinstance(ticket, Misread):
        return _misread(conversation, ticket)
    request = _request_of(step, ticket)
    return ask_the_house(conversation, VERB, request) if request else None


def read(conversation: Conversation, text: str, desk: Desk) -> Turn | None:
    """A ticket number typed into the chat shows that booking; one with a slip is said to have one."""
    if desk.content.booking is None:
        return None
    if ticket := find(text):
        return ask_the_house(conversation, VERB, FindTicket(ticket))
    return _misread(conversation, slip) if (slip := slip_in(text)) else None


def _misread(conversation: Conversation, slip: Misread) -> Turn:
    return say(conversation, Kind.MENU, (Phrase(slip.key, slip.args),), (booked.MINE, choices.MENU))


def hear(conversation: Conversation, outcome: Outcome, desk: Desk) -> Turn | None:
    """Go on with what came of a request; None if it is none of this dialogue's."""
    plan = desk.content.booking
    if plan is None:
        return None
    match outcome:
        case MineFound(bookings):
            return _show_mine(conversation, bookings)
        case TicketFound():
            return _found(conversation, outcome, plan)
        case Confirmed(booking):
            return booked.ticket(conversation, booking, plan, "done")
        case Reminded(booking):
            return booked.ticket(conversation, booking, plan, "shown")
        case Cancelled(booking):
            told = Phrase("booking.cancelled", booked.when(booking.starts_at))
            return say(conversation, Kind.NOTICE, (told,), (booked.BOOK, booked.MINE, choices.MENU))
    told_no = _no(outcome)
    return say(conversation, Kind.NOTICE, told_no, (booked.MINE, choices.OFFICE, choices.MENU)) if told_no else None


def _no(outcome: Outcome) -> tuple[Phrase, ...]:
    """Why something did not happen."""
    match outcome:
        case Refused(refusal) if refusal is not None:
            return booked.refusal(refusal)
        case Lost():
            return (Phrase("booking.offer_gone"),)
        case NotFound():
            return (Phrase("booking.no_such_ticket"),)
        case Locked():
            return (Phrase("booking.locked"),)
        case _:
            return ()


def _found(conversation: Conversation, found: TicketFound, plan: Plan) -> Turn:
    """What was wanted of a booking, as far as its status allows; else its ticket."""
    booking = found.booking
    wanted = found.purpose if booking.status is Status.CONFIRMED else "show"
    match wanted:
        case "change":
            return _begin_change(conversation, booking)
        case "cancel":
            return _ask_to_cancel(conversation, booking)
        case "remind":
            return _offer_reminders(conversation, booking, found.reminders)
        case _:
            return booked.ticket(conversation, booking, plan, "shown")


def _request_of(step: str, ticket: str) -> Request | None:
    match step:
        case "show" | "change" | "cancel" | "remind":
            return FindTicket(ticket, step)
        case "cancel_yes" | "decline":
            return Cancel(ticket)
        case "accept":
            return Confirm(ticket, (Reminder.DAY_BEFORE,))
        case _:
            return None


def _remind(conversation: Conversation, value: str) -> Turn | None:
    """`TICKET,day_before+hours_before`: exactly these reminders from now on."""
    typed, _, kinds = value.partition(",")
    ticket, chosen = parse(typed), [kind for kind in kinds.split("+") if kind]
    if isinstance(ticket, Misread) or not set(chosen) <= set(Reminder):
        return None
    return ask_the_house(conversation, VERB, Remind(ticket, tuple(Reminder(kind) for kind in chosen)))


def _show_mine(conversation: Conversation, bookings: tuple[Booking, ...]) -> Turn:
    if not bookings:
        return say(conversation, Kind.MENU, (Phrase("booking.none_yet"),), (booked.BOOK, choices.MENU))
    offered = tuple(
        Choice(Phrase(f"booking.mine_{_state(one)}", booked.when(one.starts_at)), f"{VERB}:show={one.ticket}")
        for one in bookings
    )
    return say(conversation, Kind.MENU, (Phrase("booking.mine"),), (*offered, booked.BOOK, choices.MENU))


def _state(booking: Booking) -> str:
    """Three states are enough for a list: waiting, offered, booked."""
    return booking.status.value if booking.status in {Status.WAITING, Status.OFFERED} else "booked"


def _begin_change(conversation: Conversation, booking: Booking) -> Turn:
    """The booking dialogue goes on from the day; the booking stays as it is until the new time is had."""
    asked = replace(
        anew(conversation), step="day", service=booking.service, party=booking.party, changing=booking.ticket
    )
    request = FindDays(booking.service, booking.party, booking.ticket)
    return ask_the_house(replace(conversation, filling=asked), booked.BOOK.token, request)


def _ask_to_cancel(conversation: Conversation, booking: Booking) -> Turn:
    yes = Choice(Phrase("button.booking_cancel_yes"), f"{VERB}:cancel_yes={booking.ticket}")
    no = Choice(Phrase("button.booking_cancel_no"), f"{VERB}:show={booking.ticket}")
    asked = Phrase("booking.ask_to_cancel", booked.when(booking.starts_at))
    return say(conversation, Kind.QUESTION, (asked,), (yes, no))


def _offer_reminders(conversation: Conversation, booking: Booking, to_come: tuple[Reminder, ...]) -> Turn:
    """The reminders whose time is still to come, each to switch on or off."""
    has = set(booking.reminders)
    offered = tuple(
        Choice(
            Phrase(f"booking.remind.{kind}_{'on' if kind in has else 'off'}"),
            f"{VERB}:remind={booking.ticket},{'+'.join(sorted(has ^ {kind.value}))}",
        )
        for kind in to_come
    )
    back = Choice(Phrase("button.back"), f"{VERB}:show={booking.ticket}")
    asked = Phrase("booking.which_reminders" if offered else "booking.no_reminder_left")
    return say(conversation, Kind.QUESTION, (asked,), (*offered, back))
