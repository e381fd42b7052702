"""Who is called next, and why nobody is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counter_agent import events as e
from counter_agent.reporting import check_in_of, gone_without_visit
from counter_agent.tickets import find_booking, with_own_ends
from counter_agent.visit import Reader, Stage
from counter_agent.waiting import Counter, call, check_in, hold, next_visitor, strike_out
from counter_agent.wire import Booking, Outcome, Status
from tests.counter_agent.made_up import MORNING, TICKET, booking, today, visit, visitor

EARLY = visitor("A-1", visit_id="1" * 32, minutes=0)
LATE = visitor("B-2", visit_id="2" * 32, minutes=30)
WALK_IN = visitor(None, visit_id="3" * 32, minutes=None)


def refusal(answer: object) -> e.Reason:
    assert isinstance(answer, e.Refused)
    return answer.reason


def test_bookings_come_by_their_time_and_walk_ins_by_their_coming() -> None:
    counter = Counter(waiting=(LATE, EARLY, WALK_IN))
    order = []
    while (one := next_visitor(counter)) is not None:
        order.append(one)
        struck = strike_out(counter, one.visit_id)
        assert isinstance(struck, Counter)
        counter = struck
    assert order == [WALK_IN, EARLY, LATE]


def test_who_is_held_comes_after_all_others() -> None:
    held = hold(Counter(waiting=(EARLY, LATE)), EARLY.visit_id)
    assert isinstance(held, Counter)
    assert next_visitor(held) == LATE
    again = hold(held, EARLY.visit_id)
    assert isinstance(again, Counter)
    assert next_visitor(again) == EARLY


def test_the_same_ticket_is_checked_in_once() -> None:
    counter = check_in(Counter(), EARLY)
    assert isinstance(counter, Counter)
    assert refusal(check_in(counter, replace(EARLY, visit_id="9" * 32))) is e.Reason.ALREADY_HERE
    at_desk = call(counter, EARLY.visit_id, MORNING)
    assert isinstance(at_desk, Counter)
    assert refusal(check_in(at_desk, EARLY)) is e.Reason.ALREADY_HERE


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CLOSED])
def test_nobody_is_called_before_the_last_visit_is_closed(stage: Stage) -> None:
    counter = Counter(waiting=(EARLY,), visit=replace(visit(), stage=stage))
    assert refusal(call(counter, EARLY.visit_id, MORNING)) is e.Reason.VISIT_NOT_CLOSED
    closed = Counter(waiting=(EARLY,), visit=replace(visit(), stage=Stage.CLOSED))
    assert isinstance(call(closed, EARLY.visit_id, MORNING), Counter)


def test_nobody_is_called_while_a_card_lies_there_or_nobody_waits() -> None:
    left = Counter(waiting=(EARLY,), reader=Reader.CARD)
    assert refusal(call(left, EARLY.visit_id, MORNING)) is e.Reason.CARD_LEFT_BEHIND
    assert refusal(call(Counter(), "", MORNING)) is e.Reason.NOBODY_WAITS
    assert refusal(hold(Counter(), "x")) is e.Reason.NOBODY_WAITS
    assert refusal(strike_out(Counter(), "x")) is e.Reason.NOBODY_WAITS


@pytest.mark.parametrize(
    ("stage", "reader", "reason"),
    [
        (Stage.READ, Reader.CARD, e.Reason.VISIT_NOT_CLOSED),
        (Stage.CALLED, Reader.CARD, e.Reason.CARD_IS_ON),
    ],
)
def test_a_visit_with_a_card_is_not_put_on_hold(stage: Stage, reader: Reader, reason: e.Reason) -> None:
    counter = Counter(visit=replace(visit(), stage=stage, reader=reader))
    assert refusal(hold(counter, visit().visit_id)) is reason


def test_a_visit_whose_card_was_read_is_not_put_on_hold() -> None:
    read = replace(
        visit(), stage=Stage.CALLED, verdict=e.Verdict(possession_proved=True, dates_valid=True, chain_valid=True)
    )
    assert refusal(hold(Counter(visit=read), read.visit_id)) is e.Reason.VISIT_NOT_CLOSED


@pytest.mark.parametrize(
    ("found", "typed", "reason"),
    [
        (booking(), "", e.Reason.NO_SUCH_TICKET),
        (booking(), "ZZ-999", e.Reason.NO_SUCH_TICKET),
        (booking(status=Status.CANCELLED), TICKET, e.Reason.BOOKING_IS_CANCELLED),
        (booking(status=Status.ARRIVED), TICKET, e.Reason.AT_OTHER_COUNTER),
        (booking(status=Status.DONE), TICKET, e.Reason.BOOKING_IS_CLOSED),
    ],
)
def test_a_ticket_that_cannot_be_checked_in_says_why(found: Booking, typed: str, reason: e.Reason) -> None:
    assert refusal(find_booking((found,), typed, own_counter="窓口1")) is reason


def test_what_this_counter_ended_itself_is_ended_on_its_list() -> None:
    gone = gone_without_visit(TICKET, "a" * 32, Outcome.NO_SHOW, report_id="1" * 32, at=MORNING)
    assert with_own_ends(today(), (gone,)).bookings[0].status is Status.NO_SHOW
    assert with_own_ends(today(), ()) == today()


def test_who_was_noted_as_not_come_can_be_checked_in_after_all_and_is_not_gone_then() -> None:
    gone = gone_without_visit(TICKET, "a" * 32, Outcome.NO_SHOW, report_id="1" * 32, at=MORNING)
    missed = with_own_ends(today(), (gone,)).bookings
    assert find_booking(missed, TICKET, own_counter="窓口1") == missed[0]
    here = visitor(TICKET, visit_id="b" * 32)
    came = check_in_of(here, missed[0], report_id="2" * 32)
    assert with_own_ends(today(), (gone, came)) == today()
