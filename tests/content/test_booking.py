"""The town's booking folder, and each thing that can be wrong with one: named by file, line and key."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.booking.calendar import opening, slots_on
from bot.booking.lint import findings
from bot.booking.plan import Closure, Deadline, Plan, SpecialHours
from bot.booking.rules import may_choose
from bot.booking.services import Basis, Period, ServiceKind
from bot.booking.slots import TOKYO, Span
from bot.content import Content, booking_report, load_pack
from bot.content.check_booking import check_booking
from bot.content.reading import read_pack
from bot.errors import ContentError, Fault
from tests.bot.mini_pack import MiniPack

SERVICES = """\
services:
  points:
    kind: desk
    source: {section: support, facts: [F50]}
    bring: [card]
    periods:
      - {from: 2022-06-30, slot_minutes: 30, seats: 2, basis: city}
      - {from: 2022-09-01, slot_minutes: 30, seats: 3, basis: city}
  insurance:
    kind: desk
    source: {section: support, facts: [F51]}
    periods:
      - {from: 2022-06-30, slot_minutes: 30, seats: 1, basis: city}
  both:
    kind: chain
    source: {section: support, facts: [F50, F51]}
    steps: [insurance, points]
  account:
    kind: refused
    source: {section: support, facts: [F62]}
"""

CALENDAR = """\
hours: hours.staffed
closed:
  weekdays: [saturday, sunday]
  national_holidays: closed
  year_end: {from: "12-29", until: "01-03"}
first_day: dates.opens_on
last_day: dates.ends_on
opens: {day: 2022-06-23, weekday: thursday, at: "08:30"}
closures:
  - {from: 2022-10-03, until: 2022-10-04, service: points, note: booking.closure.system}
special_hours:
  - {day: 2022-10-02, hours: [["09:00", "12:00"]]}
rules:
  basis: city
  book_from: {working_days: 30, at: "08:30"}
  book_until: {working_days: 1, at: "17:00"}
  wait_until: {minutes: 120}
  change_until: {minutes: 120}
  cancel_until: {minutes: 30}
  bookings_per_person: 2
  largest_party: 4
  hold_minutes: 10
  holds_per_person: 2
  waits_per_person: 2
  offer_minutes: 30
  quiet: ["20:00", "08:00"]
  remind: {day_before_at: "17:00", minutes_before: 120}
"""

FILES = {"services": SERVICES, "calendar": CALENDAR}


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    """A pack whose booking folder has no fault but texts that are not written."""
    mini = MiniPack(tmp_path)
    for name, text in FILES.items():
        mini.write(f"booking/{name}.yaml", text)
    return mini


def plan_of(pack: MiniPack) -> Plan:
    plan = load_pack(pack.folder).booking
    assert plan is not None
    return plan


def all_faults(pack: MiniPack) -> list[Fault]:
    """What the check of this folder finds; the whole pack's check is slower and tried once."""
    reading = read_pack(pack.folder)
    check_booking(pack.folder, reading)
    return sorted(set(reading.faults))


def faults(pack: MiniPack) -> list[Fault]:
    return [fault for fault in all_faults(pack) if "there is no text" not in fault.problem]


def test_a_folder_without_a_fault_is_read_whole(pack: MiniPack) -> None:
    plan = plan_of(pack)
    assert faults(pack) == []
    assert list(plan.services) == ["points", "insurance", "both", "account"]
    points = plan.services["points"]
    assert (points.kind, points.bring, points.facts) == (ServiceKind.DESK, ("card",), ("F50",))
    assert points.periods[1] == Period(date(2022, 9, 1), 30, 3, Basis.CITY)
    assert plan.steps_of("both") == ("insurance", "points")
    calendar, rules = plan.calendar, plan.rules
    assert calendar.hours == (Span(time(8, 30), time(11)), Span(time(13), time(16)))
    assert (calendar.closed_weekdays, calendar.closed_on_holidays) == (frozenset({5, 6}), True)
    assert calendar.year_end == ((12, 29), (1, 3))
    assert (calendar.first_on, calendar.last_on) == (date(2022, 6, 30), date(2023, 2, 28))
    assert calendar.opens_at == datetime(2022, 6, 23, 8, 30, tzinfo=TOKYO)
    assert calendar.closures == (Closure(date(2022, 10, 3), date(2022, 10, 4), "points", "booking.closure.system"),)
    assert calendar.special_hours == (SpecialHours(date(2022, 10, 2), None, (Span(time(9), time(12)),)),)
    assert (rules.book_from, rules.cancel_until) == (Deadline(30, time(8, 30)), Deadline(minutes=30))
    assert (rules.quiet, rules.remind_at, rules.remind_minutes) == (Span(time(20), time(8)), time(17), 120)
    assert (rules.bookings_per_person, rules.largest_party, rules.hold_minutes) == (2, 4, 10)
    assert (rules.holds_per_person, rules.waits_per_person, rules.offer_minutes) == (2, 2, 30)


