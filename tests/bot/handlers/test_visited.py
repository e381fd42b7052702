"""After a visit: what is said, what is asked, and what is counted. Keys only."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bot.booking.bookings import OVER, Booking, Status
from bot.booking.plan import Plan
from bot.booking.requests import FindTicket, NotFound, TicketFound
from bot.content import Content, load_pack
from bot.dialogue import Conversation, CountFeedback, Desk
from bot.handlers import visited
from bot.language import Language
from bot.settings import read_settings
from counter_agent.wire import Outcome
from tests.bot.booking.test_checkin import booking
from tests.desk import small_desk


@cache
def content() -> Content:
    return load_pack(read_settings({}).content)


def plan() -> Plan:
    found = content().booking
    assert found is not None
    return found


def desk() -> Desk:
    return replace(small_desk(), content=content())


def keys_of(one: Booking, outcome: str, *done: str) -> list[str]:
    return [phrase.key for phrase in visited.closing(one, plan(), outcome, done).phrases]


def over(status: Status = Status.DONE, service: str = "points") -> Booking:
    return replace(booking(status), service=service)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_end_is_worded_in_every_language(outcome: Outcome) -> None:
    said = visited.closing(over(), plan(), outcome.value, ("points",))
    keys = [*(phrase.key for phrase in said.phrases), *(one.label.key for one in said.choices)]
    for language in Language:
        assert [key for key in keys if key not in content().texts[language]] == []


def test_only_what_was_done_has_next_steps_in_the_order_of_the_visit() -> None:
    both = over(service="both")
    assert keys_of(both, "completed", "points", "insurance")[1:3] == ["visit.next.insurance", "visit.next.points"]
    assert keys_of(both, "completed", "points")[1:-1] == ["visit.next.points"]
    assert keys_of(both, "completed")[1:-1] == []
    assert keys_of(both, "handed_over", "points") == ["visit.handed_over", "visit.rate"]


def test_a_service_the_town_took_away_has_no_list() -> None:
    assert keys_of(over(service="gone"), "refused_items") == ["visit.refused_items", "visit.rate"]


def test_who_did_not_come_is_not_asked_how_it_was() -> None:
    said = visited.closing(over(Status.NO_SHOW), plan(), "no_show", ())
    assert [one.token for one in said.choices] == ["booking", "menu"]
    assert said.phrases[0].args == {"day": "2022-07-05", "time": "10:00"}


@pytest.mark.parametrize(("answer", "purpose"), [("yes", "visit_helped"), ("no", "visit_unhelped")])
def test_an_answer_looks_the_visit_up(answer: str, purpose: str) -> None:
    turn = visited.press(Conversation(), f"{answer}=F222-F22P", desk())
    assert turn is not None
    assert turn.request == FindTicket("F222-F22P", purpose)


@pytest.mark.parametrize("token", ["", "yes", "yes=", "yes=F222-F223", "maybe=F222-F22P"])
def test_a_token_nobody_gave_out_does_nothing(token: str) -> None:
    assert visited.press(Conversation(), token, desk()) is None


def test_a_town_without_bookings_has_no_visits() -> None:
    assert visited.press(Conversation(), "yes=F222-F22P", small_desk()) is None


@pytest.mark.parametrize(("purpose", "helped"), [("visit_helped", True), ("visit_unhelped", False)])
@pytest.mark.parametrize("status", sorted(OVER))
def test_an_answer_is_counted_once_a_visit(purpose: str, helped: bool, status: Status) -> None:
    found = TicketFound(over(status), purpose)
    first = visited.hear(Conversation(), found)
    assert first is not None
    assert first.effects == (CountFeedback("visit", helped),)
    again = visited.hear(first.conversation, found)
    assert again is not None
    assert again.effects == ()


@pytest.mark.parametrize("status", sorted(set(Status) - OVER))
def test_what_is_not_over_is_not_counted(status: Status) -> None:
    turn = visited.hear(Conversation(), TicketFound(over(status), "visit_helped"))
    assert turn is not None
    assert turn.effects == ()
    assert turn.says[0].phrases[0].key == "visit.not_over"


@pytest.mark.parametrize("outcome", [NotFound(), TicketFound(over(), "show")])
def test_what_others_asked_for_is_left_to_them(outcome: NotFound | TicketFound) -> None:
    assert visited.hear(Conversation(), outcome) is None
