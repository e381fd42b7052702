"""What time does to bookings: holds end, offers go on to the next in line, reminders come due in the web chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.booking.bookings import Status
from bot.store import booking_rows
from tests.bot.booking_house import SLOT, START, House, opened_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as house:
        yield house


async def test_a_hold_ends_after_ten_minutes(house: House) -> None:
    await house.reaches("anna")
    await house.presses("anna", f"booking:1.time={SLOT}")
    assert [one.status for one in await house.bookings("anna")] == [Status.HELD]
    await house.sweeps(START + timedelta(minutes=9))
    assert len(await house.bookings("anna")) == 1
    await house.sweeps(START + timedelta(minutes=10))
    assert await house.bookings("anna") == ()


async def test_a_freed_seat_is_offered_to_the_first_in_line_and_then_to_the_next(house: House) -> None:
    await house.books("anna")
    for address in ("berta", "cara"):
        await house.reaches(address)
        await house.presses(address, f"booking:1.wait={SLOT}")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:cancel_yes={booked.ticket}")
    assert [one.status for one in await house.bookings("berta")] == [Status.OFFERED]
    assert [one.status for one in await house.bookings("cara")] == [Status.WAITING]
    await house.sweeps(house.now)
    assert "booking.offer" in await house.said("berta")
    await house.sweeps(START + timedelta(minutes=31))
    assert "booking.offer_gone" in await house.said("berta")
    (offered,) = await house.bookings("cara")
    assert offered.status is Status.OFFERED
    await house.presses("cara", f"bookings:accept={offered.ticket}")
    assert [one.status for one in await house.bookings("cara")] == [Status.CONFIRMED]


async def test_at_night_an_offer_waits_for_the_morning(house: House) -> None:
    await house.books("anna")
    await house.reaches("berta")
    await house.presses("berta", f"booking:1.wait={SLOT}")
    house.now = datetime.fromisoformat("2022-07-01T22:00:00+09:00")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:cancel_yes={booked.ticket}")
    await house.sweeps(datetime.fromisoformat("2022-07-02T07:59:00+09:00"))
    assert "booking.offer" not in await house.said("berta")
    await house.sweeps(datetime.fromisoformat("2022-07-02T08:00:00+09:00"))
    assert "booking.offer" in await house.said("berta")
    (offered,) = await house.bookings("berta")
    assert offered.held_until == datetime.fromisoformat("2022-07-02T08:30:00+09:00")


async def test_a_reminder_can_be_read_from_its_hour_on_and_once_only(house: House) -> None:
    await house.books("anna")
    await house.sweeps(datetime.fromisoformat("2022-07-04T16:59:00+09:00"))
    assert "booking.reminder_day_before" not in await house.said("anna")
    await house.sweeps(datetime.fromisoformat("2022-07-04T17:00:00+09:00"))
    await house.sweeps(datetime.fromisoformat("2022-07-04T17:01:00+09:00"))
    assert (await house.said("anna")).count("booking.reminder_day_before") == 1
    assert house.woken == ["anna"]


async def test_a_cancelled_booking_reminds_nobody(house: House) -> None:
    await house.books("anna")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:cancel_yes={booked.ticket}")
    await house.sweeps(datetime.fromisoformat("2022-07-04T17:00:00+09:00"))
    assert "booking.reminder_day_before" not in await house.said("anna")


async def test_what_is_long_over_is_deleted(house: House) -> None:
    await house.books("anna")
    (booked,) = await house.bookings("anna")
    house.now = START + timedelta(days=60)
    assert await house.sweeper.purge() >= 1
    assert await house.engine.read(booking_rows.by_ticket(booked.ticket)) is None


async def test_a_reminder_that_comes_after_the_visit_is_dropped_and_counted(house: House) -> None:
    await house.books("anna")
    await house.sweeps(datetime.fromisoformat("2022-07-05T10:00:00+09:00"))
    assert "booking.reminder_day_before" not in await house.said("anna")
    assert house.sweeper.dropped == 1


async def test_a_number_typed_after_an_offer_answers_the_offer(house: House) -> None:
    await house.books("anna")
    await house.reaches("berta")
    await house.presses("berta", f"booking:1.wait={SLOT}")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:cancel_yes={booked.ticket}")
    await house.presses("berta", "menu")
    await house.sweeps(house.now)
    await house.types("berta", "1")
    assert [one.status for one in await house.bookings("berta")] == [Status.CONFIRMED]


async def test_a_cancelled_ticket_says_so(house: House) -> None:
    await house.books("anna")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:cancel_yes={booked.ticket}")
    await house.types("anna", booked.ticket)
    assert (await house.said("anna"))[-7:].count("booking.ticket_cancelled") == 1
    assert "booking.will_remind_day_before" not in (await house.said("anna"))[-3:]


async def test_a_hold_that_ran_out_is_taken_anew_while_there_are_seats(house: House) -> None:
    await house.reaches("anna")
    await house.presses("anna", f"booking:1.time={SLOT}")
    await house.sweeps(START + timedelta(minutes=11))
    await house.presses("anna", "booking:1.confirm")
    assert [one.status for one in await house.bookings("anna")] == [Status.CONFIRMED]


async def test_a_new_dialogue_lets_the_old_hold_go(house: House) -> None:
    await house.reaches("anna")
    await house.presses("anna", f"booking:1.time={SLOT}", "booking", "booking:2.service=points", "booking:2.ready")
    await house.presses(
        "anna", "booking:2.party=2", "booking:2.day=2022-07-05", "booking:2.time=2022-07-05T11:00:00+09:00"
    )
    await house.presses("anna", "booking:2.time=2022-07-05T10:30:00+09:00")
    (held,) = await house.bookings("anna")
    assert held.starts_at == datetime.fromisoformat("2022-07-05T10:30:00+09:00")


@pytest.mark.parametrize("token", ["booking:1.day=9999-12-31", "booking:1.time=0001-01-01T00:00:00+14:00"])
async def test_a_day_out_of_all_reason_breaks_nothing(house: House, token: str) -> None:
    await house.reaches("anna")
    await house.presses("anna", token)
    await house.types("anna", "9999年12月31日")
    assert await house.bookings("anna") == ()


async def test_stopping_a_change_leaves_the_booking(house: House) -> None:
    await house.books("anna")
    (booked,) = await house.bookings("anna")
    await house.presses("anna", f"bookings:change={booked.ticket}")
    await house.types("anna", "やめる")
    assert (await house.said("anna"))[-1] == "booking.change_stopped"
    assert [one.status for one in await house.bookings("anna")] == [Status.CONFIRMED]


async def test_yes_confirms_what_is_on_the_screen(house: House) -> None:
    await house.reaches("anna", party=1)
    await house.presses("anna", f"booking:1.time={SLOT}")
    await house.types("anna", "はい")
    assert [one.status for one in await house.bookings("anna")] == [Status.CONFIRMED]
