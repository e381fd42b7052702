"""A booking in words: its summary, its ticket, why something was refused. Puts the pack's phrases together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.booking.bookings import Booking, Status
from bot.booking.calendar import Closed
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder
from bot.booking.rules import Refusal
from bot.booking.services import text_of_item
from bot.booking.slots import TOKYO
from bot.dialogue import Attachment, Choice, Conversation, Joint, Kind, Phrase, Say, Turn
from bot.handlers import choices
from bot.handlers.reply import say

BOOK = Choice(Phrase("button.booking_begin"), "booking")
MINE = Choice(Phrase("button.booking_mine"), "bookings")


_HEADINGS = {
    Status.WAITING: "waiting",
    Status.OFFERED: "offered",
    Status.HELD: "held",
    Status.CANCELLED: "cancelled",
    Status.EXPIRED: "cancelled",
}
"""What is said above a booking that nobody is to come with; the others are over."""


def when(starts_at: datetime) -> dict[str, str | int]:
    """An instant as the arguments `day` and `time` of a text."""
    local = starts_at.astimezone(TOKYO)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}


def summary(booking: Booking) -> tuple[Phrase, ...]:
    """What for, when, where, how many; a visit to several desks names each with its time."""
    ends = {"until": f"{booking.ends_at.astimezone(TOKYO):%H:%M}"}
    lines = [
        Phrase(f"booking.service.{booking.service}.name"),
        Phrase("booking.when", {**when(booking.starts_at), **ends}, Joint.LINE),
    ]
    places = booking.visit.services
    for service in places:
        starts_at = next(slot.starts_at for slot in booking.visit.slots if slot.service == service)
        if len(places) > 1:
            lines.append(Phrase("booking.at", when(starts_at), Joint.LINE))
        key = f"booking.service.{service}.place"
        lines.append(Phrase(key, joint=Joint.NONE if len(places) > 1 else Joint.LINE))
    if booking.party > 1:
        lines.append(Phrase("booking.party", {"number": booking.party}, Joint.LINE))
    return tuple(lines)


def bring_lines(items: Iterable[str]) -> tuple[Phrase, ...]:
    """What to bring, a line each."""
    return tuple(
        phrase
        for item in items
        for phrase in (Phrase("booking.bullet", joint=Joint.LINE), Phrase(text_of_item(item), joint=Joint.NONE))
    )


def ticket(conversation: Conversation, booking: Booking, plan: Plan, news: str) -> Turn:
    """The ticket with everything one needs on the day. `news` is what has just come of it: done, moved, shown."""
    service = plan.services.get(booking.service)
    heading = news if booking.status is Status.CONFIRMED else _HEADINGS.get(booking.status, "over")
    number = Phrase(
        "booking.number" if booking.status is Status.CONFIRMED else "booking.number_only", {"ticket": booking.ticket}
    )
    to_come = (
        Phrase("booking.bring_heading"),
        *bring_lines(service.bring if service else ()),
        Phrase("booking.parking"),
        *_reminded(booking),
        Phrase("booking.how_to_change"),
    )
    phrases = (
        Phrase(f"booking.ticket_{heading}"),
        number,
        *summary(booking),
        *(to_come if booking.status is Status.CONFIRMED else ()),
    )
    offered = (*ways(booking), MINE, choices.MENU)
    turn = say(conversation, Kind.TICKET, phrases, offered)
    attached = (Attachment(booking.ticket),) if booking.status is Status.CONFIRMED else ()
    return Turn(turn.conversation, (Say(Kind.TICKET, phrases, offered, attachments=attached),))


def ways(booking: Booking) -> tuple[Choice, ...]:
    """What may be done with a booking of this status."""
    if booking.status is Status.CONFIRMED:
        return (
            Choice(Phrase("button.booking_change"), f"bookings:change={booking.ticket}"),
            Choice(Phrase("button.booking_cancel"), f"bookings:cancel={booking.ticket}"),
            Choice(Phrase("button.booking_remind"), f"bookings:remind={booking.ticket}"),
        )
    if booking.status is Status.OFFERED:
        return (
            Choice(Phrase("button.booking_accept"), f"bookings:accept={booking.ticket}"),
            Choice(Phrase("button.booking_decline"), f"bookings:decline={booking.ticket}"),
        )
    if booking.status is Status.WAITING:
        return (Choice(Phrase("button.booking_leave_line"), f"bookings:decline={booking.ticket}"),)
    return ()


def offer(booking: Booking, until: datetime) -> Say:
    """A seat has become free for somebody in line."""
    phrases = (Phrase("booking.offer", when(until)), *summary(booking))
    return Say(Kind.QUESTION, phrases, (*ways(booking), choices.MENU))


def notice(key: str, booking: Booking) -> Say:
    """Something that has become of a booking without its resident's doing."""
    return Say(Kind.NOTICE, (Phrase(key, when(booking.starts_at)),), (BOOK, MINE, choices.MENU))


def reminder(booking: Booking, plan: Plan, kind: Reminder) -> Say:
    """The reminder of a booking."""
    service = plan.services.get(booking.service)
    phrases = (
        Phrase(f"booking.reminder_{kind}"),
        Phrase("booking.number", {"ticket": booking.ticket}),
        *summary(booking),
        Phrase("booking.bring_heading"),
        *bring_lines(service.bring if service else ()),
    )
    return Say(Kind.NOTICE, phrases, (*ways(booking), choices.MENU))


def refusal(refused: Refusal | None, joint: Joint = Joint.PARAGRAPH) -> tuple[Phrase, ...]:
    """Why something is not done, in the pack's words; nothing for no refusal."""
    if refused is None:
        return ()
    more = tuple(Phrase(key) for key in refused.more_keys)
    return (Phrase(refused.key, refused.args, joint), *(why_closed(refused.because) if refused.because else ()), *more)


def why_closed(closed: Closed) -> tuple[Phrase, ...]:
    """Why a desk is closed that day."""
    note = (Phrase(closed.note_key, joint=Joint.LINE),) if closed.note_key else ()
    return (Phrase(closed.key, closed.args, Joint.LINE), *note)


def _reminded(booking: Booking) -> tuple[Phrase, ...]:
    if not booking.reminders:
        return ()
    return tuple(Phrase(f"booking.will_remind_{kind}") for kind in booking.reminders)
