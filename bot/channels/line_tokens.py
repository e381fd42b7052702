"""The reply tokens at hand, in this process: what LINE gives with an event to answer it for free.

A token serves once, and for a minute. Whether a reply whose answer was lost has been accepted, only the next use of
the same token tells; so the same messages go with it again, and no others. It tells so only while the token is young:
of an old one LINE says the same, used or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LIVES_S = 50.0
"""LINE lets a token live for a minute from the event on, and asks not to rely on the last of it."""

TELLS_S = 25.0
"""So long after it came here, a token that LINE refuses was surely used, however late LINE's call was read."""

_MOST = 20_000
Json = dict[str, Any]


@dataclass(slots=True)
class Reply:
    """A token, and the letters that are to go with it once it has been used."""

    event_id: str
    token: str
    until_s: float
    tells_until_s: float
    letter_ids: tuple[int, ...] = ()
    messages: tuple[Json, ...] = ()

    @property
    def was_tried(self) -> bool:
        """Whether it was used and the answer did not come: it may have been accepted."""
        return bool(self.letter_ids)


class ReplyTokens:
    """Tokens by the event they came with. The oldest is forgotten where there are too many."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._replies: dict[str, Reply] = {}
        self._accepted: dict[int, None] = {}

    @property
    def held(self) -> int:
        """How many tokens are kept."""
        return len(self._replies)

    def keep(self, event_id: str, token: str) -> None:
        """A token that has just come; the same event's second delivery changes nothing."""
        self._forget_old()
        now_s = self._now_s()
        self._replies.setdefault(event_id, Reply(event_id, token, now_s + LIVES_S, now_s + TELLS_S))

    def find(self, event_id: str | None) -> Reply | None:
        """The event's token while it is young; one that was tried, while it tells what became of the try."""
        reply = self._replies.get(event_id or "")
        if reply is None:
            return None
        until_s = reply.tells_until_s if reply.was_tried else reply.until_s
        return reply if self._now_s() < until_s else None

    def drop(self, event_id: str) -> None:
        """The token has been used or is of no use."""
        self._replies.pop(event_id, None)

    def accept(self, event_id: str) -> None:
        """What was sent with the event's token is out, so those of its letters that come again need not go."""
        reply = self._replies.pop(event_id, None)
        for letter_id in reply.letter_ids if reply else ():
            self._accepted[letter_id] = None
        while len(self._accepted) > _MOST:
            del self._accepted[next(iter(self._accepted))]

    def take_accepted(self, letter_id: int) -> bool:
        """Whether the letter went out with others before; asked once, it is forgotten."""
        return self._accepted.pop(letter_id, letter_id) is None

    def _forget_old(self) -> None:
        while self._replies:
            event_id, oldest = next(iter(self._replies.items()))
            if len(self._replies) < _MOST and self._now_s() < oldest.until_s:
                return
            del self._replies[event_id]
