"""Whether what a counter reports fits the booking as it is now, status by status."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.booking.bookings import AT_THE_COUNTER, OVER, Booking, EnteredBy, Status, may_change_at_the_desk
from bot.booking.checkin import way_to, why_not_here, why_not_missed, why_not_served
from bot.booking.slots import Slot, Visit
from bot.language import Language
from counter_agent.wire import STATUS_AFTER, CheckIn, ConflictKind
from counter_agent.wire import Language as SpokenLanguage

TEN = datetime(2022, 7, 5, 1, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
NOT_CERTAIN = (Status.HELD, Status.OFFERED, Status.WAITING, Status.EXPIRED)


def booking(status: Status = Status.CONFIRMED, starts_at: datetime = TEN) -> Booking:
    return Booking(
        id=1,
        ticket="F222-F22P",
        service="points",
        status=status,
        version=3,
        visit=Visit((Slot("points", starts_at, starts_at + HALF),), (1,)),
        party=1,
        channel="webchat",
        conversation_id=1,
        language=Language.JA,
        reminders=(),
        entered_by=EnteredBy.CHAT,
        created_at=TEN - timedelta(days=3),
        changed_at=TEN - timedelta(days=3),
        held_until=None,
        counter=None,
    )


def report(seen: datetime | None = TEN, at: datetime = TEN) -> CheckIn:
    return CheckIn(
        report_id="a" * 32,
        visit_id="b" * 32,
        ticket="F222-F22P",
        at=at,
        services=("points",),
        party=1,
        language=SpokenLanguage.JA,
        seen_version=1,
        seen_starts_at=seen,
    )


def here(one: Booking | None, told: CheckIn | None = None, *, is_elsewhere: bool = False) -> ConflictKind | None:
    return why_not_here(one, told or report(), is_elsewhere=is_elsewhere)


def test_who_is_expected_now_is_checked_in_whatever_else_changed() -> None:
    assert here(booking()) is None


@pytest.mark.parametrize("status", NOT_CERTAIN)
def test_what_was_never_certain_is_no_ticket(status: Status) -> None:
    assert here(booking(status)) is ConflictKind.UNKNOWN_TICKET
    assert why_not_missed(booking(status), TEN + HALF) is ConflictKind.UNKNOWN_TICKET
    assert here(None) is why_not_missed(None, TEN) is ConflictKind.UNKNOWN_TICKET


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_is_over_for_every_report(status: Status) -> None:
    one, a_day_late = booking(status), report(at=TEN + timedelta(days=1))
    found = (here(one, a_day_late), why_not_missed(one, TEN + HALF), why_not_served(one, is_elsewhere=False))
    assert found == (ConflictKind.ALREADY_CLOSED,) * 3


@pytest.mark.parametrize("status", sorted(OVER))
def test_who_was_noted_as_not_come_may_come_after_all_and_nobody_else_again(status: Status) -> None:
    expected = None if status is Status.NO_SHOW else ConflictKind.ALREADY_CLOSED
    assert here(booking(status), report(at=TEN + HALF)) is expected


def test_what_was_cancelled_is_cancelled_for_every_report() -> None:
    one = booking(Status.CANCELLED)
    found = (here(one), why_not_missed(one, TEN + HALF), why_not_served(one, is_elsewhere=False))
    assert found == (ConflictKind.CANCELLED,) * 3


@pytest.mark.parametrize("status", sorted(AT_THE_COUNTER))
def test_who_is_at_a_counter_is_at_one_only(status: Status) -> None:
    one = booking(status)
    assert here(one, is_elsewhere=True) is ConflictKind.AT_OTHER_COUNTER
    assert here(one) is None
    assert why_not_missed(one, TEN + HALF) is ConflictKind.AT_OTHER_COUNTER
    assert why_not_served(one, is_elsewhere=True) is ConflictKind.AT_OTHER_COUNTER
    assert why_not_served(one, is_elsewhere=False) is None


@pytest.mark.parametrize(
    ("told", "conflict"),
    [
        (report(seen=TEN - HALF), ConflictKind.MOVED),
        (report(seen=None, at=TEN + 2 * HALF), None),
        (report(seen=None, at=TEN + timedelta(days=1)), ConflictKind.MOVED),
        (report(seen=None, at=TEN - timedelta(days=1)), ConflictKind.MOVED),
    ],
    ids=["another time seen", "unseen, the same day", "unseen, a day late", "unseen, a day early"],
)
def test_a_moved_booking_is_told_from_one_that_was_not_seen(told: CheckIn, conflict: ConflictKind | None) -> None:
    assert here(booking(), told) is conflict


@pytest.mark.parametrize(
    ("at", "conflict"),
    [
        (TEN - timedelta(seconds=1), ConflictKind.MOVED),
        (TEN, None),
        (TEN + timedelta(hours=13, minutes=59), None),
        (TEN + timedelta(hours=14), ConflictKind.MOVED),
    ],
    ids=["before its time", "at its time", "at the end of the day", "the day after"],
)
def test_a_no_show_is_one_from_its_time_on_that_day(at: datetime, conflict: ConflictKind | None) -> None:
    assert why_not_missed(booking(), at) is conflict


def test_nobody_is_served_without_a_check_in() -> None:
    assert why_not_served(booking(), is_elsewhere=False) is ConflictKind.UNKNOWN_VISIT
    assert why_not_served(None, is_elsewhere=False) is ConflictKind.UNKNOWN_TICKET


@pytest.mark.parametrize("status", sorted(AT_THE_COUNTER))
def test_every_outcome_is_reached_by_lawful_changes(status: Status) -> None:
    for target in {Status(one.value) for one in STATUS_AFTER.values()}:
        one = booking(status)
        for step in way_to(status, target):
            assert may_change_at_the_desk(one.status, step), (one.status, step)
            one = replace(one, status=step)
        assert one.status is target


def test_where_one_is_already_there_is_no_way_to_go() -> None:
    assert way_to(Status.IN_SERVICE, Status.IN_SERVICE) == ()
