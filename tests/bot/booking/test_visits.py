"""The days ahead and the visits that are free on them: for one, for a party, and over two desks in one visit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking.calendar import ClosedReason, days_between, seats_of, slots_on
from bot.booking.days import Mark, bookable_days, mark, outlook
from bot.booking.plan import Deadline
from bot.booking.rules import may_book, window
from bot.booking.slots import Slot, SlotId, Visit
from bot.booking.visits import marked_days, next_visits, visit_at, visits_for
from tests.bot.booking.plans import FIRST, LAST, PLAN, at, desk, override, with_calendar, with_rules, with_services

NOW = at("2022-07-01 10:00")
MONDAY = date(2022, 7, 4)
DAY_SLOTS = slots_on(PLAN, "points", MONDAY) + slots_on(PLAN, "insurance", MONDAY)

parties = st.integers(1, 4)
takings = st.dictionaries(st.sampled_from([slot.id for slot in DAY_SLOTS]), st.integers(0, 2))


def told(visit: Visit | None) -> list[tuple[str, str, int]]:
    return [(slot.service, f"{slot.starts_at:%H:%M}", seats) for slot, seats in visit.claims] if visit else []


def points(clock: str) -> SlotId:
    return SlotId("points", at(f"2022-07-04 {clock}"))


def insurance(clock: str) -> SlotId:
    return SlotId("insurance", at(f"2022-07-04 {clock}"))


def test_on_the_demos_day_the_next_working_day_to_mid_august_can_be_booked() -> None:
    days = bookable_days(PLAN, "points", NOW)
    assert (days[0], days[-1], len(days)) == (MONDAY, date(2022, 8, 16), 30)
    assert date(2022, 7, 18) not in days


def test_the_outlook_shows_closed_days_with_their_reason_and_today_as_over() -> None:
    ahead = {one.day: one for one in outlook(PLAN, "points", NOW)}
    assert list(ahead) == [NOW.date() + timedelta(days=by) for by in range(len(ahead))]
    assert (ahead[NOW.date()].closed, ahead[NOW.date()].slots) == (None, ())
    holiday = ahead[date(2022, 7, 18)].closed
    assert holiday is not None
    assert holiday.reason is ClosedReason.HOLIDAY


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2022-07-01 16:59:59", "2022-07-04"),
        ("2022-07-01 17:00", "2022-07-05"),
        ("2022-07-03 12:00", "2022-07-05"),
        ("2022-12-28 16:59:59", "2023-01-04"),
        ("2022-12-28 17:00", "2023-01-05"),
        ("2023-02-27 16:59", "2023-02-28"),
    ],
)
def test_the_first_day_that_can_be_booked_moves_at_the_deadline(now: str, first: str) -> None:
    assert bookable_days(PLAN, "points", at(now))[0].isoformat() == first


@pytest.mark.parametrize("now", ["2023-02-27 17:00", "2023-02-28 09:00", "2023-03-01 09:00", "2024-01-01 09:00"])
def test_after_the_last_deadline_there_is_no_day_left(now: str) -> None:
    assert bookable_days(PLAN, "points", at(now)) == ()
    assert next_visits(PLAN, "points", 1, at(now)) == ()


def test_before_the_opening_instant_there_is_no_day_at_all() -> None:
    assert outlook(PLAN, "points", at("2022-06-23 08:29:59")) == ()
    assert bookable_days(PLAN, "points", at("2022-06-23 08:30"))[0] == FIRST


def test_booking_may_begin_so_many_minutes_before_each_slot() -> None:
    """A day ahead to the minute: tomorrow's slots open one by one."""
    plan = with_rules(book_from=Deadline(minutes=24 * 60), book_until=Deadline(minutes=0))
    now = at("2022-07-04 10:00")
    assert [one.isoformat() for one in bookable_days(plan, "points", now)] == ["2022-07-04", "2022-07-05"]
    tomorrow = visits_for(plan, "points", date(2022, 7, 5), 1, now)
    assert [f"{one.starts_at:%H:%M}" for one in tomorrow] == ["08:30", "09:00", "09:30", "10:00"]
    today = visits_for(plan, "points", date(2022, 7, 4), 1, now)
    assert f"{today[0].starts_at:%H:%M}" == "10:30"


