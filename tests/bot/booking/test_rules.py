"""Who may book, change and cancel, with both sides of every limit in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking.calendar import ClosedReason
from bot.booking.plan import Deadline, Plan
from bot.booking.rules import (
    Booker,
    Reason,
    Refusal,
    hold_until,
    may_book,
    may_cancel,
    may_change,
    may_choose,
    may_confirm,
    stopped_by,
    window,
)
from bot.booking.slots import Slot, StopSwitch, Visit, stop_for
from bot.booking.visits import visit_at
from tests.bot.booking.plans import PLAN, RULES, at, override, with_calendar, with_rules

SECOND = timedelta(seconds=1)


def visit(starts: str, service: str = "points", party: int = 1) -> Visit:
    found = visit_at(PLAN, service, at(starts), party)
    assert found is not None
    return found


def reason(refusal: Refusal | None) -> Reason | None:
    return refusal.reason if refusal else None


def asked(starts: str, now: str, plan: Plan = PLAN) -> Refusal | None:
    return may_book(plan, visit(starts), at(now))


@pytest.mark.parametrize(
    ("starts", "now", "expected"),
    [
        # A Friday's slot: until 17:00 on Thursday.
        ("2022-07-08 09:00", "2022-07-07 16:59:59", None),
        ("2022-07-08 09:00", "2022-07-07 17:00", Reason.TOO_LATE),
        # A Monday's slot: until 17:00 on Friday.
        ("2022-07-11 09:00", "2022-07-08 16:59:59", None),
        ("2022-07-11 09:00", "2022-07-08 17:00", Reason.TOO_LATE),
        ("2022-07-11 09:00", "2022-07-10 12:00", Reason.TOO_LATE),
        # After a holiday on Monday (7/18): until 17:00 on Friday.
        ("2022-07-19 09:00", "2022-07-15 16:59:59", None),
        ("2022-07-19 09:00", "2022-07-15 17:00", Reason.TOO_LATE),
        # After the year's end: until 17:00 on 28 December.
        ("2023-01-04 08:30", "2022-12-28 16:59:59", None),
        ("2023-01-04 08:30", "2022-12-28 17:00", Reason.TOO_LATE),
        # The last slot of the last day.
        ("2023-02-28 15:30", "2023-02-27 16:59:59", None),
        ("2023-02-28 15:30", "2023-02-27 17:00", Reason.TOO_LATE),
    ],
)
def test_a_slot_is_booked_until_five_on_the_working_day_before(starts: str, now: str, expected: Reason | None) -> None:
    assert reason(asked(starts, now)) == expected


@pytest.mark.parametrize(
    ("starts", "now", "expected"),
    [
        # Thirty working days before 16 August (7/18 and 8/11 are no working days) is 1 July.
        ("2022-08-16 09:00", "2022-07-01 08:29:59", Reason.TOO_EARLY),
        ("2022-08-16 09:00", "2022-07-01 08:30", None),
        ("2022-08-16 15:30", "2022-07-01 08:30", None),
        ("2022-08-17 08:30", "2022-07-01 17:00", Reason.TOO_EARLY),
    ],
)
def test_a_slot_is_booked_from_thirty_working_days_before(starts: str, now: str, expected: Reason | None) -> None:
    assert reason(asked(starts, now)) == expected


def test_a_refusal_tells_the_limit_it_rests_on() -> None:
    early, late = asked("2022-08-17 08:30", "2022-07-01 17:00"), asked("2022-07-11 09:00", "2022-07-09 12:00")
    assert early is not None
    assert late is not None
    assert (early.key, dict(early.args)) == (
        "booking.refused.too_early", {"from_on": "2022-07-04", "from_time": "08:30"},
    )  # fmt: skip
    assert (late.key, dict(late.args)) == (
        "booking.refused.too_late", {"until_on": "2022-07-08", "until_time": "17:00"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "expected"), [("2022-06-23 08:29:59", Reason.NOT_OPEN_YET), ("2022-06-23 08:30", None)]
)
def test_nothing_is_booked_before_the_opening_instant(now: str, expected: Reason | None) -> None:
    assert reason(asked("2022-06-30 08:30", now)) == expected


def test_the_opening_instant_is_told() -> None:
    refusal = asked("2022-06-30 08:30", "2022-06-22 08:30")
    assert refusal is not None
    assert dict(refusal.args) == {"opens_on": "2022-06-23", "opens_time": "08:30"}


def test_a_residents_clock_in_another_zone_changes_nothing() -> None:
    opens_utc = datetime.fromisoformat("2022-06-22T23:30+00:00")
    assert may_book(PLAN, visit("2022-06-30 08:30"), opens_utc) is None
    assert reason(may_book(PLAN, visit("2022-06-30 08:30"), opens_utc - SECOND)) is Reason.NOT_OPEN_YET


@given(st.datetimes(datetime(2022, 5, 1), datetime(2023, 4, 1)), st.booleans())  # noqa: DTZ001 - made aware below
def test_whatever_the_clock_says_no_slot_is_booked_early_or_after_it_began(naive: datetime, offered: bool) -> None:
    now = at(naive.isoformat(" ", "seconds"))
    by = Booker.OFFERED if offered else Booker.RESIDENT
    for starts in ("2022-06-30 08:30", "2022-10-11 13:00", "2023-02-28 15:30"):
        if may_book(PLAN, visit(starts), now, by=by) is None:
            assert PLAN.calendar.opens_at <= now < at(starts)


def test_a_clock_that_went_back_books_the_slot_again() -> None:
    late, earlier = at("2022-07-07 17:00"), at("2022-07-07 16:00")
    assert may_book(PLAN, visit("2022-07-08 09:00"), late) is not None
    assert may_book(PLAN, visit("2022-07-08 09:00"), earlier) is None


@pytest.mark.parametrize("now", ["2022-07-08 09:00", "2022-07-08 09:00:01", "2022-07-12 09:00"])
def test_a_slot_of_the_past_is_refused_to_everybody(now: str) -> None:
    for by in Booker:
        assert reason(may_book(PLAN, visit("2022-07-08 09:00"), at(now), by=by)) is Reason.SLOT_PAST


def test_staff_are_bound_by_the_calendar_only() -> None:
    just_before = at("2022-07-08 09:00") - SECOND
    assert may_book(PLAN, visit("2022-07-08 09:00"), just_before, active_count=99, by=Booker.STAFF) is None
    closed = may_book(PLAN, visit("2022-07-08 09:00"), just_before, overrides=[override("2022-07-08")], by=Booker.STAFF)
    assert reason(closed) is Reason.CLOSED_THEN


def test_a_hold_is_confirmed_after_the_deadline_but_not_on_a_day_closed_meanwhile_or_after_the_visit_began() -> None:
    held, after_the_deadline = visit("2022-07-08 09:00"), at("2022-07-07 17:05")
    assert reason(may_book(PLAN, held, after_the_deadline)) is Reason.TOO_LATE
    assert may_confirm(PLAN, held, after_the_deadline) is None
    assert reason(may_confirm(PLAN, held, after_the_deadline, overrides=[override("2022-07-08")])) is Reason.CLOSED_THEN
    assert may_confirm(PLAN, held, at("2022-07-08 09:00") - SECOND) is None
    assert reason(may_confirm(PLAN, held, at("2022-07-08 09:00"))) is Reason.SLOT_PAST


@pytest.mark.parametrize(("now", "expected"), [("2022-07-08 06:59:59", None), ("2022-07-08 07:00", Reason.TOO_LATE)])
def test_who_was_offered_a_freed_seat_may_book_it_until_two_hours_before(now: str, expected: Reason | None) -> None:
    assert reason(may_book(PLAN, visit("2022-07-08 09:00"), at(now), by=Booker.OFFERED)) == expected
    assert reason(asked("2022-07-08 09:00", now)) is Reason.TOO_LATE


def test_a_closed_day_is_refused_with_its_reason() -> None:
    slot = Slot("points", at("2022-07-18 09:00"), at("2022-07-18 09:30"))
    refusal = may_book(PLAN, Visit((slot,), (1,)), at("2022-07-05 09:00"))
    assert refusal is not None
    assert refusal.reason is Reason.CLOSED_THEN
    assert refusal.args["day"] == "2022-07-18"
    assert refusal.because is not None
    assert refusal.because.reason is ClosedReason.HOLIDAY


def test_a_day_closed_meanwhile_is_refused() -> None:
    refusal = may_book(PLAN, visit("2022-07-08 09:00"), at("2022-07-05 09:00"), overrides=[override("2022-07-08")])
    assert refusal is not None
    assert refusal.because is not None
    assert dict(refusal.because.args) == {"note": "停電のため"}


@pytest.mark.parametrize(
    ("service", "starts", "ends", "expected"),
    [
        ("points", "2022-07-08 09:10", "2022-07-08 09:40", Reason.NO_SUCH_SLOT),
        ("points", "2022-07-08 09:00", "2022-07-08 10:00", Reason.NO_SUCH_SLOT),
        ("points", "2022-07-08 11:00", "2022-07-08 11:30", Reason.NO_SUCH_SLOT),
        ("account", "2022-07-08 09:00", "2022-07-08 09:30", Reason.NOT_BOOKABLE),
        ("both", "2022-07-08 09:00", "2022-07-08 09:30", Reason.NOT_BOOKABLE),
        ("nothing", "2022-07-08 09:00", "2022-07-08 09:30", Reason.NOT_BOOKABLE),
    ],
)
def test_a_slot_that_the_calendar_does_not_have_is_refused(
    service: str, starts: str, ends: str, expected: Reason
) -> None:
    made_up = Visit((Slot(service, at(starts), at(ends)),), (1,))
    assert reason(may_book(PLAN, made_up, at("2022-07-05 09:00"))) is expected


@pytest.mark.parametrize(
    ("party", "expected"),
    [(-1, Reason.PARTY_EMPTY), (0, Reason.PARTY_EMPTY), (1, None), (4, None), (5, Reason.PARTY_TOO_LARGE)],
)
def test_a_party_has_one_to_four_people(party: int, expected: Reason | None) -> None:
    wanted = visit("2022-07-08 09:00", party=max(party, 1))
    assert reason(may_book(PLAN, wanted, at("2022-07-05 09:00"), party=party)) == expected


def test_a_visit_seats_the_whole_party_without_a_gap() -> None:
    whole = visit("2022-07-08 09:00", "both", 2)
    assert may_book(PLAN, whole, at("2022-07-05 09:00"), party=2) is None
    assert reason(may_book(PLAN, whole, at("2022-07-05 09:00"), party=1)) is Reason.NO_SUCH_SLOT
    gap = Visit((visit("2022-07-08 09:00").slots[0], visit("2022-07-08 13:00").slots[0]), (1, 1))
    assert reason(may_book(PLAN, gap, at("2022-07-05 09:00"), party=2)) is Reason.NO_SUCH_SLOT
    half = replace(whole, slots=whole.slots[:1], seats=whole.seats[:1])
    assert reason(may_book(PLAN, half, at("2022-07-05 09:00"), party=2)) is Reason.NO_SUCH_SLOT


@pytest.mark.parametrize(
    ("active", "expected"), [(0, None), (1, None), (2, Reason.TOO_MANY_BOOKINGS), (3, Reason.TOO_MANY_BOOKINGS)]
)
def test_a_person_has_two_bookings_to_come_at_most(active: int, expected: Reason | None) -> None:
    refusal = may_book(PLAN, visit("2022-07-08 09:00"), at("2022-07-05 09:00"), active_count=active)
    assert reason(refusal) == expected
    if refusal:
        assert dict(refusal.args) == {"most": 2}


@pytest.mark.parametrize(
    ("now", "changes", "cancels"),
    [
        ("2022-07-08 06:59:59", True, True),
        ("2022-07-08 07:00", False, True),
        ("2022-07-08 08:29:59", False, True),
        ("2022-07-08 08:30", False, False),
        ("2022-07-08 09:00", False, False),
        ("2022-07-09 09:00", False, False),
    ],
)
def test_changes_end_two_hours_before_and_cancelling_half_an_hour_before(
    now: str, changes: bool, cancels: bool
) -> None:
    starts_at = at("2022-07-08 09:00")
    assert (may_change(PLAN, starts_at, at(now)) is None) == changes
    assert (may_cancel(PLAN, starts_at, at(now)) is None) == cancels


def test_a_change_that_comes_too_late_tells_the_deadline() -> None:
    refusal = may_change(PLAN, at("2022-07-08 09:00"), at("2022-07-08 07:00"))
    assert refusal is not None
    assert (refusal.key, dict(refusal.args)) == (
        "booking.refused.change_too_late", {"until_on": "2022-07-08", "until_time": "07:00"},
    )  # fmt: skip


def test_a_deadline_may_be_on_the_day_itself_but_never_after_the_slot_began() -> None:
    plan = with_rules(cancel_until=Deadline(working_days=0, at=time(10)))
    assert may_cancel(plan, at("2022-07-08 13:00"), at("2022-07-08 09:59:59")) is None
    assert may_cancel(plan, at("2022-07-08 13:00"), at("2022-07-08 10:00")) is not None
    assert may_cancel(plan, at("2022-07-08 09:00"), at("2022-07-08 09:00")) is not None


def test_bookings_on_the_day_itself_are_a_matter_of_one_rule() -> None:
    plan = with_rules(book_until=Deadline(minutes=0))
    assert asked("2022-07-08 09:00", "2022-07-08 08:59:59", plan) is None


def test_the_window_of_a_slot_begins_no_earlier_than_the_opening_instant() -> None:
    bounds = window(with_calendar(opens_at=at("2022-07-05 12:00")), at("2022-07-08 09:00"))
    assert (bounds.from_at, bounds.until_at) == (at("2022-07-05 12:00"), at("2022-07-07 17:00"))


def test_what_the_desk_does_not_do_is_refused_with_its_own_text() -> None:
    assert may_choose(PLAN, "points") is may_choose(PLAN, "both") is None
    account, kiosk, unknown = (may_choose(PLAN, service) for service in ("account", "kiosk", "nothing"))
    assert account == Refusal(Reason.SERVICE_REFUSED, more_keys=("booking.service.account.why_not",))
    assert kiosk == Refusal(Reason.NOT_BOOKABLE, more_keys=("booking.service.kiosk.about",))
    assert unknown == Refusal(Reason.NOT_BOOKABLE)


def test_a_stop_switch_stops_its_channel_or_all() -> None:
    line, everywhere = StopSwitch("line", "LINE の不具合"), StopSwitch(None, "点検中")
    assert stop_for([], "line") is None
    assert stop_for([line], "web") is None
    assert stop_for([everywhere, line], "line") == line
    assert stop_for([everywhere, line], "web") == everywhere
    assert stopped_by(everywhere) == Refusal(Reason.STOPPED, {"message": "点検中"})
    assert stopped_by(None) is None


def test_a_hold_lasts_ten_minutes() -> None:
    assert hold_until(PLAN, at("2022-07-05 09:00")) == at("2022-07-05 09:10")


def test_every_day_of_the_programme_has_a_window_that_ends_on_an_earlier_working_day() -> None:
    for by in range(240):
        day = date(2022, 6, 30) + timedelta(days=by)
        bounds = window(PLAN, at(f"{day} 09:00"))
        assert bounds.until_at.weekday() < 5
        assert bounds.until_at.date() < day
    assert RULES.book_until.at == time(17)
