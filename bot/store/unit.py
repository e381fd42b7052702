"""A unit of work: a generator that yields statements, is sent their rows, and returns a value.

It knows no database and no `await`, so an engine may run it whole in one hop to another thread, or
statement by statement over a network. Works are put together with `yield from`.

    def take(event: Incoming) -> Work[bool]:
        if not (yield from inbox.mark(event.channel, event.event_id, event.at)):
            return False
        ...
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

from bot.store.query import Statement

T = TypeVar("T")

Rows = Sequence[tuple[Any, ...]]
"""What a statement gave back; the module that bound the statement turns it into dataclasses."""

Work = Generator[Statement, Rows, T]
"""A unit of work that returns a T. A work runs once: make a new one to run it again."""
