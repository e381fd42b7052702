"""What a counter reports, told to the bookings and to the resident: once each, whatever the network did in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.arrivals import CHALLENGE_HOLDS_FOR
from bot.booking.bookings import Booking, Changed, Status
from bot.language import Language
from bot.store import agents, booking_rows, bookings, outbox
from bot.store.engine import engine_at
from bot.store.migrations import migrate
from bot.visit_reports import ReportIdReused
from counter_agent import wire
from counter_agent.wire import Outcome
from tests.bot.counter_house import (
    LATER,
    MINUTE,
    SLOT,
    CounterHouse,
    called,
    card_read,
    check_in,
    closed,
    desk,
    in_short,
    new_id,
)

pytestmark = pytest.mark.anyio
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield await migrated(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    else:
        server = request.getfixturevalue("postgres_server")
        yield await migrated(made := server.new_database())
        server.drop(made)


async def migrated(url: str) -> str:
    await asyncio.to_thread(migrate, url)
    return url


@pytest.fixture
async def house(url: str) -> AsyncIterator[CounterHouse]:
    engine = engine_at(url)
    await engine.open()
    yield CounterHouse(engine)
    await engine.close()


async def test_a_visit_from_the_door_to_the_closing_message(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    house.now = SLOT
    given = await house.arrivals.challenge(agent, wire.ChallengeRequest(visit_id=visit))
    answers = await house.reports(
        agent,
        check_in(booking, visit),
        called(booking, visit),
        card_read(booking, visit, given.challenge_id),
        closed(booking, visit),
    )
    assert answers == ["arrived", "in_service", "in_service", "done"]
    served = await house.booking(booking.ticket)
    assert (served.status, served.counter) == (Status.DONE, "窓口1")
    keys, choices = await house.said_last("anna")
    assert keys == ["visit.completed", "visit.next.points", "visit.rate"]
    assert choices[:2] == [f"visited:yes={booking.ticket}", f"visited:no={booking.ticket}"]
    assert (house.arrivals.ended, house.arrivals.read) == ({"completed": 1}, {"proved": 1})


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.NO_SHOW])
async def test_each_end_has_its_own_words_and_a_feedback_question(house: CounterHouse, outcome: Outcome) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    *_, answer = await house.reports(
        agent, check_in(booking, visit), called(booking, visit), closed(booking, visit, outcome)
    )
    assert answer == wire.STATUS_AFTER[outcome].value
    keys, choices = await house.said_last("anna")
    assert (keys[0], keys[-1]) == (f"visit.{outcome.value}", "visit.rate")
    assert f"visited:yes={booking.ticket}" in choices
    for language in Language:
        assert keys[0] in desk().content.texts[language]


async def test_who_lacked_something_is_told_everything_to_bring(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit), closed(booking, visit, Outcome.REFUSED_ITEMS, done=()))
    keys, choices = await house.said_last("anna")
    assert [key for key in keys if key.startswith("booking.bring.")] == [
        f"booking.bring.{item}" for item in ("card", "pin", "payment_card", "payment_id", "security_code")
    ]
    assert "booking" in choices


async def test_the_next_steps_are_those_of_what_was_done(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna", "both"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit), closed(booking, visit, done=("insurance",)))
    keys, _ = await house.said_last("anna")
    assert keys == ["visit.completed", "visit.next.insurance", "visit.rate"]


@pytest.mark.parametrize("is_called", [False, True])
async def test_called_in_vain_or_never_here_is_a_no_show(house: CounterHouse, is_called: bool) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    before: list[wire.AnyReport] = [check_in(booking, visit), called(booking, visit)] if is_called else []
    *_, answer = await house.reports(agent, *before, closed(booking, visit, Outcome.NO_SHOW, done=(), at=LATER))
    assert (answer, (await house.booking(booking.ticket)).status) == ("no_show", Status.NO_SHOW)
    keys, choices = await house.said_last("anna")
    assert (keys, choices) == (["visit.no_show"], ["booking", "menu"])


async def test_who_comes_after_all_is_served_and_told_so(house: CounterHouse) -> None:
    booking, agent, late = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, closed(booking, new_id(), Outcome.NO_SHOW, done=(), at=LATER))
    missed = await house.booking(booking.ticket)
    answers = await house.reports(
        agent, check_in(missed, late), called(missed, late), card_read(missed, late), closed(missed, late)
    )
    assert answers == ["arrived", "in_service", "in_service", "done"]
    keys, _ = await house.said_last("anna")
    assert keys[0] == "visit.completed"


async def test_a_pushed_channel_gets_the_message_at_once(url: str) -> None:
    engine = engine_at(url)
    await engine.open()
    try:
        house = CounterHouse(engine, pushed=frozenset({"telegram"}))
        booking, agent, visit = await house.books("7", channel="telegram"), await house.counter(), new_id()
        house.now = SLOT
        while letters := await engine.write(outbox.claim(("telegram",), house.now, house.now + MINUTE, 50)):
            await engine.write(outbox.delivered([letter.id for letter in letters]))
        await house.reports(agent, check_in(booking, visit), closed(booking, visit))
        (letter,) = await engine.write(outbox.claim(("telegram",), house.now, house.now + MINUTE, 50))
        assert letter.say.phrases[0].key == "visit.completed"
        assert house.looked == 1
    finally:
        await engine.close()


# Sent again ----------------------------------------------------------------------------------------------------------


async def test_the_same_report_gets_the_same_answer_and_nothing_is_said_twice(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    reports: list[wire.AnyReport] = [check_in(booking, visit), closed(booking, visit)]
    first = [await house.arrivals.report(agent, one) for one in reports]
    again = [await house.arrivals.report(agent, one) for one in reports]
    assert first == again
    assert (await house.said("anna")).count("visit.completed") == 1


async def test_the_same_report_twice_at_once_is_one(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit))
    report = closed(booking, visit)
    answers = await asyncio.gather(*(house.arrivals.report(agent, report) for _ in range(8)))
    assert {in_short(one) for one in answers} == {"done"}
    assert len({one.model_dump_json() for one in answers}) == 1
    assert (await house.said("anna")).count("visit.completed") == 1


async def test_a_conflict_is_kept_as_well(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.cancels(booking)
    report = check_in(booking, visit)
    first = await house.arrivals.report(agent, report)
    assert in_short(first) == "conflict:cancelled"
    assert await house.arrivals.report(agent, report) == first


async def test_another_body_under_the_same_id_is_refused_and_changes_nothing(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    first = check_in(booking, visit)
    await house.reports(agent, first)
    with pytest.raises(ReportIdReused):
        await house.arrivals.report(agent, called(booking, visit).model_copy(update={"report_id": first.report_id}))
    assert (await house.booking(booking.ticket)).status is Status.ARRIVED


async def test_two_counters_may_use_the_same_report_id(house: CounterHouse) -> None:
    booking, other = await house.books("anna"), await house.books("berta")
    one, two = await house.counter("窓口1"), await house.counter("窓口2")
    first = check_in(booking, new_id())
    second = check_in(other, new_id()).model_copy(update={"report_id": first.report_id})
    assert await house.reports(one, first) == await house.reports(two, second) == ["arrived"]


# Conflicts -----------------------------------------------------------------------------------------------------------


async def test_cancelled_meanwhile_the_whole_visit_is_answered_so(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.cancels(booking)
    answers = await house.reports(
        agent, check_in(booking, visit), called(booking, visit), card_read(booking, visit), closed(booking, visit)
    )
    assert answers == ["conflict:cancelled"] * 4
    assert (await house.booking(booking.ticket)).status is Status.CANCELLED
    assert "visit.completed" not in await house.said("anna")


async def test_the_clerk_is_shown_how_things_stand(house: CounterHouse) -> None:
    booking, agent = await house.books("anna"), await house.counter()
    answer = await house.arrivals.report(agent, check_in(booking, new_id(), seen=SLOT - 30 * MINUTE))
    assert isinstance(answer, wire.Conflict)
    assert answer.conflict is wire.ConflictKind.MOVED
    assert answer.booking is not None
    assert (answer.booking.starts_at, answer.booking.status) == (SLOT, wire.Status.CONFIRMED)


@pytest.mark.parametrize(("at", "answer"), [(SLOT, "arrived"), (SLOT + timedelta(days=1), "conflict:moved")])
async def test_a_booking_that_was_not_seen_must_be_of_that_day(house: CounterHouse, at: datetime, answer: str) -> None:
    booking, agent = await house.books("anna"), await house.counter()
    unseen = check_in(booking, new_id(), at=at).model_copy(update={"seen_starts_at": None})
    assert await house.reports(agent, unseen) == [answer]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00"])
async def test_a_clock_at_the_end_of_time_breaks_nothing(house: CounterHouse, at: str) -> None:
    booking, agent = await house.books("anna"), await house.counter()
    missed = {**closed(booking, new_id(), Outcome.NO_SHOW).model_dump(mode="json"), "at": at}
    assert await house.reports(agent, wire.REPORT.validate_python(missed)) == ["conflict:moved"]
    here = {**check_in(booking, new_id()).model_dump(mode="json"), "at": at}
    assert await house.reports(agent, wire.REPORT.validate_python(here)) == ["arrived"], "the clerk saw that booking"
    for day in (date(1, 1, 2), date(9999, 12, 30)):
        assert (await house.arrivals.today(day)).bookings == ()


async def test_a_changed_reminder_is_no_move(house: CounterHouse) -> None:
    booking, agent = await house.books("anna"), await house.counter()
    await house.presses("anna", f"bookings:remind={booking.ticket},day_before")
    assert (await house.booking(booking.ticket)).version > booking.version
    assert await house.reports(agent, check_in(booking, new_id())) == ["arrived"]


async def test_two_counters_and_one_ticket(house: CounterHouse) -> None:
    booking, one, two = await house.books("anna"), await house.counter("窓口1"), await house.counter("窓口2")
    mine, theirs = new_id(), new_id()
    assert await house.reports(one, check_in(booking, mine)) == ["arrived"]
    answers = await house.reports(two, check_in(booking, theirs), called(booking, theirs), closed(booking, theirs))
    assert answers == ["conflict:at_other_counter"] * 3
    assert await house.reports(one, called(booking, mine), closed(booking, mine)) == ["in_service", "done"]


async def test_two_counters_at_the_same_moment_one_has_the_resident(house: CounterHouse) -> None:
    booking = await house.books("anna")
    counters = [await house.counter(f"窓口{number}") for number in range(4)]
    answers = await asyncio.gather(*(house.arrivals.report(one, check_in(booking, new_id())) for one in counters))
    assert sorted(in_short(one) for one in answers) == ["arrived"] + ["conflict:at_other_counter"] * 3


async def test_two_pcs_with_one_identity_are_two_visits(house: CounterHouse) -> None:
    booking, agent = await house.books("anna"), await house.counter()
    answers = await house.reports(agent, check_in(booking, new_id()), check_in(booking, new_id()))
    assert answers == ["arrived", "conflict:at_other_counter"]


async def test_a_revoked_counter_keeps_nobody(house: CounterHouse) -> None:
    booking, broken = await house.books("anna"), await house.counter("窓口1")
    await house.reports(broken, check_in(booking, new_id()))
    await house.engine.write(agents.revoke(broken.agent_id, house.now))
    assert await house.reports(await house.counter("窓口2"), check_in(booking, new_id())) == ["arrived"]


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.NO_SHOW])
async def test_who_was_served_is_not_checked_in_again(house: CounterHouse, outcome: Outcome) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit), closed(booking, visit, outcome))
    late: list[wire.AnyReport] = [check_in(booking, new_id()), called(booking, visit), closed(booking, visit)]
    assert await house.reports(agent, *late) == ["conflict:already_closed"] * 3


@pytest.mark.parametrize("ticket", ["F222-F22P", "TR-001", "7K-32M"])
async def test_a_ticket_nobody_has(house: CounterHouse, ticket: str) -> None:
    agent, report = await house.counter(), check_in(None, new_id()).model_copy(update={"ticket": ticket})
    answer = await house.arrivals.report(agent, report)
    assert answer == wire.Conflict(report_id=report.report_id, conflict=wire.ConflictKind.UNKNOWN_TICKET)


async def test_a_hold_is_no_booking(house: CounterHouse) -> None:
    await house.presses("anna", "booking", "booking:1.service=points", "booking:1.ready", "booking:1.party=1")
    await house.presses("anna", "booking:1.day=2022-07-05", f"booking:1.time={SLOT.isoformat()}")
    (held,) = [one for one in await _every(house) if one.status is Status.HELD]
    assert await house.reports(await house.counter(), check_in(held, new_id())) == ["conflict:unknown_ticket"]


async def _every(house: CounterHouse) -> tuple[Booking, ...]:
    entries = await house.engine.read(booking_rows.of_day(SLOT - timedelta(days=1), SLOT + timedelta(days=1)))
    return tuple(one.booking for one in entries)


async def test_a_visit_nobody_began(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    answers = await house.reports(agent, called(booking, visit), card_read(booking, visit), closed(booking, visit))
    assert answers == ["conflict:unknown_visit"] * 3
    assert (await house.booking(booking.ticket)).status is Status.CONFIRMED


async def test_who_is_at_another_counter_has_come(house: CounterHouse) -> None:
    booking, one, two = await house.books("anna"), await house.counter("窓口1"), await house.counter("窓口2")
    await house.reports(one, check_in(booking, new_id()))
    missed = closed(booking, new_id(), Outcome.NO_SHOW, at=LATER)
    assert await house.reports(two, missed) == ["conflict:at_other_counter"]


async def test_whose_time_was_moved_back_has_not_failed_to_come(house: CounterHouse) -> None:
    booking, agent = await house.books("anna", at=LATER), await house.counter()
    missed = closed(booking, new_id(), Outcome.NO_SHOW, at=SLOT + 20 * MINUTE)
    assert await house.reports(agent, missed) == ["conflict:moved"]
    assert (await house.booking(booking.ticket)).status is Status.CONFIRMED


async def test_staff_who_undo_a_check_in_end_the_visit(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit))
    arrived = await house.booking(booking.ticket)
    assert isinstance(await house.engine.write(bookings.change(arrived, Status.CONFIRMED, house.now)), Changed)
    assert await house.reports(agent, called(booking, visit)) == ["conflict:unknown_visit"]


async def test_a_visit_that_was_reported_may_be_reported_anew(house: CounterHouse) -> None:
    """A PC whose spool was lost makes new report ids for a visit that the house knows."""
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    answers = await house.reports(
        agent, check_in(booking, visit), called(booking, visit), check_in(booking, visit), called(booking, visit)
    )
    assert answers == ["arrived", "in_service", "in_service", "in_service"]


async def test_a_visit_stays_with_its_ticket(house: CounterHouse) -> None:
    booking, other = await house.books("anna"), await house.books("berta")
    agent, visit = await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit))
    assert await house.reports(agent, closed(other, visit)) == ["conflict:unknown_ticket"]
    assert await house.reports(agent, closed(None, visit)) == ["conflict:unknown_ticket"]
    assert (await house.booking(other.ticket)).status is Status.CONFIRMED


# Walk-ins and the card -----------------------------------------------------------------------------------------------


async def test_a_walk_in_needs_no_booking(house: CounterHouse) -> None:
    agent, visit = await house.counter(), new_id()
    answers = await house.reports(
        agent, check_in(None, visit), called(None, visit), card_read(None, visit), closed(None, visit)
    )
    assert answers == ["arrived", "in_service", "in_service", "done"]
    assert await house.reports(agent, called(None, visit)) == ["conflict:already_closed"]


async def test_a_challenge_counts_once_in_its_own_visit_and_time(house: CounterHouse) -> None:
    agent, other, visit = await house.counter("窓口1"), await house.counter("窓口2"), new_id()
    await house.reports(agent, check_in(None, visit))
    asked = wire.ChallengeRequest(visit_id=visit)
    given = await house.arrivals.challenge(agent, asked)
    others = await house.arrivals.challenge(other, asked)
    elsewhere = await house.arrivals.challenge(agent, wire.ChallengeRequest(visit_id=new_id()))
    late = card_read(None, visit, given.challenge_id, at=given.expires_at + timedelta(seconds=1))
    assert await house.reports(agent, late) == ["conflict:challenge_not_yours"]
    house.now += timedelta(hours=20)  # the network was away; the card was read in time
    in_time = given.expires_at - timedelta(seconds=1)
    answers = await house.reports(
        agent,
        *(card_read(None, visit, one.challenge_id, at=in_time) for one in (others, elsewhere, given, given)),
        card_read(None, visit, new_id()),
        card_read(None, visit),
    )
    refused = "conflict:challenge_not_yours"
    assert answers == [refused, refused, "arrived", refused, refused, "arrived"]


@pytest.mark.parametrize(
    ("verdict", "counted"),
    [
        ({"possession_proved": False}, "not_proved"),
        ({"dates_valid": False}, "out_of_date"),
        ({"chain_valid": False}, "issuer_unknown"),
        ({"chain_valid": None}, "issuer_not_checked"),
        ({}, "proved"),
    ],
)
async def test_a_verdict_counts_as_its_weakest_part(
    house: CounterHouse, verdict: dict[str, bool | None], counted: str
) -> None:
    agent, visit = await house.counter(), new_id()
    await house.reports(agent, check_in(None, visit), card_read(None, visit).model_copy(update=verdict))
    assert house.arrivals.read == {counted: 1}


async def test_challenges_are_random_and_end(house: CounterHouse) -> None:
    agent, asked = await house.counter(), wire.ChallengeRequest(visit_id=new_id())
    one, two = [await house.arrivals.challenge(agent, asked) for _ in range(2)]
    assert one.challenge != two.challenge
    assert one.expires_at == house.now + CHALLENGE_HOLDS_FOR


# Feedback ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "helped"), [("yes", True), ("no", False)])
async def test_a_visit_is_rated_once(house: CounterHouse, answer: str, helped: bool) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.reports(agent, check_in(booking, visit), closed(booking, visit))
    await house.presses("anna", f"visited:{answer}={booking.ticket}", f"visited:{answer}={booking.ticket}")
    assert await house.rated() == {("visit", helped): 1}
    keys, _ = await house.said_last("anna")
    assert keys == ["visit.helped" if helped else "visit.not_helped"]


async def test_only_ones_own_visit_that_is_over_can_be_rated(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.presses("anna", f"visited:yes={booking.ticket}")
    assert (await house.said_last("anna"))[0] == ["visit.not_over"]
    await house.reports(agent, check_in(booking, visit), closed(booking, visit))
    await house.presses("berta", f"visited:yes={booking.ticket}", "visited:yes=F222-F223", "visited:maybe=F222-F22P")
    assert await house.rated() == {}


async def test_a_forgotten_resident_is_not_written_to(house: CounterHouse) -> None:
    booking, agent, visit = await house.books("anna"), await house.counter(), new_id()
    await house.presses("anna", "forget", "forget:yes")
    answers = await house.reports(agent, check_in(booking, visit), closed(booking, visit))
    assert answers == ["arrived", "done"]
    assert "visit.completed" not in await house.said("anna")


# Today, enrolment ----------------------------------------------------------------------------------------------------


async def test_todays_list_has_tickets_and_no_persons(house: CounterHouse) -> None:
    booking, gone = await house.books("anna", "both"), await house.books("berta")
    await house.cancels(gone)
    await house.reports(await house.counter(), check_in(booking, new_id()))
    today = await house.arrivals.today(SLOT.date())
    assert [(one.ticket, one.services, one.status.value, one.counter) for one in today.bookings] == [
        (booking.ticket, ("insurance", "points"), "arrived", "窓口1"),
        (gone.ticket, ("points",), "cancelled", None),
    ]
    assert "anna" not in today.model_dump_json()
    assert (await house.arrivals.today(None)).day == house.now.date()


async def test_the_desk_is_told_in_the_packs_words(house: CounterHouse) -> None:
    shown = (await house.arrivals.today(None)).desk
    assert (shown.city_phone, shown.hotline) == ("042-470-7722", "0120-95-0178")
    assert shown.hand_over_to.ja == "保険年金課"
    points, insurance = shown.services
    assert [item.id for item in points.items if item.may_be_unneeded] == ["payment_id", "security_code"]
    assert [item.id for item in insurance.items] == ["card", "pin"]
    assert (points.names_payment_service, insurance.names_payment_service) == (True, False)
    assert points.takes_card
    assert insurance.takes_card


async def test_a_code_is_good_once_and_for_minutes(house: CounterHouse) -> None:
    code = await house.code(minutes=15)
    asked = wire.EnrolRequest(code=code.lower().replace("-", " "), name="窓口1")
    house.now += 14 * MINUTE
    enrolled = await house.arrivals.enrol(asked)
    assert enrolled is not None
    assert await house.arrivals.agent(enrolled.token) is not None
    assert await house.arrivals.enrol(asked) is None
    late = wire.EnrolRequest(code=await house.code(minutes=15), name="窓口1")
    house.now += 15 * MINUTE
    assert await house.arrivals.enrol(late) is None


async def test_two_counters_never_have_one_name(house: CounterHouse) -> None:
    assert [(await house.counter("窓口")).name for _ in range(3)] == ["窓口", "窓口 2", "窓口 3"]


async def test_a_revoked_token_counts_no_more(house: CounterHouse) -> None:
    enrolled = await house.arrivals.enrol(wire.EnrolRequest(code=await house.code(), name="窓口1"))
    assert enrolled is not None
    assert await house.engine.write(agents.revoke(enrolled.agent_id, house.now))
    assert await house.arrivals.agent(enrolled.token) is None


async def test_what_is_long_over_goes(house: CounterHouse) -> None:
    agent, visit = await house.counter(), new_id()
    report = check_in(None, visit)
    await house.reports(agent, report)
    await house.arrivals.challenge(agent, wire.ChallengeRequest(visit_id=visit))
    assert await house.arrivals.expire_old(house.now - MINUTE) == 0
    assert await house.arrivals.expire_old(house.now + CHALLENGE_HOLDS_FOR + MINUTE) == 4
    assert await house.reports(agent, report) == ["arrived"]
