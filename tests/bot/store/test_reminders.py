"""Reminders come with a booking and go with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.booking.bookings import Booking, Changed, Made, Status
from bot.store import bookings, conversations, outbox
from bot.store.engine import Engine
from bot.store.reminders import Timed
from bot.store.unit import Work
from tests.bot.store.booked import HALF, LIMITS, NINE, NOW, books, holds, seats_for, visit, wish
from tests.bot.store.steps import claimed, keys_of, run, say

pytestmark = pytest.mark.anyio

DAY_BEFORE, SAME_DAY = NINE - timedelta(hours=16), NINE - timedelta(hours=2)
BOTH = (Timed(DAY_BEFORE, say("tomorrow")), Timed(SAME_DAY, say("today")))


async def reminded(engine: Engine, address: str = "taro") -> Booking:
    """A confirmed booking with two reminders."""
    held = await holds(engine, address)
    changed = await engine.write(bookings.confirm(held, NOW, ("day_before", "hours_before"), BOTH, limits=LIMITS))
    assert isinstance(changed, Changed)
    assert changed.booking.reminders == ("day_before", "hours_before")
    return changed.booking


async def test_a_reminder_is_sent_at_its_time_and_once(engine: Engine) -> None:
    await reminded(engine)
    assert await engine.write(claimed(DAY_BEFORE - HALF)) == ()
    letters = await engine.write(claimed(DAY_BEFORE))
    assert keys_of(letters) == ["tomorrow"]
    await engine.write(outbox.delivered([letter.id for letter in letters]))
    assert keys_of(await engine.write(claimed(SAME_DAY))) == ["today"]


async def test_a_cancelled_booking_reminds_of_nothing(engine: Engine, url: str) -> None:
    booking, other = await reminded(engine), await books(engine, "hanako", visit(1))
    await engine.write(bookings.cancel(booking, NOW))
    assert await engine.write(claimed(NINE)) == ()
    assert run(url, "SELECT * FROM reminders") == []
    assert other.status is Status.CONFIRMED


async def test_a_booking_that_moves_reminds_of_its_new_time(engine: Engine) -> None:
    booking = await reminded(engine)
    later = (Timed(SAME_DAY + HALF, say("today, later")),)
    await engine.write(bookings.reschedule(booking, visit(1), seats_for(1), NOW, timed=later))
    assert await engine.write(claimed(SAME_DAY)) == ()
    assert keys_of(await engine.write(claimed(NINE))) == ["today, later"]


async def test_who_came_early_is_not_reminded_to_come(engine: Engine) -> None:
    booking = await reminded(engine)
    await engine.write(bookings.change(booking, Status.ARRIVED, NOW))
    assert await engine.write(claimed(NINE)) == ()


async def test_who_was_forgotten_gets_no_reminder(engine: Engine) -> None:
    await reminded(engine)
    await engine.write(conversations.forget("telegram", "taro"))
    assert await engine.write(claimed(NINE)) == ()


async def test_who_has_no_chat_gets_no_reminder(engine: Engine) -> None:
    made = await engine.write(bookings.enter(wish(visit(), None), seats_for(1), NOW))
    assert isinstance(made, Made)
    moved = await engine.write(bookings.reschedule(made.booking, visit(1), seats_for(1), NOW, timed=BOTH))
    assert isinstance(moved, Changed)
    assert await engine.write(claimed(NINE)) == ()


def kept_for_later(at: timedelta) -> Work[tuple[int, ...]]:
    """A letter the resident's own page is to show at a later time."""
    found = yield from conversations.find("webchat", "hanako")
    conversation_id = yield from conversations.save("webchat", "hanako", found.conversation, NOW)
    language = found.conversation.language
    return (
        yield from outbox.put(
            conversation_id, "webchat", None, language, [say("soon")], said_at=NOW, not_before=NOW + at
        )
    )


def kept_now(key: str) -> Work[tuple[int, ...]]:
    found = yield from conversations.find("webchat", "hanako")
    conversation_id = yield from conversations.save("webchat", "hanako", found.conversation, NOW)
    language = found.conversation.language
    return (yield from outbox.put(conversation_id, "webchat", None, language, [say(key)], said_at=NOW, not_before=None))


async def test_a_reminder_in_the_web_chat_shows_up_at_its_time_behind_all_that_was_read(engine: Engine) -> None:
    await engine.write(kept_for_later(HALF))
    (seen,) = await engine.write(kept_now("hello"))
    assert await engine.write(outbox.bring_due(["webchat"], NOW, 10)) == ()
    assert keys_of(await engine.read(outbox.after("webchat", "hanako", 0, 10))) == ["hello"]
    assert await engine.write(outbox.bring_due(["webchat"], NOW + HALF, 10)) == ("hanako",)
    assert keys_of(await engine.read(outbox.after("webchat", "hanako", seen, 10))) == ["soon"]
    assert await engine.write(outbox.bring_due(["webchat"], NOW + HALF, 10)) == ()
    assert await engine.write(outbox.bring_due([], NOW + HALF, 10)) == ()
