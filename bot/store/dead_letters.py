"""What operators do with letters that were given up: send them again, or let them go."""

from __future__ import annotations

from sqlalchemy import Executable, bindparam, delete, literal_column, null, update

from bot.store.query import Dialect, Query
from bot.store.schema import outbox
from bot.store.unit import Work


def resend(letter_id: int) -> Work[bool]:
    """Put a letter back in its resident's line, as if it had never been tried. False: no such letter was given up."""
    rows = yield _revive.bind(letter_id=letter_id)
    return bool(rows)


def drop(letter_id: int) -> Work[bool]:
    """Delete a letter that was given up. False: there is none of this number."""
    rows = yield _delete.bind(letter_id=letter_id)
    return bool(rows)


_IS_DEAD = (outbox.c.id == bindparam("letter_id")) & outbox.c.dead_at.is_not(None)


@Query
def _revive(_: Dialect) -> Executable:
    again = {"dead_at": null(), "last_error": null(), "leased_until": null(), "attempts": literal_column("0")}
    return update(outbox).values(not_before=outbox.c.said_at, **again).where(_IS_DEAD).returning(outbox.c.id)


@Query
def _delete(_: Dialect) -> Executable:
    return delete(outbox).where(_IS_DEAD).returning(outbox.c.id)
