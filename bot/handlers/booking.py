"""Booking the support desk: what for, what to bring, how many, which day, which time, confirm.

Pure: what it has to know or have done it asks for (`bot/booking/requests.py`) and goes on when it hears. Tokens are
`booking` (begin), `booking:RUN.STEP=VALUE` and `booking:RUN.STEP`; the one that books carries the ticket, so that a
second press shows it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime

from bot.booking.plan import Plan
from bot.booking.reminders import Reminder
from bot.booking.requests import (
    Confirm,
    Confirmed,
    DaysFound,
    FindDays,
    FindTicket,
    FindTimes,
    Held,
    Hold,
    Lost,
    Move,
    Moved,
    Outcome,
    Refused,
    Release,
    Released,
    Request,
    Time,
    TimesFound,
    Wait,
    Waiting,
)
from bot.booking.rules import Reason, Refusal
from bot.booking.slots import TOKYO, day_of
from bot.booking.tickets import Misread, parse
from bot.content import NoticeKind
from bot.dialogue import Conversation, Desk, Filling, Kind, Phrase, Say, Turn
from bot.handlers import booked, choices
from bot.handlers import booking_shown as shown
from bot.handlers.reply import ask_the_house, in_the_middle, say
from bot.handlers.when import When, when_said

VERB = shown.VERB

_STOPPING = frozenset({"やめる", "やめます", "やめたい", "中止", "stop", "quit"})
_PEOPLE = re.compile(r"(\d{1,2}) ?(?:人|名|にん|people|persons?)(?:です|で)?")
_NEAREST = 3
_YEARS = range(2000, 2100)
"""A button is ours, but its token is the resident's to change."""

_STEPS_BACK = {
    "explained": "service",
    "items": "service",
    "party": "items",
    "day": "party",
    "time": "day",
    "confirm": "time",
}


def press(conversation: Conversation, argument: str, desk: Desk, today: date) -> Turn | None:
    """What a button of this dialogue does; None for one nobody knows, or where the pack has no booking."""
    plan = desk.content.booking
    if plan is None:
        return None
    if closed := _closed(conversation, desk, today):
        return closed
    if argument in {"", "anew"}:
        return _begin(conversation, plan)
    if argument.startswith("for="):
        return begin_with(conversation, argument.removeprefix("for="), plan)
    run, _, rest = argument.partition(".")
    step, _, value = rest.partition("=")
    filling = conversation.filling
    if filling is None or run != str(filling.run):
        return _past(conversation, step, value, plan)
    return _step(conversation, filling, step, value, plan) or _past(conversation, "", "", plan)


def begin_with(conversation: Conversation, service: str, plan: Plan) -> Turn:
    """Begin with the service chosen already, as a result of the eligibility dialogue does."""
    filling = shown.anew(conversation)
    return _choose_service(conversation, filling, service, plan) or _begin(conversation, plan)


