"""When a freed seat is offered, and when residents are reminded."""

from __future__ import annotations

import pytest

from bot.booking.reminders import Reminder, reminder_times
from bot.booking.waiting import Offer, after_quiet, offer_until, offer_window
from tests.bot.booking.plans import PLAN, at, span, with_calendar

STARTS = at("2022-07-08 13:00")


@pytest.mark.parametrize(
    ("freed", "sent", "until"),
    [
        ("2022-07-05 10:00", "2022-07-05 10:00", "2022-07-05 10:30"),
        ("2022-07-05 19:59:59", "2022-07-05 19:59:59", "2022-07-05 20:29:59"),
        ("2022-07-05 20:00", "2022-07-06 08:00", "2022-07-06 08:30"),
        ("2022-07-05 23:59:59", "2022-07-06 08:00", "2022-07-06 08:30"),
        ("2022-07-06 00:00", "2022-07-06 08:00", "2022-07-06 08:30"),
        ("2022-07-06 07:59:59", "2022-07-06 08:00", "2022-07-06 08:30"),
        ("2022-07-06 08:00", "2022-07-06 08:00", "2022-07-06 08:30"),
        # The seat itself can be had until two hours before it begins.
        ("2022-07-08 10:45", "2022-07-08 10:45", "2022-07-08 11:00"),
        ("2022-07-08 10:59:59", "2022-07-08 10:59:59", "2022-07-08 11:00"),
    ],
)
def test_an_offer_stands_half_an_hour_from_when_it_may_be_sent(freed: str, sent: str, until: str) -> None:
    assert offer_window(PLAN, at(freed), STARTS) == Offer(at(sent), at(until))


@pytest.mark.parametrize("freed", ["2022-07-08 11:00", "2022-07-08 12:59", "2022-07-08 13:00", "2022-07-09 09:00"])
def test_a_seat_nobody_could_take_any_more_is_not_offered(freed: str) -> None:
    assert offer_window(PLAN, at(freed), STARTS) is None


def test_a_seat_freed_at_night_for_the_early_morning_is_not_offered() -> None:
    assert offer_window(PLAN, at("2022-07-07 21:00"), at("2022-07-08 09:00")) is None


def test_nothing_is_offered_before_bookings_open() -> None:
    plan = with_calendar(opens_at=at("2022-07-06 21:00"))
    assert offer_window(plan, at("2022-07-05 10:00"), STARTS) == Offer(at("2022-07-07 08:00"), at("2022-07-07 08:30"))


def test_an_offer_sent_late_stands_as_long() -> None:
    assert offer_until(PLAN, at("2022-07-06 08:07")) == at("2022-07-06 08:37")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2022-07-05 11:59", "2022-07-05 11:59"),
        ("2022-07-05 12:00", "2022-07-05 13:00"),
        ("2022-07-05 13:00", "2022-07-05 13:00"),
    ],
)
def test_quiet_hours_may_lie_within_a_day(now: str, expected: str) -> None:
    assert after_quiet(span("12:00", "13:00"), at(now)) == at(expected)


BOTH = tuple(Reminder)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2022-07-05 09:00", [("day_before", "2022-07-07 17:00"), ("hours_before", "2022-07-08 11:00")]),
        ("2022-07-07 16:59:59", [("day_before", "2022-07-07 17:00"), ("hours_before", "2022-07-08 11:00")]),
        ("2022-07-07 17:00", [("hours_before", "2022-07-08 11:00")]),
        ("2022-07-08 10:59:59", [("hours_before", "2022-07-08 11:00")]),
        ("2022-07-08 11:00", []),
        ("2022-07-09 09:00", []),
    ],
)
def test_reminders_that_are_still_to_come_are_five_the_day_before_and_two_hours_before(
    now: str, expected: list[tuple[str, str]]
) -> None:
    times = reminder_times(PLAN, STARTS, BOTH, at(now))
    assert times == tuple((Reminder(name), at(when)) for name, when in expected)


@pytest.mark.parametrize("chosen", [(), (Reminder.DAY_BEFORE,), (Reminder.HOURS_BEFORE,), BOTH])
def test_the_resident_chooses_the_reminders(chosen: tuple[Reminder, ...]) -> None:
    times = reminder_times(PLAN, STARTS, chosen, at("2022-07-05 09:00"))
    assert tuple(one for one, _ in times) == chosen


def test_the_reminder_of_a_monday_comes_on_sunday() -> None:
    times = reminder_times(PLAN, at("2022-07-11 09:00"), [Reminder.DAY_BEFORE], at("2022-07-05 09:00"))
    assert times == ((Reminder.DAY_BEFORE, at("2022-07-10 17:00")),)


def test_a_reminder_chosen_twice_comes_once() -> None:
    assert len(reminder_times(PLAN, STARTS, [Reminder.DAY_BEFORE] * 2, at("2022-07-05 09:00"))) == 1
