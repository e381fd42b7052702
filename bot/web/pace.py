"""How fast one caller may ask: a bucket of tokens each, in memory. Generous to people, firm with programs."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Awaitable, Callable

from bot.dialogue import Incoming, Left

_BURST = 120
_PER_SECOND = 20.0
_MOST_CALLERS = 10_000


_log = logging.getLogger(__name__)

Take = Callable[[Incoming], Awaitable[None]]


class Pace:
    """Buckets of `burst` calls, refilled at `per_second`; callers who have rested are forgotten."""

    def __init__(
        self,
        *,
        burst: int = _BURST,
        per_second: float = _PER_SECOND,
        most_callers: int = _MOST_CALLERS,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._most_callers = most_callers
        self._now_s = now_s
        self._full_at_s: dict[str, float] = {}

    def wait_s(self, caller: str) -> int:
        """Count one call. 0: go on; otherwise the whole seconds to wait before calling again."""
        now_s = self._now_s()
        full_at_s = max(self._full_at_s.get(caller, now_s), now_s) + 1 / self._per_second
        over_s = full_at_s - now_s - self._burst / self._per_second
        if over_s > 1e-9:
            return math.ceil(over_s)
        self._full_at_s[caller] = full_at_s
        if len(self._full_at_s) > self._most_callers:
            self._forget_the_rested(now_s)
        return 0

    def _forget_the_rested(self, now_s: float) -> None:
        kept = sorted((at_s, caller) for caller, at_s in self._full_at_s.items() if at_s > now_s)
        self._full_at_s = {caller: at_s for at_s, caller in kept[-(self._most_callers // 2) :]}


def paced(take: Take, pace: Pace) -> Take:
    """`take`, but a resident whose events come faster than anybody types (a stuck key, a program) is left waiting:
    what is too much is left out, and nobody else notices. That somebody left is always taken."""

    async def take_paced(incoming: Incoming) -> None:
        if not isinstance(incoming.body, Left) and pace.wait_s(incoming.address):
            _log.warning("flood on %s: an event was left out", incoming.channel)
            return
        await take(incoming)

    return take_paced
