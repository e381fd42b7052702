from __future__ import annotations

import pytest

from bot.booking.bookings import (
    AWAITING_CONFIRMATION,
    BY_THE_DESK,
    CANCELLABLE,
    LAWFUL,
    MOVABLE,
    SEATED,
    Status,
    may_become,
    may_change_at_the_desk,
)


def test_every_status_says_what_may_follow() -> None:
    assert set(LAWFUL) == set(Status)


def test_every_status_can_be_reached_from_a_wish() -> None:
    reached, seen = {Status.HELD, Status.WAITING}, set[Status]()
    while reached - seen:
        seen |= reached
        reached |= {target for status in seen for target in LAWFUL[status]}
    assert reached == set(Status)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.DONE, Status.REFUSED, Status.ABANDONED])
def test_what_is_over_stays_over(status: Status) -> None:
    assert LAWFUL[status] == frozenset()


def test_only_what_is_not_served_yet_can_be_cancelled_or_moved() -> None:
    assert {status for status in Status if may_become(status, Status.CANCELLED)} == CANCELLABLE
    assert MOVABLE < CANCELLABLE


def test_a_change_at_the_desk_neither_takes_nor_frees_a_seat() -> None:
    changes = [(one, other) for one in Status for other in Status if may_change_at_the_desk(one, other)]
    assert all({one, other} <= SEATED - AWAITING_CONFIRMATION for one, other in changes)
    assert {other for _, other in changes} == BY_THE_DESK


@pytest.mark.parametrize(
    ("status", "target"),
    [
        (Status.CANCELLED, Status.CONFIRMED),
        (Status.EXPIRED, Status.CONFIRMED),
        (Status.WAITING, Status.CONFIRMED),
        (Status.ARRIVED, Status.CANCELLED),
        (Status.NO_SHOW, Status.DONE),
    ],
)
def test_a_shortcut_is_unlawful(status: Status, target: Status) -> None:
    assert not may_become(status, target)
    assert not may_change_at_the_desk(status, target)


def test_who_comes_late_after_all_is_served() -> None:
    assert may_change_at_the_desk(Status.NO_SHOW, Status.ARRIVED)
