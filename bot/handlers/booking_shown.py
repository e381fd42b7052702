"""The steps of the booking dialogue as they are shown: what is asked, and the buttons that answer it.

Every token carries the dialogue's run, so that an old button is known as one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from bot.booking.bookings import Booking
from bot.booking.plan import Plan
from bot.booking.reminders import Reminder
from bot.booking.requests import DaysFound, Held, Refused, Time, TimesFound
from bot.booking.services import Service, ServiceKind, text_of_item
from bot.booking.slots import TOKYO
from bot.dialogue import Choice, Conversation, Days, Filling, Joint, Kind, Phrase, Turn
from bot.handlers import booked, choices
from bot.handlers.days_shown import day_choices, day_lines
from bot.handlers.reply import say

VERB = "booking"
_DAYS_SHOWN = 8


def services(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    """What for? Every service of the pack, also those that are only explained."""
    offered = tuple(
        choice(filling, f"booking.service.{one.id}.label", f"service={one.id}") for one in plan.services.values()
    )
    return ask(conversation, filling, (Phrase("booking.which_service"),), (*offered, booked.MINE, choices.MENU))


def explanation(conversation: Conversation, filling: Filling, service: Service) -> Turn:
    """What the desk does not do, with whom to call; or what needs no booking."""
    is_refused = service.kind is ServiceKind.REFUSED
    phrase = Phrase(f"booking.service.{service.id}.{'why_not' if is_refused else 'about'}")
    ways = (choices.OFFICE,) if is_refused else ()
    offered = (choice(filling, "button.booking_other", "back"), *ways, choices.MENU)
    return ask(conversation, replace(filling, step="explained", service=service.id), (phrase,), offered)


def items(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    """What to bring, ticked or not; each can be ticked off, or all at once."""
    items = items_of(filling, plan)
    lines = tuple(
        phrase
        for item in items
        for phrase in (
            Phrase("booking.ticked" if item in filling.ready else "booking.not_ticked", joint=Joint.LINE),
            Phrase(text_of_item(item), joint=Joint.NONE),
        )
    )
    name = Phrase(f"booking.service.{filling.service}.name")
    left = tuple(choice(filling, f"booking.item.{item}", f"item={item}") for item in items if item not in filling.ready)
    offered = (
        choice(filling, "button.booking_ready", "ready"),
        choice(filling, "button.booking_not_ready", "not_ready"),
        *left,
        choice(filling, "button.booking_back", "back"),
        choice(filling, "button.booking_stop", "stop"),
    )
    return ask(conversation, filling, (name, Phrase("booking.what_to_bring"), *lines), offered)


def not_ready(conversation: Conversation, filling: Filling) -> Turn:
    """Who comes unprepared cannot be helped: say so, and offer the list instead."""
    offered = (
        choice(filling, "button.booking_will_be_ready", "ready"),
        choice(filling, "button.booking_remember", "remember"),
        choices.MENU,
    )
    return ask(conversation, filling, (Phrase("booking.without_items"),), offered)


def list_to_keep(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    """The list alone, to come back with later."""
    lines = booked.bring_lines(items_of(filling, plan))
    ended = replace(conversation, filling=None)
    return say(ended, Kind.NOTICE, (Phrase("booking.list_to_keep"), *lines), (booked.BOOK, choices.MENU))


def party(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    """How many people come?"""
    numbers = range(1, plan.rules.largest_party + 1)
    offered = tuple(
        Choice(Phrase("booking.people", {"number": number}), token(filling, f"party={number}")) for number in numbers
    )
    return ask(conversation, filling, (Phrase("booking.how_many"),), (*offered, *ways(filling)))


def days(conversation: Conversation, filling: Filling, found: DaysFound) -> Turn:
    """The days from where the resident was, with ○ △ × and why one is closed; more with a button."""
    days = tuple(one for one in found.days if one.day.isoformat() >= filling.from_day)
    shown, later = day_lines(days, _DAYS_SHOWN, may_wait=not filling.changing)
    if not shown:
        return ask(conversation, filling, (Phrase("booking.no_day"),), (*ways(filling), choices.OFFICE))
    offered = tuple(
        Choice(label, token(filling, f"day={day.isoformat()}")) for day, label in day_choices(days, _DAYS_SHOWN)
    )
    more = (_more_days(filling, later, days[-1].day),) if later else ()
    asked = (Phrase("booking.which_day"), *shown)
    return ask(conversation, filling, asked, (*offered, *more, *ways(filling)))


def times(conversation: Conversation, filling: Filling, found: TimesFound) -> Turn:
    """The times of a day; a full one leads to the waiting list. Why there is none, if so."""
    day = {"day": found.day.isoformat()}
    if not found.times:
        why = booked.why_closed(found.closed) if found.closed else booked.refusal(found.refusal, Joint.LINE)
        asked = (Phrase("booking.closed_day", day), *why)
        return ask(conversation, filling, asked, (choice(filling, "button.booking_other_day", "back"), *end(filling)))
    shown = tuple(one for one in found.times if one.is_free or not filling.changing)
    key = "which_time" if any(one.is_free for one in shown) else "all_taken" if shown else "no_time_left"
    offered = tuple(_time_choice(filling, one) for one in shown)
    return ask(conversation, filling, (Phrase(f"booking.{key}", day),), (*offered, *ways(filling)))


def confirm(conversation: Conversation, filling: Filling, found: Held) -> Turn:
    """All of it once more before it is booked, with the reminders that can still be chosen."""
    held = replace(filling, step="confirm", ticket=found.booking.ticket)
    minutes = Phrase("booking.held_until", {"time": f"{found.until.astimezone(TOKYO):%H:%M}"})
    phrases = (Phrase("booking.please_confirm"), *booked.summary(found.booking), minutes)
    offered = (
        choice(held, "button.booking_confirm", f"confirm={found.booking.ticket}"),
        *(_reminder_choice(held, one) for one in found.reminders),
        choice(held, "button.booking_other_time", "back"),
        choice(held, "button.booking_stop", "stop"),
    )
    return ask(conversation, held, phrases, offered)


def change(conversation: Conversation, filling: Filling) -> Turn:
    """The new time once more before the booking is moved."""
    starts_at = datetime.fromisoformat(filling.starts_at).astimezone(TOKYO)
    args = {"day": starts_at.date().isoformat(), "time": f"{starts_at:%H:%M}"}
    offered = (
        choice(filling, "button.booking_move", f"confirm={filling.changing}"),
        choice(filling, "button.booking_other_time", "back"),
        *end(filling),
    )
    return ask(conversation, filling, (Phrase("booking.confirm_move", args),), offered)


def refused(conversation: Conversation, filling: Filling, refused: Refused) -> Turn:
    """Why it was not done, and the nearest times that are free."""
    why = booked.refusal(refused.refusal) if refused.refusal else (Phrase("booking.full"),)
    near = tuple(
        Choice(
            Phrase("booking.nearest", booked.when(one.starts_at)), token(filling, f"time={one.starts_at.isoformat()}")
        )
        for one in refused.nearest
    )
    wait = (
        (choice(filling, "button.booking_wait", f"wait={filling.starts_at}"),)
        if refused.refusal is None and filling.starts_at and not filling.changing
        else ()
    )
    told = (*why, *((Phrase("booking.nearest_free"),) if near else ()))
    step = replace(filling, step="time" if filling.day else filling.step)
    return ask(conversation, step, told, (*near, *wait, *ways(step)))


def waiting(conversation: Conversation, booking: Booking, place: int, minutes: int) -> Turn:
    """Somebody is in line now."""
    args = {**booked.when(booking.starts_at), "place": place, "minutes": minutes}
    ended = replace(conversation, filling=None)
    return say(ended, Kind.NOTICE, (Phrase("booking.in_line", args),), (booked.MINE, booked.BOOK, choices.MENU))


def anew(conversation: Conversation) -> Filling:
    """A new dialogue; a seat that is still held from the one before is let go with the next hold."""
    before = conversation.filling
    run = before.run + 1 if before else conversation.turns % 1000 + 1
    return Filling(
        run=run, step="service", ticket=before.ticket if before else "", reminders=(Reminder.DAY_BEFORE.value,)
    )


def ask(conversation: Conversation, filling: Filling, phrases: tuple[Phrase, ...], offered: Iterable[Choice]) -> Turn:
    """A step of the dialogue; from now on it is the present one."""
    return say(replace(conversation, filling=filling), Kind.QUESTION, phrases, tuple(offered))


def choice(filling: Filling, label: str, rest: str) -> Choice:
    """A button of this run."""
    return Choice(Phrase(label), token(filling, rest))


def token(filling: Filling, rest: str) -> str:
    """What a button of this run carries."""
    return f"{VERB}:{filling.run}.{rest}"


def ways(filling: Filling) -> tuple[Choice, ...]:
    """Back and stop; nothing is before the first step of a change."""
    is_first = filling.changing and filling.step == "day"
    back = () if is_first else (choice(filling, "button.booking_back", "back"),)
    return (*back, *end(filling))


def end(filling: Filling) -> tuple[Choice, ...]:
    """Stop: the booking, or only its change."""
    return (choice(filling, "button.booking_stop_change" if filling.changing else "button.booking_stop", "stop"),)


def _more_days(filling: Filling, later: date, last: date) -> Choice:
    """The days after those shown, or any of them at once where a calendar can be shown."""
    more = choice(filling, "button.booking_more_days", f"more={later.isoformat()}")
    days = Days(later.isoformat(), last.isoformat(), token(filling, "day="))
    return replace(more, days=days) if later < last else more


def _time_choice(filling: Filling, one: Time) -> Choice:
    time = {"time": f"{one.starts_at.astimezone(TOKYO):%H:%M}"}
    if one.is_free:
        return Choice(Phrase("booking.time_free", time), token(filling, f"time={one.starts_at.isoformat()}"))
    return Choice(Phrase("booking.time_full", time), token(filling, f"wait={one.starts_at.isoformat()}"))


def _reminder_choice(filling: Filling, reminder: Reminder) -> Choice:
    is_on = reminder in chosen(filling)
    return choice(filling, f"booking.remind.{reminder}_{'on' if is_on else 'off'}", f"remind={reminder}")


def items_of(filling: Filling, plan: Plan) -> tuple[str, ...]:
    """What the chosen service needs."""
    return plan.services[filling.service].bring if filling.service in plan.services else ()


def chosen(filling: Filling) -> tuple[Reminder, ...]:
    """The reminders chosen so far."""
    return tuple(Reminder(one) for one in filling.reminders)
