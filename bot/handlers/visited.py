"""After a visit: the closing message with its feedback question, and the answer to that question.

Tokens are `visited:yes=TICKET` and `visited:no=TICKET`. Counted is only what a resident says of a visit of their own
that is over; the house looks the ticket up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.booking.bookings import OVER, Booking
from bot.booking.plan import Plan
from bot.booking.requests import FindTicket, Outcome, TicketFound
from bot.booking.services import after_visit
from bot.booking.tickets import Misread, parse
from bot.dialogue import Choice, Conversation, CountFeedback, Desk, Kind, Phrase, Say, Turn
from bot.handlers import booked, choices
from bot.handlers.reply import ask_the_house, say

VERB = "visited"
COUNTED_AS = "visit"
"""Under which name the answers are counted, beside the entries'."""

_PURPOSES = {"yes": "visit_helped", "no": "visit_unhelped"}
_AGAIN = frozenset({"refused_items", "no_show", "abandoned", "card_expired", "not_my_number_card"})
"""The ends after which one books again."""


def closing(booking: Booking, plan: Plan, outcome: str, done: Iterable[str]) -> Say:
    """What a resident is told when their visit is over. `done` are the desks whose business is finished."""
    phrases = (
        Phrase(f"visit.{outcome}", booked.when(booking.starts_at) if outcome == "no_show" else {}),
        *_next_steps(booking, plan, outcome, frozenset(done)),
    )
    if outcome == "no_show":  # nobody who was not there can say whether the desk helped
        return Say(Kind.NOTICE, phrases, (booked.BOOK, choices.MENU))
    book = (booked.BOOK,) if outcome in _AGAIN else ()
    return Say(Kind.NOTICE, (*phrases, Phrase("visit.rate")), (*_rating(booking.ticket), *book, choices.MENU))


def _next_steps(booking: Booking, plan: Plan, outcome: str, done: frozenset[str]) -> tuple[Phrase, ...]:
    service = plan.services.get(booking.service)
    if outcome == "refused_items" and service:
        return (Phrase("booking.bring_heading"), *booked.bring_lines(service.bring))
    if outcome == "completed":
        return tuple(Phrase(after_visit(step)) for step in plan.steps_of(booking.service) if step in done)
    return ()


def _rating(ticket: str) -> tuple[Choice, Choice]:
    return (
        Choice(Phrase("button.helped_yes"), f"{VERB}:yes={ticket}"),
        Choice(Phrase("button.helped_no"), f"{VERB}:no={ticket}"),
    )


def press(conversation: Conversation, argument: str, desk: Desk) -> Turn | None:
    """What the answer's button does; None for one nobody knows."""
    answer, _, typed = argument.partition("=")
    purpose, ticket = _PURPOSES.get(answer), parse(typed)
    if desk.content.booking is None or purpose is None or isinstance(ticket, Misread):
        return None
    return ask_the_house(conversation, VERB, FindTicket(ticket, purpose))


def hear(conversation: Conversation, outcome: Outcome) -> Turn | None:
    """Thank for the answer and count it once a visit; None if the outcome is none of this dialogue's."""
    if not isinstance(outcome, TicketFound) or outcome.purpose not in _PURPOSES.values():
        return None
    if outcome.booking.status not in OVER:
        return say(conversation, Kind.MENU, (Phrase("visit.not_over"),), (booked.MINE, choices.MENU))
    helped, rated = outcome.purpose == _PURPOSES["yes"], f"{COUNTED_AS}/{outcome.booking.ticket}"
    counted = (CountFeedback(COUNTED_AS, helped),) if conversation.rated_entry_id != rated else ()
    thanks = Phrase("visit.helped" if helped else "visit.not_helped")
    offered = (choices.MENU,) if helped else (choices.MENU, choices.OFFICE)
    return say(replace(conversation, rated_entry_id=rated), Kind.MENU, (thanks,), offered, effects=counted)
