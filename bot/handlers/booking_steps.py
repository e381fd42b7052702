"""What each step of the booking dialogue does: the next one is shown, or the house is asked for what it needs.

`filling` is the dialogue as it stands; a step returns None for a value that is none of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.booking.plan import Plan
from bot.booking.reminders import Reminder
from bot.booking.requests import (
    Confirm,
    FindDays,
    FindTimes,
    Hold,
    Move,
    Release,
    Request,
    Wait,
)
from bot.booking.slots import day_of
from bot.dialogue import Conversation, Filling, Kind, Phrase, Turn
from bot.handlers import booked, choices
from bot.handlers import booking_shown as shown
from bot.handlers.reply import ask_the_house, say

_YEARS = range(2000, 2100)
"""A button is ours, but its token is the resident's to change."""

_BEFORE = {
    "explained": "service",
    "items": "service",
    "party": "items",
    "day": "party",
    "time": "day",
    "confirm": "time",
}
"""Where "back" leads from each step."""


def step(conversation: Conversation, filling: Filling, step: str, value: str, plan: Plan) -> Turn | None:
    """What a button of the dialogue does."""
    match step:
        case "service":
            return choose_service(conversation, filling, value, plan)
        case "item" if value in shown.items_of(filling, plan):
            return _tick(conversation, filling, value, plan)
        case "ready":
            return _after_items(conversation, filling, plan)
        case "not_ready":
            return shown.not_ready(conversation, filling)
        case "remember":
            return shown.list_to_keep(conversation, filling, plan)
        case "party" if value.isdecimal() and 1 <= int(value) <= plan.rules.largest_party:
            return ask_days(conversation, replace(filling, party=int(value)))
        case "day" | "more" | "time" | "wait" | "confirm" | "remind" | "stop" | "back":
            return _step_when(conversation, filling, step, value, plan)
        case _:
            return None


def _step_when(conversation: Conversation, filling: Filling, step: str, value: str, plan: Plan) -> Turn | None:
    """The steps from the day on."""
    match step:
        case "more" if _is_day(value):
            return ask_days(conversation, filling, from_day=value)
        case "day" if _is_day(value) and filling.party:
            return choose_day(conversation, filling, value)
        case "time" if _is_instant(value) and filling.party:
            return choose_time(conversation, filling, value)
        case "wait" if _is_instant(value) and filling.party:
            waited = Wait(filling.service, filling.party, datetime.fromisoformat(value))
            return _asking(conversation, filling, waited)
        case "confirm" if filling.changing and filling.starts_at:
            return _asking(conversation, filling, Move(filling.changing, datetime.fromisoformat(filling.starts_at)))
        case "confirm" if filling.ticket:
            return _asking(conversation, filling, Confirm(filling.ticket, shown.chosen(filling)))
        case "remind" if filling.ticket and value in set(Reminder):
            return _asking(conversation, _with_reminder(filling, value), _hold(filling))
        case "stop":
            return stop(conversation, filling)
        case "back":
            return _back(conversation, filling, plan)
        case _:
            return None


def begin(conversation: Conversation, plan: Plan) -> Turn:
    """The first step: what for?"""
    filling = shown.anew(conversation)
    return shown.services(conversation, filling, plan)


def choose_service(conversation: Conversation, filling: Filling, service: str, plan: Plan) -> Turn | None:
    """The service is chosen; what is not booked is explained."""
    found = plan.services.get(service)
    if found is None:
        return None
    if not found.is_bookable:
        return shown.explanation(conversation, filling, found)
    chosen = replace(filling, step="items", service=service, ready=())
    return shown.items(conversation, chosen, plan)