@given(st.datetimes(datetime(2022, 6, 20), datetime(2023, 3, 3)))  # noqa: DTZ001 - made aware below
def test_the_outlook_misses_no_slot_that_can_be_booked(naive: datetime) -> None:
    now = at(naive.isoformat(" ", "seconds"))
    shown = [slot for ahead in outlook(PLAN, "points", now) for slot in ahead.slots]
    every = (slot for day in days_between(FIRST, LAST) for slot in slots_on(PLAN, "points", day))
    assert shown == [slot for slot in every if window(PLAN, slot.starts_at).holds(now)]


def test_no_day_after_the_last_one_is_ever_shown() -> None:
    assert outlook(PLAN, "points", at("2023-02-20 09:00"))[-1].day == LAST


def test_a_day_staff_closed_is_not_bookable() -> None:
    assert MONDAY not in bookable_days(PLAN, "points", NOW, [override("2022-07-04")])


def test_a_single_person_has_one_seat_in_one_slot() -> None:
    visits = visits_for(PLAN, "points", MONDAY, 1, NOW)
    assert [told(one) for one in visits][:2] == [[("points", "08:30", 1)], [("points", "09:00", 1)]]
    assert len(visits) == 11


def test_a_full_slot_is_not_offered() -> None:
    visits = visits_for(PLAN, "points", MONDAY, 1, NOW, {points("08:30"): 2, points("09:00"): 1})
    assert told(visits[0]) == [("points", "09:00", 1)]


def test_a_slot_overfull_because_seats_were_lowered_is_not_offered() -> None:
    lowered = [override("2022-07-04", "seats", seats=1)]
    assert told(visits_for(PLAN, "points", MONDAY, 1, NOW, {points("08:30"): 2}, lowered)[0]) == [
        ("points", "09:00", 1)
    ]


def test_a_party_sits_together_where_there_are_seats() -> None:
    assert told(visit_at(PLAN, "points", at("2022-07-04 08:30"), 2)) == [("points", "08:30", 2)]


def test_a_party_too_large_for_a_slot_goes_on_in_the_next_one() -> None:
    assert told(visit_at(PLAN, "points", at("2022-07-04 08:30"), 3)) == [("points", "08:30", 2), ("points", "09:00", 1)]
    assert told(visit_at(PLAN, "points", at("2022-07-04 08:30"), 2, {points("08:30"): 1})) == [
        ("points", "08:30", 1), ("points", "09:00", 1),
    ]  # fmt: skip


def test_a_party_is_not_torn_by_a_full_slot_or_by_lunch() -> None:
    assert visit_at(PLAN, "points", at("2022-07-04 08:30"), 3, {points("09:00"): 2}) is None
    assert visit_at(PLAN, "points", at("2022-07-04 10:30"), 3) is None
    assert visit_at(PLAN, "points", at("2022-07-04 15:30"), 3) is None


def test_both_in_one_visit_is_insurance_and_then_points_without_a_gap() -> None:
    visits = [told(one) for one in visits_for(PLAN, "both", MONDAY, 1, NOW)]
    assert visits[0] == [("insurance", "08:30", 1), ("points", "09:00", 1)]
    assert [one[0][1] for one in visits] == [
        "08:30",
        "09:00",
        "09:30",
        "10:00",
        "13:00",
        "13:30",
        "14:00",
        "14:30",
        "15:00",
    ]


def test_both_needs_a_seat_at_each_desk() -> None:
    first = visits_for(PLAN, "both", MONDAY, 1, NOW, {points("09:00"): 2, insurance("09:00"): 1})[0]
    assert told(first) == [("insurance", "09:30", 1), ("points", "10:00", 1)]


def test_a_party_of_two_does_both_one_after_another_at_the_small_desk() -> None:
    assert told(visit_at(PLAN, "both", at("2022-07-04 08:30"), 2)) == [
        ("insurance", "08:30", 1), ("insurance", "09:00", 1), ("points", "09:30", 2),
    ]  # fmt: skip


def test_a_chain_of_desks_with_slots_of_different_length_meets_where_they_meet() -> None:
    plan = with_services(desk("insurance", 1, 20))
    assert [told(one)[0][1] for one in visits_for(plan, "both", MONDAY, 1, NOW)] == [
        "09:10",
        "10:10",
        "13:40",
        "14:40",
    ]


def test_nobody_has_no_visit() -> None:
    assert visit_at(PLAN, "points", at("2022-07-04 08:30"), 0) is None
    assert visit_at(PLAN, "account", at("2022-07-04 08:30"), 1) is None


