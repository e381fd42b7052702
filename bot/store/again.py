"""Doing a work again that the database had to end so that another could go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.errors import StoreError
from bot.store.engine import Engine
from bot.store.unit import Work

T = TypeVar("T")

MOST_TRIES = 5


class Collided(StoreError):
    """Two works waited for each other and this one was undone; done again, it finds its way free."""


async def write_again(engine: Engine, make: Callable[[], Work[T]]) -> T:
    """As `engine.write`, with a new work for each try: a work that collided is undone and done again.

    Raises Collided when that does not help, and StoreError for every other fault at once.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            return await engine.write(make())
        except Collided:
            continue
    return await engine.write(make())