def test_a_pack_without_the_folder_books_nothing(tmp_path: Path) -> None:
    mini = MiniPack(tmp_path)
    assert load_pack(mini.folder).booking is None
    assert mini.faults() == ()
    assert booking_report(mini.folder) == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("kind: desk", "kind: dest", "services.points.kind", "'dest' is unknown; did you mean 'desk'?"),
        ("    bring: [card]", "    brings: [card]", "services.points.brings", "unknown key; did you mean 'bring'?"),
        ("    source: {section: support, facts: [F50]}\n", "", "services.points.source", "is missing; add it"),
        ("    steps: [insurance, points]\n", "", "services.both.steps", "is missing; a chain needs it"),
        ("kind: refused", "kind: desk", "services.account.periods", "is missing; a desk needs it"),
        ("kind: refused", "kind: refused\n    steps: [points]", "services.account.steps", "a refused has none; delete it"),
        ("[insurance, points]", "[insurance, point]", "services.both.steps", "'point' is no service of kind desk; did you mean 'points'?"),
        ("[insurance, points]", "[]", "services.both.steps", "must be two different desks or more, in the order of the visit"),
        ("seats: 2", "seats: 99999", "services.points.periods.1.seats", "must be at most 9999"),
        ("[insurance, points]", "[points]", "services.both.steps", "must be two different desks or more, in the order of the visit"),
        ("[insurance, points]", "[points, points]", "services.both.steps", "must be two different desks or more, in the order of the visit"),
        ("2022-09-01", "2022-06-30", "services.points.periods.2", "2022-06-30 is not after 2022-06-30; put the periods in order of days"),
        ("2022-09-01", "2022-09-31", "services.points.periods.2.from", "2022-09-31 is not a day of the calendar; write a date like 2022-07-01"),
        ("seats: 2", "seats: 0", "services.points.periods.1.seats", "must be 1 or larger"),
        ("seats: 2", "seats: two", "services.points.periods.1.seats", "must be a whole number, but is text"),
        ("slot_minutes: 30", "slot_minutes: 0", "services.points.periods.1.slot_minutes", "must be 1 or larger"),
        ("seats: 3, basis: city", "seats: 3, basis: guess", "services.points.periods.2.basis", "'guess' is unknown; it may be city, page"),
        ("section: support, facts: [F50]", "section: supprt, facts: [F50]", "services.points.source.section", "the page has no section 'supprt' in pack.yaml; did you mean 'support'?"),
        ("bring: [card]", "bring: [card]\n    helps_with: [apply]", "services.points.helps_with", "no result of eligibility/ has the step 'apply'"),
        # What is odd about the whole.
        ("seats: 3", "seats: 30", "services.points.periods.2.seats", "330 seats a day, but 22 in the period before; is a zero missing or too many?"),
        ("seats: 3", "seats: 300", "services.points.periods.2.seats", "300 is unusual (1 to 30 is not); is a zero missing or too many?"),
        ("slot_minutes: 30, seats: 1,", "slot_minutes: 240, seats: 1,", "services.insurance", "can never be booked: no slot fits the calendar's rules"),
    ],
)  # fmt: skip
def test_each_fault_of_the_services_is_named(pack: MiniPack, old: str, new: str, key: str, problem: str) -> None:
    pack.change("booking/services.yaml", old, new)
    assert (key, problem) in named(pack, "booking/services.yaml")


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("hours.staffed", "hours.stafed", "hours", "there is no 'hours.stafed' among the values of pack.yaml; did you mean 'hours.staffed'?"),
        ("dates.ends_on", "2023-02-28", "last_day", "must be text, but is a date; put it in quotes"),
        ("dates.ends_on", "dates.end_on", "last_day", "there is no 'dates.end_on' among the values of pack.yaml; did you mean 'dates.ends_on'?"),
        ("first_day: dates.opens_on", "first_day: dates.ends_on\nx: 1", "x", "unknown key; it may be closed, closures, first_day, hours, last_day, opens, rules, special_hours"),
        ("last_day: dates.ends_on\n", "", "last_day", "is missing; add it"),
        ("saturday, sunday", "saturday, sundy", "closed.weekdays.2", "'sundy' is unknown; did you mean 'sunday'?"),
        ("[saturday, sunday]", "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]", "closed.weekdays", "closes every day of the week; delete those that are open"),
        ("national_holidays: closed", "national_holidays: shut", "closed.national_holidays", "'shut' is unknown; it may be closed, open"),
        ('"12-29"', '"12-32"', "closed.year_end.from", "'12-32' is no day of every year; write month and day, as in \"12-29\""),
        ('"12-29"', '"29 December"', "closed.year_end.from", "'29 December' is no day of every year; write month and day, as in \"12-29\""),
        ("day: 2022-06-23", "day: 2022-06-22", "opens.weekday", "2022-06-22 is a wednesday; correct the day or the weekday"),
        ('at: "08:30"}\nclosures', 'at: "8:30"}\nclosures', "opens.at", "'8:30' is no time of day; write it as in \"08:30\""),
        ("from: 2022-10-03", "from: 2022-10-05", "closures.1", "begins on 2022-10-05, after its end on 2022-10-04; put the days in order"),
        ("service: points", "service: both", "closures.1.service", "there is no desk 'both' in services.yaml; it may be insurance, points"),
        ('["09:00", "12:00"]', '["09:00"]', "special_hours.1.hours.1", 'must be two times, as in ["08:30", "11:00"]'),
        ('["09:00", "12:00"]', '["12:00", "09:00"]', "special_hours.1.hours", "the times are not in order; write them as the day goes"),
        ('[["09:00", "12:00"]]', "[]", "special_hours.1.hours", 'has no hours; write them as in [["08:30", "11:00"]]'),
        ("  quiet: ", "  quit: ", "rules.quiet", "is missing; add it"),
        ("  cancel_until: {minutes: 30}\n", "", "rules.cancel_until", "is missing; add it"),
        ("rules:", "rule:", "rule", "unknown key; did you mean 'rules'?"),
        ("  hold_minutes: 10\n", "", "rules.hold_minutes", "is missing; add it"),
        ("hold_minutes: 10", "hold_minutes: 0", "rules.hold_minutes", "must be 1 or larger"),
        ("{minutes: 30}", "{minutes: 99999999999999}", "rules.cancel_until.minutes", "must be at most 9999"),
        ('{working_days: 30,', '{working_days: 10000,', "rules.book_from.working_days", "must be at most 9999"),
        ("{minutes: 30}", "{minute: 30}", "rules.cancel_until.minute", "unknown key; did you mean 'minutes'?"),
        ("{minutes: 30}", '{minutes: 30, at: "17:00"}', "rules.cancel_until", 'must be {working_days: 1, at: "17:00"} or {minutes: 30}'),
        ("{minutes: 30}", "{working_days: 1}", "rules.cancel_until", 'must be {working_days: 1, at: "17:00"} or {minutes: 30}'),
        ("{minutes: 30}", "{}", "rules.cancel_until", 'must be {working_days: 1, at: "17:00"} or {minutes: 30}'),
        ('["20:00", "08:00"]', '["20:00", "20:00"]', "rules.quiet", "begins and ends at the same time; nothing would ever be offered"),
        ('day_before_at: "17:00"', "day_before_at: 17", "rules.remind.day_before_at", "must be text, but is a whole number; put it in quotes"),
        # What is odd about the whole.
        ("hold_minutes: 10", "hold_minutes: 100", "rules.hold_minutes", "100 is unusual (3 to 60 is not); is a zero missing or too many?"),
        ("bookings_per_person: 2", "bookings_per_person: 20", "rules.bookings_per_person", "20 is unusual (1 to 6 is not); is a zero missing or too many?"),
        ("minutes_before: 120", "minutes_before: 12", "rules.remind.minutes_before", "12 is unusual (15 to 1440 is not); is a zero missing or too many?"),
        ("from: 2022-10-03, until: 2022-10-04", "from: 2022-10-08, until: 2022-10-10", "closures.1", "closes nothing: the city hall is closed then anyway; correct the days"),
        ("day: 2022-10-02,", "day: 2023-03-05,", "special_hours.1", "lies outside 2022-06-30 to 2023-02-28; correct the day or delete it"),
        ("day: 2022-06-23, weekday: thursday", "day: 2022-06-25, weekday: saturday", "opens.day", "2022-06-25, a Saturday, is no working day; correct the day"),
    ],
)  # fmt: skip
def test_each_fault_of_the_calendar_is_named(pack: MiniPack, old: str, new: str, key: str, problem: str) -> None:
    pack.change("booking/calendar.yaml", old, new)
    assert (key, problem) in named(pack, "booking/calendar.yaml")


