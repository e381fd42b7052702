"""Counts without persons: how often an answer helped, or did not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Executable, bindparam, literal_column, select

from bot.store.query import Dialect, Query
from bot.store.schema import feedback as votes
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class Feedback:
    """How many residents said of an entry that it helped, or that it did not."""

    entry_id: str
    helped: bool
    count: int


def count_feedback(entry_id: str, helped: bool) -> Work[None]:  # noqa: FBT001
    """Count one more."""
    yield _add_one.bind(entry_id=entry_id, helped=helped)


def feedback() -> Work[tuple[Feedback, ...]]:
    """Every count, by entry, the helped before the others."""
    rows = yield _select_feedback.bind()
    return tuple(Feedback(entry_id, bool(helped), count) for entry_id, helped, count in rows)


@Query
def _add_one(dialect: Dialect) -> Executable:
    row = dialect.insert(votes).values(
        entry_id=bindparam("entry_id"), helped=bindparam("helped"), count=literal_column("1")
    )
    return row.on_conflict_do_update(
        index_elements=["entry_id", "helped"], set_={"count": votes.c.count + literal_column("1")}
    ).returning(votes.c.count)


@Query
def _select_feedback(_: Dialect) -> Executable:
    columns = votes.c.entry_id, votes.c.helped, votes.c.count
    return select(*columns).order_by(votes.c.entry_id, votes.c.helped.desc())