def read(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn | None:
    """What a typed text means at this step: a number of people, a day, a time; None: nothing of the kind."""
    filling, plan = conversation.filling, desk.content.booking
    if filling is None or plan is None or not is_asking(conversation) or _closed(conversation, desk, today):
        return None
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    if typed in _STOPPING:
        return _stop(conversation, filling)
    people = _PEOPLE.fullmatch(typed)
    if filling.step == "party" and people and 1 <= int(people[1]) <= plan.rules.largest_party:
        return _ask_days(conversation, replace(filling, party=int(people[1])))
    if filling.step in {"day", "time"} and (said := when_said(text, today)):
        return _choose_said(conversation, filling, said)
    return None


def _choose_said(conversation: Conversation, filling: Filling, said: When) -> Turn | None:
    """The day that was typed, the time of the day chosen before, or both at once."""
    day = said.day.isoformat() if said.day else filling.day
    if not day or (said.day is None and filling.step == "day"):
        return None
    if said.time is None:
        return _choose_day(conversation, filling, day)
    starts_at = datetime.combine(date.fromisoformat(day), said.time, TOKYO)
    return _choose_time(conversation, replace(filling, day=day), starts_at.isoformat())


def is_asking(conversation: Conversation) -> bool:
    """Whether a step of this dialogue is what the resident sees now."""
    filling = conversation.filling
    mark = f"{VERB}:{filling.run}." if filling else None
    return mark is not None and any(one.token.startswith(mark) for one in conversation.offered)


def with_step(turn: Turn, desk: Desk) -> Turn:
    """A turn that answered something else in the middle, followed by the step that is still open."""
    filling, plan = turn.conversation.filling, desk.content.booking
    if filling is None or plan is None or not turn.says:
        return turn
    *before, last = (in_the_middle(one) for one in turn.says)
    answered = (*before, replace(last, phrases=(*last.phrases, Phrase("booking.back_to"))))
    asked = _present(turn.conversation, filling, plan)
    return replace(asked, says=(*answered, *asked.says), effects=turn.effects, language=turn.language)


def hear(conversation: Conversation, outcome: Outcome, desk: Desk) -> Turn | None:
    """Go on with what came of a request; None if it is none of this dialogue's."""
    filling, plan = conversation.filling, desk.content.booking
    if plan is None:
        return None
    done = replace(conversation, filling=None)
    match outcome:
        case Confirmed(booking):
            return booked.ticket(done, booking, plan, "done")
        case Moved(booking):
            return booked.ticket(done, booking, plan, "moved")
        case Waiting(booking, place):
            return shown.waiting(conversation, booking, place, plan.rules.offer_minutes)
        case Released():
            return say(done, Kind.MENU, (Phrase("booking.stopped"),), (choices.MENU,))
    return _hear_in_the_middle(conversation, filling, outcome) if filling else None


def _hear_in_the_middle(conversation: Conversation, filling: Filling, outcome: Outcome) -> Turn | None:
    """What leads on to the next step."""
    match outcome:
        case DaysFound():
            return shown.days(conversation, filling, outcome)
        case TimesFound(_, times) if filling.step == "confirm" and times:
            return _look_before_moving(conversation, filling, times)
        case TimesFound():
            return shown.times(conversation, filling, outcome)
        case Held():
            return shown.confirm(conversation, filling, outcome)
        case Refused():
            return shown.refused(conversation, filling, outcome)
        case Lost(nearest):
            return shown.refused(conversation, replace(filling, ticket=""), Refused(None, nearest))
        case _:
            return None


def _look_before_moving(conversation: Conversation, filling: Filling, times: tuple[Time, ...]) -> Turn:
    """Ask whether to move there, if the time is still to be had."""
    chosen = next((one for one in times if one.starts_at == datetime.fromisoformat(filling.starts_at)), None)
    if chosen and chosen.is_free:
        return shown.change(conversation, filling)
    free = tuple(one for one in times if one.is_free)[:_NEAREST]
    refusal = None if chosen else Refusal(Reason.NO_SUCH_SLOT)
    return shown.refused(conversation, filling, Refused(refusal, free))


# What a button does ----------------------------------------------------------------------------------------------


def _step(conversation: Conversation, filling: Filling, step: str, value: str, plan: Plan) -> Turn | None:
    match step:
        case "service":
            return _choose_service(conversation, filling, value, plan)
        case "item" if value in shown.items_of(filling, plan):
            return _tick(conversation, filling, value, plan)
        case "ready":
            return _after_items(conversation, filling, plan)
        case "not_ready":
            return shown.not_ready(conversation, filling)
        case "remember":
            return shown.list_to_keep(conversation, filling, plan)
        case "party" if value.isdecimal() and 1 <= int(value) <= plan.rules.largest_party:
            return _ask_days(conversation, replace(filling, party=int(value)))
        case "day" | "more" | "time" | "wait" | "confirm" | "remind" | "stop" | "back":
            return _step_when(conversation, filling, step, value, plan)
        case _:
            return None


def _step_when(conversation: Conversation, filling: Filling, step: str, value: str, plan: Plan) -> Turn | None:
    """The steps from the day on."""
    match step:
        case "more" if _is_day(value):
            return _ask_days(conversation, filling, from_day=value)
        case "day" if _is_day(value) and filling.party:
            return _choose_day(conversation, filling, value)
        case "time" if _is_instant(value) and filling.party:
            return _choose_time(conversation, filling, value)
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
            return _stop(conversation, filling)
        case "back":
            return _back(conversation, filling, plan)
        case _:
            return None


def _begin(conversation: Conversation, plan: Plan) -> Turn:
    filling = shown.anew(conversation)
    return shown.services(conversation, filling, plan)


def _choose_service(conversation: Conversation, filling: Filling, service: str, plan: Plan) -> Turn | None:
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
        return _ask_days(conversation, replace(ready, party=1))
    return shown.party(conversation, ready, plan)


def _ask_days(conversation: Conversation, filling: Filling, *, from_day: str = "") -> Turn:
    asked = replace(filling, step="day", from_day=from_day)
    return _asking(conversation, asked, FindDays(asked.service, asked.party, asked.changing))


def _choose_day(conversation: Conversation, filling: Filling, day: str) -> Turn:
    chosen = replace(filling, step="time", day=day)
    wanted = FindTimes(chosen.service, chosen.party, date.fromisoformat(day), chosen.changing)
    return _asking(conversation, chosen, wanted)


def _choose_time(conversation: Conversation, filling: Filling, starts_at: str) -> Turn:
    chosen = replace(filling, step="confirm", starts_at=starts_at)
    if filling.changing:  # nothing is held while the old seats are kept, so look before asking
        wanted = FindTimes(chosen.service, chosen.party, day_of(datetime.fromisoformat(starts_at)), chosen.changing)
        return _asking(conversation, chosen, wanted)
    return _asking(conversation, chosen, _hold(chosen))


def _hold(filling: Filling) -> Hold:
    """Keep the chosen time; what was held before goes, unless it is the same."""
    return Hold(filling.service, filling.party, datetime.fromisoformat(filling.starts_at), filling.ticket or None)


def _stop(conversation: Conversation, filling: Filling) -> Turn:
    if filling.changing:
        kept = Phrase("booking.change_stopped")
        return say(replace(conversation, filling=None), Kind.MENU, (kept,), (booked.MINE, choices.MENU))
    if filling.ticket:
        return _asking(conversation, filling, Release(filling.ticket))
    return say(replace(conversation, filling=None), Kind.MENU, (Phrase("booking.stopped"),), (choices.MENU,))


def _back(conversation: Conversation, filling: Filling, plan: Plan) -> Turn | None:
    before = _STEPS_BACK.get(filling.step)
    if before is None or (filling.changing and before in {"service", "items", "party"}):
        return None
    if before == "party" and plan.rules.largest_party == 1:
        before = "items"
    return _present(conversation, replace(filling, step=before), plan)


def _present(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    match filling.step:
        case "explained":
            return shown.explanation(conversation, filling, plan.services[filling.service])
        case "items":
            return shown.items(conversation, filling, plan)
        case "party":
            return shown.party(conversation, filling, plan)
        case "day":
            return _ask_days(conversation, filling, from_day=filling.from_day)
        case "time":
            return _choose_day(conversation, filling, filling.day)
        case "confirm":
            return _choose_time(conversation, filling, filling.starts_at)
        case _:
            return shown.services(conversation, filling, plan)


def _past(conversation: Conversation, step: str, value: str, plan: Plan) -> Turn:
    """An old button: what it booked, if it did; else say so and show the present step, or where to begin."""
    if step == "confirm" and not isinstance(ticket := parse(value), Misread):
        return ask_the_house(conversation, booked.MINE.token, FindTicket(ticket))
    filling = conversation.filling
    if filling is None:
        return say(conversation, Kind.MENU, (Phrase("booking.past"),), (booked.BOOK, booked.MINE, choices.MENU))
    turn = _present(conversation, filling, plan)
    return replace(turn, says=(Say(Kind.NOTICE, (Phrase("booking.past_step"),)), *turn.says))


def _closed(conversation: Conversation, desk: Desk, today: date) -> Turn | None:
    """Once the programme is over there is nothing to book: the notice says so."""
    notice = desk.content.notice_on(today, NoticeKind.CLOSING)
    if notice is None:
        return None
    over = replace(conversation, filling=None)
    return say(over, Kind.NOTICE, (Phrase(notice.text_key),), (choices.MENU, choices.OFFICE))


def _asking(conversation: Conversation, filling: Filling, request: Request) -> Turn:
    return ask_the_house(replace(conversation, filling=filling), VERB, request)


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
