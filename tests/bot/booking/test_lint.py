"""The slips that have undone other cities' bookings are found, and a sound plan has none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.booking.lint import Finding, findings, lost_slots, seats_a_day
from bot.booking.plan import Closure, Deadline, Plan, SpecialHours
from bot.booking.report import report
from bot.booking.services import Period, Service, ServiceKind
from tests.bot.booking.plans import (
    CALENDAR,
    FIRST,
    LAST,
    PLAN,
    at,
    desk,
    span,
    with_calendar,
    with_rules,
    with_services,
)


def found(plan: Plan) -> list[tuple[str, str]]:
    return [(".".join(one.key), one.problem) for one in findings(plan)]


def keys(plan: Plan) -> list[str]:
    return [key for key, _ in found(plan)]


def staffed(*periods: Period) -> Plan:
    return with_services(Service("points", ServiceKind.DESK, periods))


def test_a_sound_plan_has_nothing_odd() -> None:
    assert findings(PLAN) == ()


@pytest.mark.parametrize(
    ("name", "usual", "odd"),
    [
        ("bookings_per_person", 6, 20),
        ("largest_party", 10, 40),
        ("hold_minutes", 3, 1),
        ("hold_minutes", 60, 100),
        ("holds_per_person", 6, 20),
        ("waits_per_person", 10, 20),
        ("offer_minutes", 10, 3),
        ("offer_minutes", 240, 300),
    ],
)
def test_a_limit_with_a_missing_or_extra_zero_is_odd(name: str, usual: int, odd: int) -> None:
    assert keys(with_rules(**{name: usual})) == []
    assert keys(with_rules(**{name: odd})) == [f"rules.{name}"]


def test_deadlines_and_reminders_out_of_all_measure_are_odd() -> None:
    assert keys(with_rules(book_from=Deadline(131, time(8, 30)))) == ["rules.book_from"]
    assert keys(with_rules(book_from=Deadline(130, time(8, 30)))) == []
    assert keys(with_rules(change_until=Deadline(minutes=2881))) == ["rules.change_until"]
    assert keys(with_rules(remind_minutes=12)) == ["rules.remind.minutes_before"]


@pytest.mark.parametrize(
    ("seats", "minutes", "expected"), [(30, 30, []), (31, 30, ["seats"]), (2, 5, []), (2, 4, ["slot_minutes"])]
)
def test_seats_and_slots_out_of_all_measure_are_odd(seats: int, minutes: int, expected: list[str]) -> None:
    odd = [key.removeprefix("services.points.periods.1.") for key in keys(staffed(Period(FIRST, minutes, seats)))]
    assert odd == expected


@pytest.mark.parametrize(("later", "is_odd"), [(1, False), (2, False), (10, False), (11, True), (20, True)])
def test_seats_a_day_that_leap_from_one_period_to_the_next_are_odd(later: int, is_odd: bool) -> None:
    plan = staffed(Period(FIRST, 30, 2), Period(date(2022, 9, 1), 30, later))
    assert keys(plan) == (["services.points.periods.2.seats"] if is_odd else [])


def test_seats_a_day_that_shrink_to_a_tenth_are_odd() -> None:
    plan = staffed(Period(FIRST, 30, 20), Period(date(2022, 9, 1), 30, 2))
    assert found(plan) == [
        (
            "services.points.periods.2.seats",
            "22 seats a day, but 220 in the period before; is a zero missing or too many?",
        )
    ]


def test_a_shorter_slot_counts_like_more_seats() -> None:
    assert keys(staffed(Period(FIRST, 60, 2), Period(date(2022, 9, 1), 10, 2))) == ["services.points.periods.2.seats"]


@pytest.mark.parametrize(
    ("opens", "is_odd"), [("2022-06-23 08:30", False), ("2022-06-25 08:30", True), ("2022-06-26 08:30", True)]
)
def test_opening_on_a_day_off_is_odd(opens: str, is_odd: bool) -> None:
    assert keys(with_calendar(opens_at=at(opens))) == (["opens.day"] if is_odd else [])


def test_a_closure_that_closes_nothing_is_odd() -> None:
    def closed(first: date, last: date) -> list[str]:
        return keys(with_calendar(closures=(Closure(first, last, None, "booking.closure.system"),)))

    assert closed(date(2022, 10, 3), date(2022, 10, 3)) == []
    assert closed(date(2022, 9, 30), date(2022, 10, 2)) == []
    assert closed(date(2022, 10, 1), date(2022, 10, 2)) == ["closures.1"]
    assert closed(date(2022, 10, 10), date(2022, 10, 10)) == ["closures.1"]
    assert closed(date(2023, 3, 1), date(2023, 3, 2)) == ["closures.1"]
    assert closed(date(2021, 10, 4), date(2021, 10, 4)) == ["closures.1"]


def test_special_hours_that_open_nothing_or_stand_twice_are_odd() -> None:
    def special(*days: date, **more: object) -> list[str]:
        hours = tuple(SpecialHours(day, None, (span("09:00", "12:00"),)) for day in days)
        return keys(with_calendar(special_hours=hours, **more))

    sunday = date(2022, 10, 2)
    assert special(sunday) == []
    assert special(date(2023, 3, 5)) == ["special_hours.1"]
    assert special(sunday, sunday) == ["special_hours.2"]
    assert special(sunday, closures=(Closure(sunday, sunday, None, "booking.closure.system"),)) == ["special_hours.1"]


@pytest.mark.parametrize(
    "plan",
    [
        with_rules(book_from=Deadline(minutes=60), book_until=Deadline(minutes=60)),
        with_rules(book_from=Deadline(1, time(17)), book_until=Deadline(2, time(17))),
    ],
    ids=["at the same instant", "a day after the end"],
)
def test_rules_that_leave_no_time_to_book_are_odd(plan: Plan) -> None:
    assert keys(plan) == ["rules.book_from", "services.points", "services.insurance", "services.both"]


def test_a_plan_that_opens_after_its_end_can_never_be_booked() -> None:
    assert keys(with_calendar(opens_at=at("2023-02-28 16:30"))) == [
        "services.points",
        "services.insurance",
        "services.both",
    ]


def test_a_slot_longer_than_the_hours_can_never_be_booked_nor_can_its_chain() -> None:
    assert keys(with_services(desk("insurance", 1, 180))) == ["services.both"]
    odd = findings(with_services(desk("insurance", 1, 181)))
    assert (
        Finding("services", ("services", "insurance"), "can never be booked: no slot fits the calendar's rules") in odd
    )


def test_slots_that_end_before_booking_opens_are_counted() -> None:
    assert lost_slots(PLAN, "points") == 0
    late = with_calendar(opens_at=at("2022-07-04 17:00"))
    # 30 June, 1, 4 and 5 July: the window of 5 July closes the instant booking opens.
    assert lost_slots(late, "points") == 4 * 11


def test_seats_a_day_are_counted_within_each_part_of_the_day() -> None:
    assert seats_a_day(Period(FIRST, 30, 2), CALENDAR.hours) == 22
    assert seats_a_day(Period(FIRST, 45, 1), CALENDAR.hours) == 3 + 4


def test_the_report_tells_the_opening_the_weeks_and_the_closed_days() -> None:
    lines = report(PLAN)
    for line in (
        "booking opens on 2022-06-23 (Thu) at 08:30",
        "  an instant earlier, points: 0 days can be booked",
        "  at that instant, points: 26 days, 2022-06-30 to 2022-08-05, 286 slots",
        "points from 2022-06-30: 30 minutes, 2 seats a slot, 22 seats a day",
        "  2022-06-27 to 2022-07-03: 1 week of 22 slots, 44 seats",
        "  2022-07-04 to 2022-07-17: 2 weeks of 55 slots, 110 seats",
        "  2022-07-18 to 2022-07-24: 1 week of 44 slots, 88 seats",
        "insurance from 2022-06-30: 30 minutes, 1 seat a slot, 11 seats a day",
        "closed 2022-07-18 (Mon): every desk, holiday 海の日",
        "closed 2022-12-29 (Thu): every desk, year_end",
    ):
        assert line in lines
    assert sum(line.startswith("closed") for line in lines) == 13
    assert not any("never" in line for line in lines)


def test_the_report_tells_seats_against_the_period_before_and_what_is_lost() -> None:
    periods = (Period(FIRST, 30, 2), Period(date(2022, 9, 1), 30, 4))
    changed = replace(staffed(*periods), calendar=replace(CALENDAR, opens_at=at("2022-06-29 17:00")))
    lines = report(changed)
    assert "points from 2022-09-01: 30 minutes, 4 seats a slot, 44 seats a day (before: 22)" in lines
    assert "  11 slots can never be booked: booking opens too late for them" in lines


def test_the_report_names_the_desk_that_is_closed_alone_and_days_opened_besides() -> None:
    closure = Closure(date(2022, 10, 3), date(2022, 10, 3), "points", "booking.closure.system")
    sunday = SpecialHours(date(2022, 10, 2), "points", (span("09:00", "12:00"),))
    lines = report(with_calendar(closures=(closure,), special_hours=(sunday,)))
    assert "closed 2022-10-03 (Mon): points, closure booking.closure.system" in lines
    assert "open 2022-10-02 (Sun): points, special hours" in lines


def test_the_report_of_a_plan_that_opens_nothing_says_so() -> None:
    assert "  at that instant, points: nothing" in report(with_calendar(opens_at=at(f"{LAST} 18:00")))
