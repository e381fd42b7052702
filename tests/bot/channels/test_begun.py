"""A long message that broke off goes on where it stopped; what is no longer true is forgotten."""

from __future__ import annotations

import pytest

from bot.channels.begun import Begun
from bot.dialogue import Rendered

pytestmark = pytest.mark.anyio
LONG = Rendered("長い文")


async def test_the_parts_that_are_out_are_told_once() -> None:
    begun = Begun()
    begun.keep("7", LONG, 2)
    assert (begun.take("7", LONG), begun.take("7", LONG)) == (2, 0)


async def test_another_resident_or_another_message_has_nothing_out() -> None:
    begun = Begun()
    begun.keep("7", LONG, 2)
    assert (begun.take("8", LONG), begun.take("7", Rendered("別の文"))) == (0, 0)


async def test_after_its_time_the_message_is_said_whole() -> None:
    begun = Begun(kept_s=0)
    begun.keep("7", LONG, 2)
    assert begun.take("7", LONG) == 0


@pytest.mark.parametrize(("others", "parts"), [(999, 1), (1000, 0)], ids=["a thousand", "one more"])
async def test_the_oldest_of_too_many_is_forgotten(others: int, parts: int) -> None:
    begun = Begun()
    begun.keep("7", LONG, 1)
    for number in range(others):
        begun.keep(f"other {number}", LONG, 1)
    assert begun.take("7", LONG) == parts
