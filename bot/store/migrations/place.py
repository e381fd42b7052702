"""Where a database is, as far as migrating goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection


class Place(Protocol):
    """One database. Every method raises StoreError when it cannot be used."""

    def prepare(self) -> None:
        """Make the database if this program may and it is missing."""

    def require(self) -> None:
        """StoreError, saying what to do, if there is no database."""

    def transact(self, work: Callable[[Connection], None]) -> None:
        """Do a work in one transaction, while no other process migrates."""