def named(pack: MiniPack, file: str) -> list[tuple[str, str]]:
    """Keys and problems of the file's faults."""
    return [(fault.key, fault.problem) for fault in faults(pack) if fault.file == file]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("calendar", "hold_minutes: 10", "hold_minutes: ten"),
        ("calendar", "hold_minutes: 10", "hold_minutes: 100"),
        ("calendar", "  - {day: 2022-10-02,", "  - {day: 2022-10-32,"),
        ("calendar", "weekday: thursday", "weekday: friday"),
        ("services", "seats: 3", "seats: 30"),
        ("services", "[insurance, points]", "[insurance, pints]"),
    ],
)
def test_a_fault_is_placed_on_its_line(pack: MiniPack, file: str, old: str, new: str) -> None:
    pack.change(f"booking/{file}.yaml", old, new)
    line = next(number for number, text in enumerate(FILES[file].splitlines(), start=1) if old in text)
    assert [(fault.file, fault.line) for fault in faults(pack)] == [(f"booking/{file}.yaml", line)]


def test_the_whole_packs_check_looks_into_the_folder(pack: MiniPack) -> None:
    assert set(all_faults(pack)) <= set(pack.faults())


def test_a_folder_with_a_fault_is_not_handed_out(pack: MiniPack) -> None:
    pack.change("booking/calendar.yaml", "hold_minutes: 10", "hold_minutes: ten")
    with pytest.raises(ContentError, match=r"booking/calendar.yaml:22: rules.hold_minutes"):
        load_pack(pack.folder)
    assert booking_report(pack.folder) == ()


