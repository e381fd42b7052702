"""Which days are open and which slots there are, at every edge: hours, holidays, the year's end, first and last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.booking.calendar import (
    ClosedReason,
    days_between,
    is_working_day,
    opening,
    seats_of,
    slot_at,
    slots_on,
    working_day_before,
)
from bot.booking.plan import Closure, Plan, SpecialHours
from bot.booking.services import Period, Service, ServiceKind
from bot.booking.slots import SlotId
from tests.bot.booking.plans import FIRST, LAST, PLAN, at, desk, override, span, with_calendar, with_services

MONDAY = date(2022, 7, 4)
HOLIDAYS = {
    "2022-07-18": "海の日",
    "2022-08-11": "山の日",
    "2022-09-19": "敬老の日",
    "2022-09-23": "秋分の日",
    "2022-10-10": "スポーツの日",
    "2022-11-03": "文化の日",
    "2022-11-23": "勤労感謝の日",
    "2023-01-02": "元日 振替休日",
    "2023-01-09": "成人の日",
    "2023-02-23": "天皇誕生日",
}


def clocks(plan: Plan, day: date, service: str = "points", **more: object) -> list[str]:
    return [f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}" for one in slots_on(plan, service, day, **more)]  # type: ignore[arg-type]


def reason(day: str, plan: Plan = PLAN) -> ClosedReason | None:
    closed = opening(plan, "points", date.fromisoformat(day)).closed
    return closed.reason if closed else None


def test_the_slots_of_a_day_begin_at_830_and_1300_and_end_by_11_and_16() -> None:
    assert clocks(PLAN, MONDAY) == [
        "08:30-09:00", "09:00-09:30", "09:30-10:00", "10:00-10:30", "10:30-11:00",
        "13:00-13:30", "13:30-14:00", "14:00-14:30", "14:30-15:00", "15:00-15:30", "15:30-16:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "last_before_lunch", "last"),
    [(20, "10:30-10:50", "15:40-16:00"), (45, "10:00-10:45", "15:15-16:00"), (50, "10:10-11:00", "14:40-15:30")],
)
def test_no_slot_ends_after_the_hours_whatever_its_length(minutes: int, last_before_lunch: str, last: str) -> None:
    slots = clocks(with_services(desk("points", 2, minutes)), MONDAY)
    assert [one for one in slots if one < "12"][-1] == last_before_lunch
    assert slots[-1] == last


def test_a_slot_longer_than_the_hours_is_not_there() -> None:
    assert clocks(with_services(desk("points", 2, 181)), MONDAY) == []


@pytest.mark.parametrize(("day", "name"), HOLIDAYS.items())
def test_a_national_holiday_is_closed_and_named(day: str, name: str) -> None:
    closed = opening(PLAN, "points", date.fromisoformat(day)).closed
    assert closed is not None
    assert (closed.key, dict(closed.args)) == ("booking.closed.holiday", {"name": name})
    assert clocks(PLAN, date.fromisoformat(day)) == []


@pytest.mark.parametrize("day", HOLIDAYS)
def test_the_working_days_around_a_holiday_are_open(day: str) -> None:
    before, after = date.fromisoformat(day) - timedelta(days=1), date.fromisoformat(day) + timedelta(days=1)
    for neighbour in (before, after):
        if (
            neighbour.weekday() < 5
            and neighbour.isoformat() not in HOLIDAYS
            and reason(neighbour.isoformat()) is not ClosedReason.YEAR_END
        ):
            assert len(clocks(PLAN, neighbour)) == 11, neighbour


def test_every_weekday_that_is_closed_is_a_holiday_or_the_years_end() -> None:
    closed = {
        day.isoformat() for day in days_between(FIRST, LAST) if day.weekday() < 5 and not is_working_day(PLAN, day)
    }
    assert closed == set(HOLIDAYS) | {"2022-12-29", "2022-12-30", "2023-01-03"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-07-01", None),
        ("2022-07-02", ClosedReason.WEEKEND),
        ("2022-07-03", ClosedReason.WEEKEND),
        ("2022-07-04", None),
        ("2022-12-28", None),
        ("2022-12-29", ClosedReason.YEAR_END),
        ("2022-12-31", ClosedReason.YEAR_END),
        ("2023-01-01", ClosedReason.HOLIDAY),
        ("2023-01-02", ClosedReason.HOLIDAY),
        ("2023-01-03", ClosedReason.YEAR_END),
        ("2023-01-04", None),
        ("2022-06-29", ClosedReason.BEFORE_FIRST_DAY),
        ("2022-06-30", None),
        ("2023-02-28", None),
        ("2023-03-01", ClosedReason.AFTER_LAST_DAY),
        ("2023-03-05", ClosedReason.AFTER_LAST_DAY),
    ],
)
def test_a_closed_day_says_why(day: str, expected: ClosedReason | None) -> None:
    assert reason(day) == expected


def test_a_calendar_may_ignore_holidays_and_have_no_years_end() -> None:
    plan = with_calendar(closed_on_holidays=False, year_end=None)
    assert reason("2022-07-18", plan) is None
    assert reason("2022-12-30", plan) is None


def test_a_years_end_within_one_year_does_not_run_around() -> None:
    plan = with_calendar(year_end=((8, 12), (8, 16)))
    assert [reason(day, plan) for day in ("2022-08-10", "2022-08-12", "2022-08-16", "2022-08-17")] == [
        None, ClosedReason.YEAR_END, ClosedReason.YEAR_END, None,
    ]  # fmt: skip


def test_the_first_and_last_day_are_told() -> None:
    before, after = (opening(PLAN, "points", day).closed for day in (FIRST - timedelta(1), LAST + timedelta(1)))
    assert before is not None
    assert after is not None
    assert dict(before.args) == {"first_on": "2022-06-30"}
    assert dict(after.args) == {"last_on": "2023-02-28"}


def test_a_desk_that_begins_later_than_the_calendar_says_its_own_first_day() -> None:
    plan = with_services(Service("points", ServiceKind.DESK, (Period(date(2022, 8, 1), 30, 2),)))
    closed = opening(plan, "points", date(2022, 7, 29)).closed
    assert closed is not None
    assert dict(closed.args) == {"first_on": "2022-08-01"}
    assert len(clocks(plan, date(2022, 8, 1))) == 11


def test_seats_and_slot_length_change_on_the_day_a_period_begins() -> None:
    periods = (Period(FIRST, 30, 2), Period(date(2022, 9, 1), 15, 4))
    plan = with_services(Service("points", ServiceKind.DESK, periods))
    before, after = (opening(plan, "points", day) for day in (date(2022, 8, 31), date(2022, 9, 1)))
    assert (before.seats, before.slot_minutes, after.seats, after.slot_minutes) == (2, 30, 4, 15)
    assert (len(clocks(plan, date(2022, 8, 31))), len(clocks(plan, date(2022, 9, 1)))) == (11, 22)


@pytest.mark.parametrize(
    ("day", "is_closed"), [("2022-10-02", False), ("2022-10-03", True), ("2022-10-05", True), ("2022-10-06", False)]
)
def test_a_closure_closes_both_its_ends_and_says_why(day: str, is_closed: bool) -> None:
    plan = with_calendar(
        closed_weekdays=frozenset(),
        closures=(Closure(date(2022, 10, 3), date(2022, 10, 5), "points", "booking.closure.system"),),
    )
    closed = opening(plan, "points", date.fromisoformat(day)).closed
    assert (closed is not None) == is_closed
    if closed:
        assert (closed.reason, closed.note_key) == (ClosedReason.CLOSURE, "booking.closure.system")
    assert opening(plan, "insurance", date.fromisoformat(day)).closed is None


def test_special_hours_open_a_sunday_and_shorten_a_weekday() -> None:
    plan = with_calendar(
        special_hours=(
            SpecialHours(date(2022, 10, 2), "points", (span("09:00", "10:00"),)),
            SpecialHours(date(2022, 12, 28), None, (span("08:30", "09:30"),)),
        )
    )
    assert clocks(plan, date(2022, 10, 2)) == ["09:00-09:30", "09:30-10:00"]
    assert clocks(plan, date(2022, 10, 2), "insurance") == []
    assert clocks(plan, date(2022, 12, 28), "insurance") == ["08:30-09:00", "09:00-09:30"]


def test_staff_close_a_day_and_their_reason_is_told() -> None:
    closed = opening(PLAN, "points", MONDAY, [override("2022-07-04")]).closed
    assert closed is not None
    assert (closed.key, dict(closed.args)) == ("booking.closed.staff_closed", {"note": "停電のため"})


def test_staff_close_one_service_and_leave_the_other_open() -> None:
    changes = [override("2022-07-04", service="insurance")]
    assert clocks(PLAN, MONDAY, "insurance", overrides=changes) == []
    assert len(clocks(PLAN, MONDAY, "points", overrides=changes)) == 11


def test_what_staff_changed_last_holds() -> None:
    closed = override("2022-07-04", made="2022-07-01 12:00")
    reopened = override("2022-07-04", "hours", hours=(span("10:00", "11:00"),), made="2022-07-01 12:01")
    for changes in ([closed, reopened], [reopened, closed]):
        assert clocks(PLAN, MONDAY, overrides=changes) == ["10:00-10:30", "10:30-11:00"]


def test_staff_open_a_holiday_but_no_day_after_the_last() -> None:
    hours = (span("09:00", "09:30"),)
    assert clocks(PLAN, date(2022, 7, 18), overrides=[override("2022-07-18", "hours", hours=hours)]) == ["09:00-09:30"]
    assert clocks(PLAN, date(2023, 3, 1), overrides=[override("2023-03-01", "hours", hours=hours)]) == []


def test_staff_change_the_seats_of_a_day() -> None:
    slot = SlotId("points", at("2022-07-04 09:00"))
    assert seats_of(PLAN, slot) == 2
    assert seats_of(PLAN, slot, [override("2022-07-04", "seats", seats=5)]) == 5
    assert seats_of(PLAN, slot, [override("2022-07-05", "seats", seats=5)]) == 2


def test_no_seats_at_all_is_a_closed_day() -> None:
    opened = opening(PLAN, "points", MONDAY, [override("2022-07-04", "seats", seats=0)])
    assert opened.closed is not None
    assert opened.closed.reason is ClosedReason.STAFF_CLOSED
    assert opened.hours == ()


@pytest.mark.parametrize(
    "starts",
    [
        "2022-07-04 08:29",
        "2022-07-04 08:31",
        "2022-07-04 11:00",
        "2022-07-04 12:30",
        "2022-07-04 16:00",
        "2022-07-18 09:00",
    ],
)
def test_a_time_that_is_no_slot_has_no_seats(starts: str) -> None:
    slot = SlotId("points", at(starts))
    assert slot_at(PLAN, slot) is None
    assert seats_of(PLAN, slot) == 0


@pytest.mark.parametrize("service", ["both", "account", "kiosk", "nothing"])
def test_only_a_desk_has_slots(service: str) -> None:
    assert seats_of(PLAN, SlotId(service, at("2022-07-04 09:00"))) == 0
    with pytest.raises(ValueError, match="no slots"):
        slots_on(PLAN, service, MONDAY)


def test_a_service_that_cannot_be_booked_has_no_opening() -> None:
    with pytest.raises(ValueError, match="cannot be booked"):
        opening(PLAN, "account", MONDAY)


def test_a_chain_is_closed_where_one_of_its_desks_is() -> None:
    assert opening(PLAN, "both", MONDAY).closed is None
    closed = opening(PLAN, "both", MONDAY, [override("2022-07-04", service="points")]).closed
    assert closed is not None
    assert closed.reason is ClosedReason.STAFF_CLOSED


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2022-07-05", 0, "2022-07-05"),
        ("2022-07-05", 1, "2022-07-04"),
        ("2022-07-04", 1, "2022-07-01"),
        ("2022-07-19", 1, "2022-07-15"),
        ("2022-07-18", 1, "2022-07-15"),
        ("2023-01-04", 1, "2022-12-28"),
        ("2022-09-26", 2, "2022-09-21"),
    ],
)
def test_working_days_are_counted_over_weekends_holidays_and_the_years_end(
    day: str, number: int, expected: str
) -> None:
    assert working_day_before(PLAN, date.fromisoformat(day), number) == date.fromisoformat(expected)
