from __future__ import annotations

from datetime import date, time

import pytest

from bot.booking.slots import Override, OverrideKind, Span, StopSwitch
from bot.store import overrides
from bot.store.engine import Engine
from tests.bot.store.booked import NOW

pytestmark = pytest.mark.anyio

DAY = date(2022, 7, 5)
CLOSED = Override(DAY, None, OverrideKind.CLOSED, (), None, "台風のため", NOW)
HOURS = Override(DAY, "points", OverrideKind.HOURS, (Span(time(9), time(10, 30)),), None, "", NOW)
SEATS = Override(DAY.replace(day=6), "points", OverrideKind.SEATS, (), 5, "", NOW)


async def test_what_staff_changed_comes_back_as_it_was_made(engine: Engine) -> None:
    ids = [await engine.write(overrides.add(one)) for one in (CLOSED, HOURS, SEATS)]
    found = await engine.read(overrides.between(DAY, DAY.replace(day=6)))
    assert [(one.id, one.override) for one in found] == list(zip(ids, (CLOSED, HOURS, SEATS), strict=True))
    assert [one.override for one in await engine.read(overrides.between(DAY, DAY))] == [CLOSED, HOURS]


async def test_an_override_can_be_taken_back_once(engine: Engine) -> None:
    number = await engine.write(overrides.add(CLOSED))
    assert await engine.write(overrides.remove(number))
    assert not await engine.write(overrides.remove(number))
    assert await engine.read(overrides.between(DAY, DAY)) == ()


async def test_overrides_of_days_gone_by_are_deleted(engine: Engine) -> None:
    for one in (CLOSED, SEATS):
        await engine.write(overrides.add(one))
    assert await engine.write(overrides.purge(SEATS.day, 10)) == 1
    assert [one.override for one in await engine.read(overrides.between(DAY, SEATS.day))] == [SEATS]


async def test_bookings_stop_on_a_channel_or_on_all_until_they_resume(engine: Engine) -> None:
    await engine.write(overrides.stop(StopSwitch(None, "しばらくお待ちください"), NOW))
    await engine.write(overrides.stop(StopSwitch("line", "混雑"), NOW))
    await engine.write(overrides.stop(StopSwitch("line", "点検"), NOW))
    assert await engine.read(overrides.stops()) == (
        StopSwitch(None, "しばらくお待ちください"),
        StopSwitch("line", "点検"),
    )
    assert await engine.write(overrides.resume(None))
    assert not await engine.write(overrides.resume(None))
    assert await engine.read(overrides.stops()) == (StopSwitch("line", "点検"),)
