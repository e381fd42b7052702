"""How many pushes the month still allows. Replies are free; what is pushed is paid for, and LINE ends it at a number.

LINE itself counts, for all processes together: its count is asked for again every minute, and what this process
pushed since is added. Towards the end only notices go (reminders, cancellations): an answer can be asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import ChannelError

_ASK_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Month:
    """Pushes of this month. `most` None: no end. The last `kept` are for notices."""

    used: int
    most: int | None
    kept: int

    def allows(self, *, is_notice: bool) -> bool:
        """Whether one more may go.

        >>> Month(used=160, most=200, kept=40).allows(is_notice=False)
        False
        >>> Month(used=160, most=200, kept=40).allows(is_notice=True)
        True
        """
        return self.most is None or self.used < self.most - (0 if is_notice else self.kept)


class PushBudget:
    """The month as it stands. `most` is the town's own limit (None: LINE's), `kept_percent` of it are for notices."""

    def __init__(
        self,
        ask: Callable[[], Awaitable[tuple[int, int | None]]],
        *,
        most: int | None = None,
        kept_percent: int = 20,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._most = most
        self._kept_percent = kept_percent
        self._now_s = now_s
        self._ask_at_s = float("-inf")
        self.month: Month | None = None

    async def allows(self, *, is_notice: bool) -> bool:
        """Whether one more push may go now. Raises ChannelError where LINE was never heard of."""
        month = await self.look()
        return month.allows(is_notice=is_notice)

    async def look(self) -> Month:
        """The month, asked for anew where a minute has passed. LINE out of reach: as it was last known."""
        month = self.month
        if month is None or self._now_s() >= self._ask_at_s:
            self._ask_at_s = self._now_s() + _ASK_AGAIN_S
            month = self.month = await self._asked(month)
        return month

    async def _asked(self, last_known: Month | None) -> Month:
        try:
            return self._made(*await self._ask())
        except ChannelError:
            if last_known is None:
                raise
            return last_known

    def count(self) -> None:
        """One more has gone."""
        if self.month is not None:
            self.month = Month(self.month.used + 1, self.month.most, self.month.kept)

    def _made(self, used: int, line_most: int | None) -> Month:
        limits = [limit for limit in (self._most, line_most) if limit is not None]
        most = min(limits) if limits else None
        return Month(used, most, (most or 0) * self._kept_percent // 100)