def test_whoever_finds_a_slot_full_is_told_the_next_three() -> None:
    taken = {points(f"{hour}:{minute}"): 2 for hour in ("13", "14", "15") for minute in ("00", "30")}
    visits = next_visits(PLAN, "points", 1, NOW, taken, after=at("2022-07-04 10:00"))
    assert [f"{one.starts_at:%m-%d %H:%M}" for one in visits] == ["07-04 10:30", "07-05 08:30", "07-05 09:00"]


def test_days_are_marked_by_what_is_free() -> None:
    full = {slot.id: 2 for slot in slots_on(PLAN, "points", MONDAY)}
    few = {slot.id: 2 for slot in slots_on(PLAN, "points", date(2022, 7, 5))[2:]}
    marks = {one.day: one for one in marked_days(PLAN, "points", 1, NOW, full | few)}
    assert [marks[date(2022, 7, day)].mark for day in (1, 2, 4, 5, 6)] == [
        Mark.CLOSED, Mark.CLOSED, Mark.FULL, Mark.FEW, Mark.PLENTY,
    ]  # fmt: skip
    assert (marks[date(2022, 7, 5)].free, marks[date(2022, 7, 6)].free) == (2, 11)
    assert marks[date(2022, 7, 2)].closed is not None
    assert Mark.FEW.key == "booking.mark.few"


def test_an_undisturbed_chain_has_plenty_although_it_has_fewer_visits_than_slots() -> None:
    assert marked_days(PLAN, "both", 2, NOW)[3].mark is Mark.PLENTY


@pytest.mark.parametrize(
    ("free", "places", "expected"),
    [
        (0, 0, Mark.CLOSED),
        (0, 8, Mark.FULL),
        (-1, 8, Mark.FULL),
        (2, 8, Mark.FEW),
        (3, 8, Mark.PLENTY),
        (1, 1, Mark.PLENTY),
        (1, 4, Mark.FEW),
    ],
)
def test_a_quarter_or_less_is_few(free: int, places: int, expected: Mark) -> None:
    assert mark(free, places) is expected


@given(st.sampled_from(["points", "insurance", "both"]), parties, takings)
def test_every_visit_shown_fits_and_may_be_booked(service: str, party: int, taken: dict[SlotId, int]) -> None:
    for visit in visits_for(PLAN, service, MONDAY, party, NOW, taken):
        assert may_book(PLAN, visit, NOW, party=party) is None
        assert all(seats + taken.get(slot.id, 0) <= seats_of(PLAN, slot.id) for slot, seats in visit.claims)
        assert visit.services == PLAN.steps_of(service)


@given(parties, takings)
def test_a_visit_of_two_desks_is_had_whenever_two_slots_meet(party: int, taken: dict[SlotId, int]) -> None:
    """Looked for by hand for one person: a free insurance slot with a free points slot right after it."""
    if party != 1:
        return
    free = {slot.id for slot in DAY_SLOTS if taken.get(slot.id, 0) < seats_of(PLAN, slot.id)}
    by_hand = [
        slot.starts_at
        for slot in DAY_SLOTS
        if slot.id in free and slot.service == "insurance" and SlotId("points", slot.ends_at) in free
    ]
    assert [visit.starts_at for visit in visits_for(PLAN, "both", MONDAY, 1, NOW, taken)] == by_hand


def test_a_visit_without_a_seat_cannot_be_made() -> None:
    slot = Slot("points", at("2022-07-04 08:30"), at("2022-07-04 09:00"))
    for slots, seats in (((), ()), ((slot,), (0,)), ((slot,), (1, 1))):
        with pytest.raises(ValueError, match="at least one seat"):
            Visit(slots, seats)


def test_a_visit_knows_when_it_ends() -> None:
    visit = visit_at(PLAN, "both", at("2022-07-04 08:30"), 1)
    assert visit is not None
    assert (visit.starts_at, visit.ends_at, visit.day) == (at("2022-07-04 08:30"), at("2022-07-04 09:30"), MONDAY)


def test_a_calendar_that_opens_after_its_first_day_offers_what_is_left() -> None:
    plan = with_calendar(opens_at=at("2022-07-11 12:00"))
    assert bookable_days(plan, "points", at("2022-07-11 12:00"))[0] == date(2022, 7, 12)