def _tick(conversation: Conversation, filling: Filling, item: str, plan: Plan) -> Turn:
    """Tick an item off, or take the tick away; with the last one the dialogue goes on by itself."""
    ready = {*filling.ready} ^ {item}
    ticked = replace(filling, step="items", ready=tuple(one for one in shown.items_of(filling, plan) if one in ready))
    if len(ticked.ready) == len(shown.items_of(filling, plan)):
        return _after_items(conversation, ticked, plan)
    return shown.items(conversation, ticked, plan)


def _after_items(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    ready = replace(filling, ready=shown.items_of(filling, plan), step="party")
    if plan.rules.largest_party == 1:
        return ask_days(conversation, replace(ready, party=1))
    return shown.party(conversation, ready, plan)


def ask_days(conversation: Conversation, filling: Filling, *, from_day: str = "") -> Turn:
    """Ask which day, from `from_day` on."""
    asked = replace(filling, step="day", from_day=from_day)
    return _asking(conversation, asked, FindDays(asked.service, asked.party, asked.changing))


def choose_day(conversation: Conversation, filling: Filling, day: str) -> Turn:
    """The day is chosen; ask for its times."""
    chosen = replace(filling, step="time", day=day)
    wanted = FindTimes(chosen.service, chosen.party, date.fromisoformat(day), chosen.changing)
    return _asking(conversation, chosen, wanted)


def choose_time(conversation: Conversation, filling: Filling, starts_at: str) -> Turn:
    """The time is chosen: its seats are held, and all of it is shown once more."""
    chosen = replace(filling, step="confirm", starts_at=starts_at)
    if filling.changing:  # nothing is held while the old seats are kept, so look before asking
        wanted = FindTimes(chosen.service, chosen.party, day_of(datetime.fromisoformat(starts_at)), chosen.changing)
        return _asking(conversation, chosen, wanted)
    return _asking(conversation, chosen, _hold(chosen))


def _hold(filling: Filling) -> Hold:
    """Keep the chosen time; what was held before goes, unless it is the same."""
    return Hold(filling.service, filling.party, datetime.fromisoformat(filling.starts_at), filling.ticket or None)


def stop(conversation: Conversation, filling: Filling) -> Turn:
    """End the dialogue, and give back what it held."""
    if filling.changing:
        kept = Phrase("booking.change_stopped")
        return say(replace(conversation, filling=None), Kind.MENU, (kept,), (booked.MINE, choices.MENU))
    if filling.ticket:
        return _asking(conversation, filling, Release(filling.ticket))
    return say(replace(conversation, filling=None), Kind.MENU, (Phrase("booking.stopped"),), (choices.MENU,))


def _back(conversation: Conversation, filling: Filling, plan: Plan) -> Turn | None:
    before = _BEFORE.get(filling.step)
    if before is None or (filling.changing and before in {"service", "items", "party"}):
        return None
    if before == "party" and plan.rules.largest_party == 1:
        before = "items"
    return present(conversation, replace(filling, step=before), plan)


def present(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    """The step where the dialogue stands, shown again."""
    match filling.step:
        case "explained":
            return shown.explanation(conversation, filling, plan.services[filling.service])
        case "items":
            return shown.items(conversation, filling, plan)
        case "party":
            return shown.party(conversation, filling, plan)
        case "day":
            return ask_days(conversation, filling, from_day=filling.from_day)
        case "time":
            return choose_day(conversation, filling, filling.day)
        case "confirm":
            return choose_time(conversation, filling, filling.starts_at)
        case _:
            return shown.services(conversation, filling, plan)


def _asking(conversation: Conversation, filling: Filling, request: Request) -> Turn:
    return ask_the_house(replace(conversation, filling=filling), shown.VERB, request)


def _with_reminder(filling: Filling, value: str) -> Filling:
    chosen = set(filling.reminders) ^ {value}
    return replace(filling, reminders=tuple(one.value for one in Reminder if one.value in chosen))


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and date.fromisoformat(value).year in _YEARS
    except ValueError:
        return False


def _is_instant(value: str) -> bool:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return False
    return at.tzinfo is not None and at.year in _YEARS
