"""Which events have been taken. Holds the channel's event id and a time, nothing of the resident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Executable, bindparam, delete, literal_column, select, tuple_

from bot.store.instant import to_micros
from bot.store.query import Dialect, Query, QueryFamily
from bot.store.schema import inbox
from bot.store.unit import Work


def mark(channel: str, event_id: str, at: datetime) -> Work[bool]:
    """Note an event as taken. False: it was already, and nothing is to be done."""
    rows = yield _insert_mark.bind(channel=channel, event_id=event_id, received_at=to_micros(at))
    return bool(rows)


def purge(before: datetime, limit: int) -> Work[int]:
    """Delete the oldest marks made before an instant; how many. Fewer than `limit`: none is left."""
    rows = yield _delete_marks.of(limit).bind(before=to_micros(before))
    return len(rows)


@Query
def _insert_mark(dialect: Dialect) -> Executable:
    row = dialect.insert(inbox).values(
        channel=bindparam("channel"), event_id=bindparam("event_id"), received_at=bindparam("received_at")
    )
    return row.on_conflict_do_nothing().returning(inbox.c.received_at)


@QueryFamily
def _delete_marks(_: Dialect, limit: int) -> Executable:
    # The number stands in the statement: PostgreSQL takes a limit it does not know for a tenth of the table, and reads
    # it through.
    key = tuple_(inbox.c.channel, inbox.c.event_id)
    old = (
        select(inbox.c.channel, inbox.c.event_id)
        .where(inbox.c.received_at < bindparam("before"))
        .order_by(inbox.c.received_at)
        .limit(literal_column(str(limit)))
    )
    return delete(inbox).where(key.in_(old)).returning(inbox.c.received_at)
