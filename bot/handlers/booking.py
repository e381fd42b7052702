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
from bot.booking.requests import (
    Confirmed,
    DaysFound,
    FindTicket,
    Held,
    Lost,
    Moved,
    Outcome,
    Refused,
    Released,
    Time,
    TimesFound,
    Waiting,
)
from bot.booking.rules import Reason, Refusal
from bot.booking.slots import TOKYO
from bot.booking.tickets import Misread, parse
from bot.content import NoticeKind
from bot.dialogue import Conversation, Desk, Filling, Kind, Phrase, Say, Turn
from bot.handlers import booked, choices
from bot.handlers import booking_shown as shown
from bot.handlers import booking_steps as steps
from bot.handlers.reply import ask_the_house, in_the_middle, say
from bot.handlers.when import PartOfDay, When, is_no_day, part_of_day_said, when_said

VERB = shown.VERB
_STOPPING = frozenset(
    {"やめる", "やめます", "やめたい", "やっぱりやめる", "やっぱりやめます", "やめとく", "中止", "キャンセル"}
    | {"stop", "quit", "cancel"}
)
_NOON = 12
_PEOPLE = re.compile(r"(\d{1,2}) ?(?:人|名|にん|people|persons?)(?:です|で)?")
_NEAREST = 3


def press(conversation: Conversation, argument: str, desk: Desk, today: date) -> Turn | None:
    """What a button of this dialogue does; None for one nobody knows, or where the pack has no booking."""
    plan = desk.content.booking
    if plan is None:
        return None
    if closed := _closed(conversation, desk, today):
        return closed
    if argument in {"", "anew"}:
        return steps.begin(conversation, plan)
    if argument.startswith("for="):
        return begin_with(conversation, argument.removeprefix("for="), plan)
    run, _, rest = argument.partition(".")
    step, _, value = rest.partition("=")
    filling = conversation.filling
    if filling is None or run != str(filling.run):
        return _past(conversation, step, value, plan)
    return steps.step(conversation, filling, step, value, plan) or _past(conversation, "", "", plan)


def begin_with(conversation: Conversation, service: str, plan: Plan) -> Turn:
    """Begin with the service chosen already, as a result of the eligibility dialogue does."""
    filling = shown.anew(conversation)
    return steps.choose_service(conversation, filling, service, plan) or steps.begin(conversation, plan)


def read(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn | None:
    """What a typed text means at this step: a number of people, a day, a time; None: nothing of the kind."""
    filling, plan = conversation.filling, desk.content.booking
    if filling is None or plan is None or not is_asking(conversation) or _closed(conversation, desk, today):
        return None
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    if typed in _STOPPING:
        return steps.stop(conversation, filling)
    people = _PEOPLE.fullmatch(typed)
    if filling.step == "party" and people and 1 <= int(people[1]) <= plan.rules.largest_party:
        return steps.ask_days(conversation, replace(filling, party=int(people[1])))
    if filling.step not in {"day", "time"}:
        return None
    if said := when_said(text, today):
        return _choose_said(conversation, filling, said)
    if is_no_day(text, today):
        return _no_such_day(conversation, filling, plan)
    first = _first_offered(conversation, filling, part_of_day_said(text))
    return steps.step(conversation, filling, filling.step, first, plan) if first else None


def _first_offered(conversation: Conversation, filling: Filling, part: PartOfDay | None) -> str | None:
    """The first day or time on the screen that is free and in that part of the day."""
    mark = f"{VERB}:{filling.run}.{filling.step}="
    values = [one.token.removeprefix(mark) for one in conversation.offered if one.token.startswith(mark)]
    match part:
        case PartOfDay.ANY:
            return next(iter(values), None)
        case PartOfDay.MORNING | PartOfDay.AFTERNOON if filling.step == "time":
            is_late = part is PartOfDay.AFTERNOON
            return next((at for at in values if (datetime.fromisoformat(at).hour >= _NOON) is is_late), None)
        case _:
            return None


def _choose_said(conversation: Conversation, filling: Filling, said: When) -> Turn | None:
    """The day that was typed, the time of the day chosen before, or both at once."""
    day = said.day.isoformat() if said.day else filling.day
    if not day or (said.day is None and filling.step == "day"):
        return None
    if said.time is None:
        return steps.choose_day(conversation, filling, day)
    starts_at = datetime.combine(date.fromisoformat(day), said.time, TOKYO)
    return steps.choose_time(conversation, replace(filling, day=day), starts_at.isoformat())


def _no_such_day(conversation: Conversation, filling: Filling, plan: Plan) -> Turn:
    told = say(conversation, Kind.QUESTION, (Phrase("booking.refused.no_such_day"),), ())
    asked = steps.present(conversation, filling, plan)
    return replace(asked, says=(*told.says, *asked.says))


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
    asked = steps.present(turn.conversation, filling, plan)
    return replace(asked, says=(*answered, *asked.says), effects=turn.effects, language=turn.language)


def again(conversation: Conversation, desk: Desk) -> Turn:
    """The step that is open, for somebody who asks to book while they do."""
    return with_step(say(conversation, Kind.NOTICE, (), conversation.offered), desk)


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


def _past(conversation: Conversation, step: str, value: str, plan: Plan) -> Turn:
    """An old button: what it booked, if it did; else say so and show the present step, or where to begin."""
    if step == "confirm" and not isinstance(ticket := parse(value), Misread):
        return ask_the_house(conversation, booked.MINE.token, FindTicket(ticket))
    filling = conversation.filling
    if filling is None:
        return say(conversation, Kind.MENU, (Phrase("booking.past"),), (booked.BOOK, booked.MINE, choices.MENU))
    turn = steps.present(conversation, filling, plan)
    return replace(turn, says=(Say(Kind.NOTICE, (Phrase("booking.past_step"),)), *turn.says))


def _closed(conversation: Conversation, desk: Desk, today: date) -> Turn | None:
    """Once the programme is over there is nothing to book: the notice says so."""
    notice = desk.content.notice_on(today, NoticeKind.CLOSING)
    if notice is None:
        return None
    over = replace(conversation, filling=None)
    return say(over, Kind.NOTICE, (Phrase(notice.text_key),), (choices.MENU, choices.OFFICE))
