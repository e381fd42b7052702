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
from types import TracebackType
from typing import Any, TypeVar

from bot.store.query import Statement

T = TypeVar("T")

Rows = Sequence[tuple[Any, ...]]
"""What a statement gave back; the module that bound the statement turns it into dataclasses."""

Work = Generator[Statement, Rows, T]
"""A unit of work that returns a T. A work runs once: make a new one to run it again."""


class AtOnce(Generator[Statement, Rows, T]):
    """A work that goes on after its first statement only if that changed nothing.

    So an engine whose database is a network away may run that statement as a transaction of its own, in one trip.
    Inside another work (`yield from`) it is like any other: the transaction is the other's.
    """

    def __init__(self, work: Work[T]) -> None:
        self._work = work

    def send(self, value: Rows, /) -> Statement:
        return self._work.send(value)

    def throw(self, typ: Any, val: BaseException | object = None, tb: TracebackType | None = None, /) -> Statement:
        return self._work.throw(typ, val, tb)