@pytest.mark.parametrize("name", ["services", "calendar"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "the file is empty"), ("a: [", "is not YAML"), ("- 1\n", "must be a mapping, but is a list")],
)
def test_a_file_that_is_no_yaml_mapping_is_named(pack: MiniPack, name: str, text: str, problem: str) -> None:
    pack.write(f"booking/{name}.yaml", text)
    assert [fault.file for fault in faults(pack) if problem in fault.problem] == [f"booking/{name}.yaml"]


@pytest.mark.parametrize("name", ["services", "calendar"])
def test_a_file_that_is_missing_is_named(pack: MiniPack, name: str) -> None:
    (pack.folder / f"booking/{name}.yaml").unlink()
    found = [(fault.file, fault.problem) for fault in faults(pack)]
    assert found == [(f"booking/{name}.yaml", "the file cannot be read (No such file or directory); create it")]


def test_a_file_that_nobody_reads_is_named(pack: MiniPack) -> None:
    pack.write("booking/calender.yaml", CALENDAR)
    assert [(fault.file, fault.problem) for fault in faults(pack)] == [
        ("booking/calender.yaml", "is not read; rename or delete it; did you mean 'booking/calendar.yaml'?")
    ]


def test_a_folder_without_a_service_is_a_fault(pack: MiniPack) -> None:
    pack.write("booking/services.yaml", "services: {}\n")
    assert ("services", "has no service; write at least one, or delete the folder") in named(
        pack, "booking/services.yaml"
    )


def test_a_desk_without_a_period_is_a_fault(pack: MiniPack) -> None:
    before, after = "      - {from: 2022-06-30, slot_minutes: 30, seats: 1, basis: city}\n", ""
    pack.change("booking/services.yaml", f"periods:\n{before}", f"periods: []\n{after}")
    assert named(pack, "booking/services.yaml")[-1] == (
        "services.insurance.periods", "has no period; write from which day there are seats",
    )  # fmt: skip


def test_texts_that_cannot_be_read_are_not_told_to_be_missing_one_by_one(pack: MiniPack) -> None:
    pack.write("texts/ja.yaml", "")
    assert [fault for fault in all_faults(pack) if fault.problem.startswith("there is no text")] == []


def test_days_in_the_wrong_order_are_a_fault(pack: MiniPack) -> None:
    pack.change("pack.yaml", "opens_on: 2022-06-30", "opens_on: 2023-03-01")
    assert ("first_day", "2023-03-01 is after the last day, 2023-02-28; put the days in order") in named(
        pack, "booking/calendar.yaml"
    )


def test_every_text_that_the_plan_needs_and_lacks_is_named_at_the_place_that_needs_it(pack: MiniPack) -> None:
    lines = SERVICES.splitlines()
    missing = {
        fault.problem.split("'")[1]: fault for fault in all_faults(pack) if fault.problem.startswith("there is no text")
    }
    assert missing["booking.bring.card"].line == lines.index("    bring: [card]") + 1
    assert missing["booking.service.account.why_not"].file == "booking/services.yaml"
    assert missing["booking.closure.system"].key == "closures.1.note"
    for key in ("booking.closed.holiday", "booking.refused.too_late", "booking.misread.check", "booking.mark.few"):
        assert missing[key].file == "booking/calendar.yaml"


