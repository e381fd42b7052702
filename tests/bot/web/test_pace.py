"""People are never slowed down; a program is, and only that one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.dialogue import Body, Incoming, Left, Text
from bot.web.pace import Pace, paced


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_burst_passes_and_the_next_call_waits() -> None:
    pace = Pace(burst=3, per_second=1, now_s=Clock())
    assert [pace.wait_s("a") for _ in range(4)] == [0, 0, 0, 1]


def test_after_the_wait_it_was_told_a_caller_passes() -> None:
    clock = Clock()
    pace = Pace(burst=3, per_second=1, now_s=clock)
    for _ in range(3):
        pace.wait_s("a")
    clock.now_s += pace.wait_s("a")
    assert pace.wait_s("a") == 0
    assert pace.wait_s("a") > 0


def test_one_caller_does_not_slow_another() -> None:
    pace = Pace(burst=1, per_second=1, now_s=Clock())
    pace.wait_s("a")
    assert (pace.wait_s("a"), pace.wait_s("b")) == (1, 0)


def test_a_refused_call_costs_nothing() -> None:
    clock = Clock()
    pace = Pace(burst=1, per_second=1, now_s=clock)
    for _ in range(10):
        pace.wait_s("a")
    clock.now_s += 1
    assert pace.wait_s("a") == 0


def test_callers_who_have_rested_are_forgotten_and_the_busy_ones_are_not() -> None:
    clock = Clock()
    pace = Pace(burst=2, per_second=1, most_callers=4, now_s=clock)
    for caller in "abc":
        pace.wait_s(caller)
    clock.now_s += 10
    for caller in "ddef":
        pace.wait_s(caller)
    assert set(pace._full_at_s) <= set("def")
    assert pace.wait_s("d") > 0


@pytest.mark.anyio
async def test_a_stuck_key_is_left_waiting_and_nobody_else_notices() -> None:
    taken: list[str] = []

    async def take(incoming: Incoming) -> None:
        taken.append(incoming.address)

    def event(address: str, body: Body) -> Incoming:
        return Incoming("telegram", "1", address, datetime(2022, 7, 1, tzinfo=UTC), body)

    held = paced(take, Pace(burst=2, per_second=1, now_s=Clock()))
    for _ in range(5):
        await held(event("stuck", Text("a")))
    await held(event("calm", Text("a")))
    await held(event("stuck", Left()))
    assert taken == ["stuck", "stuck", "calm", "stuck"]
