"""The month's pushes: asked for once a minute, counted in between, kept for notices towards the end."""

from __future__ import annotations

import pytest

from bot.channels.line_budget import Month, PushBudget
from bot.errors import Unreachable

pytestmark = pytest.mark.anyio


class Account:
    """LINE's own count, which may be out of reach; and a clock."""

    def __init__(self, used: int, most: int | None) -> None:
        self.used, self.most = used, most
        self.asked, self.is_there, self.clock_s = 0, True, 0.0

    async def ask(self) -> tuple[int, int | None]:
        self.asked += 1
        if not self.is_there:
            raise Unreachable("down")
        return self.used, self.most

    def budget(self, most: int | None = None, kept_percent: int = 20) -> PushBudget:
        return PushBudget(self.ask, most=most, kept_percent=kept_percent, now_s=lambda: self.clock_s)


@pytest.mark.parametrize(
    ("used", "answer", "notice"), [(159, True, True), (160, False, True), (199, False, True), (200, False, False)]
)
def test_the_last_fifth_is_kept_for_notices(used: int, *, answer: bool, notice: bool) -> None:
    month = Month(used, 200, 40)
    assert (month.allows(is_notice=False), month.allows(is_notice=True)) == (answer, notice)


async def test_without_any_limit_everything_goes() -> None:
    budget = Account(10**6, None).budget()
    assert await budget.allows(is_notice=False)


@pytest.mark.parametrize(("ours", "lines", "most"), [(100, 200, 100), (300, 200, 200), (100, None, 100), (None, 9, 9)])
async def test_the_smaller_of_the_two_limits_holds(ours: int | None, lines: int | None, most: int) -> None:
    assert (await Account(0, lines).budget(ours).look()).most == most


async def test_line_is_asked_once_a_minute_and_pushes_are_counted_in_between() -> None:
    account = Account(0, 10)
    budget = account.budget(kept_percent=0)
    for _ in range(10):
        assert await budget.allows(is_notice=False)
        budget.count()
    assert not await budget.allows(is_notice=False)
    assert account.asked == 1
    account.clock_s = 60.0
    assert await budget.allows(is_notice=False)
    assert account.asked == 2


async def test_out_of_reach_what_was_last_known_holds() -> None:
    account = Account(5, 10)
    budget = account.budget()
    await budget.look()
    account.clock_s, account.is_there = 60.0, False
    assert (await budget.look()).used == 5
    assert (await budget.look()).used == 5
    assert account.asked == 2


async def test_never_heard_of_is_an_error_and_counting_waits() -> None:
    account = Account(5, 10)
    account.is_there = False
    budget = account.budget()
    budget.count()
    with pytest.raises(Unreachable):
        await budget.allows(is_notice=True)
    assert budget.month is None