def test_a_label_too_long_for_a_button_is_a_fault(pack: MiniPack) -> None:
    for language in ("ja", "ja-easy", "en"):
        pack.change(f"texts/{language}.yaml", "booking: {", f"booking: {{service: {{points: {{label: {'長' * 21}}}}}, ")
    found = {(fault.file, fault.key): fault.problem for fault in faults(pack)}
    assert (
        found[("texts/en.yaml", "booking.service.points.label")]
        == "has 21 characters, at most 20 fit on a button; shorten it"
    )


def test_the_report_of_a_pack_tells_what_its_calendar_comes_to(pack: MiniPack) -> None:
    lines = booking_report(pack.folder)
    assert "points from 2022-09-01: 30 minutes, 3 seats a slot, 33 seats a day (before: 22)" in lines
    assert "closed 2022-10-03 (Mon): points, closure booking.closure.system" in lines
    assert "open 2022-10-02 (Sun): every desk, special hours" in lines


SCALARS = [
    "",
    "0",
    "-1",
    "99999",
    "~",
    "yes",
    "x",
    "2022-02-30",
    "2023-02-28",
    '"25:00"',
    '"08:30"',
    "[]",
    "{}",
    "[1, [2]]",
    "points",
    "1.5",
]
LINES = [(name, number) for name, text in FILES.items() for number in range(len(text.splitlines()))]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LINES), st.sampled_from(["drop", "twice", *SCALARS]))
def test_whatever_a_slip_of_the_hand_does_to_a_line_is_told_and_never_breaks_the_check(
    pack: MiniPack, line: tuple[str, int], slip: str
) -> None:
    for name, text in FILES.items():
        pack.write(f"booking/{name}.yaml", text)
    name, number = line
    lines = FILES[name].splitlines()
    key, colon, _ = lines[number].partition(": ")
    mistaken = {"drop": [], "twice": [lines[number]] * 2}.get(slip, [f"{key}{colon}{slip}" if colon else slip])
    pack.write(f"booking/{name}.yaml", "\n".join([*lines[:number], *mistaken, *lines[number + 1 :]]) + "\n")
    found = faults(pack)
    assert all(fault.problem and fault.file.startswith("booking/") for fault in found)
    assert (read_pack(pack.folder).booking is None) <= bool(found)


# The town's own.


@pytest.fixture(scope="module")
def plan(pack_folder: Path) -> Plan:
    found = read_pack(pack_folder).booking
    assert found is not None
    return found.plan


def test_the_towns_plan_has_nothing_odd(plan: Plan) -> None:
    assert findings(plan) == ()


def test_the_town_books_points_insurance_and_both_and_nothing_else(plan: Plan) -> None:
    assert [one.id for one in plan.services.values() if one.is_bookable] == ["points", "insurance", "both"]
    refused, explained = may_choose(plan, "account"), may_choose(plan, "kiosk")
    assert refused is not None
    assert explained is not None
    assert (refused.key, refused.more_keys) == ("booking.refused.service_refused", ("booking.service.account.why_not",))
    assert (explained.key, explained.more_keys) == ("booking.refused.not_bookable", ("booking.service.kiosk.about",))


def test_five_things_are_brought_to_every_desk(plan: Plan) -> None:
    for service in ("points", "insurance", "both"):
        assert plan.services[service].bring == ("card", "pin", "payment_card", "payment_id", "security_code")


def test_the_towns_hours_and_last_day_are_the_pages(plan: Plan, pack_folder: Path) -> None:
    content: Content = read_pack(pack_folder).content
    dates, hours = content.values["dates"], content.values["hours"]
    assert isinstance(dates, dict)
    assert isinstance(hours, dict)
    assert plan.calendar.last_on == dates["points_deadline_on"] == date(2023, 2, 28)
    assert [[f"{one.start:%H:%M}", f"{one.end:%H:%M}"] for one in plan.calendar.hours] == hours["staffed"]
    slots = slots_on(plan, "points", date(2023, 2, 28))
    assert f"{slots[0].starts_at:%H:%M} {slots[-1].ends_at:%H:%M}" == "08:30 16:00"
    assert opening(plan, "points", date(2023, 3, 1)).closed is not None


def test_the_numbers_the_page_does_not_have_are_marked_as_the_citys_choice(plan: Plan) -> None:
    assert {period.basis for desk in plan.desks for period in desk.periods} == {Basis.CITY}
