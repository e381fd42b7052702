"""How far a long message got when it went out only in part, so that the retry does not say its beginning again."""

from __future__ import annotations

import asyncio

from bot.dialogue import Rendered

_MOST = 1000


class Begun:
    """Remembers, in this process and for `kept_s` since the last try, how many parts of a message are out."""

    def __init__(self, kept_s: float = 3600.0) -> None:
        self._kept_s = kept_s
        self._parts: dict[tuple[str, Rendered], tuple[int, float]] = {}

    def take(self, address: str, message: Rendered) -> int:
        """The parts that are out already; asked once, they are forgotten."""
        parts, until_s = self._parts.pop((address, message), (0, 0.0))
        return parts if asyncio.get_running_loop().time() < until_s else 0

    def keep(self, address: str, message: Rendered, parts: int) -> None:
        """Note that `parts` are out and the rest is not. The oldest of a thousand is forgotten for it."""
        if parts == 0:
            return
        if len(self._parts) >= _MOST:
            del self._parts[next(iter(self._parts))]
        self._parts[address, message] = parts, asyncio.get_running_loop().time() + self._kept_s
