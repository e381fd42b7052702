"""Questions the desk could not answer, for whoever writes the answers: the words, how often, and between which days.

Holds no person, no channel and no time of day. The words were cleaned before (`bot/handlers/redact.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Executable, bindparam, delete, literal_column, or_, select, tuple_

from bot.store.query import Dialect, Query
from bot.store.schema import unanswered
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question, how often it was asked, on which day first and last, and the day on which it is deleted."""

    language: str
    text: str
    count: int
    first_on: date
    last_on: date
    expires_on: date


def keep(language: str, text: str, on: date, expires_on: date) -> Work[None]:
    """Keep a question until `expires_on`; one that is kept already is counted once more, and kept so long."""
    yield _count_one.bind(language=language, text=text, asked_on=on.isoformat(), expires_on=expires_on.isoformat())


def kept() -> Work[tuple[Unanswered, ...]]:
    """Every question, the most frequent first, then the latest."""
    rows = yield _select_all.bind()
    return tuple(
        Unanswered(language, text, count, *map(date.fromisoformat, days)) for language, text, count, *days in rows
    )


def forget(language: str, text: str) -> Work[bool]:
    """Delete one question; False: it was not kept."""
    rows = yield _delete_one.bind(language=language, text=text)
    return bool(rows)


def forget_all() -> Work[int]:
    """Delete every question; how many there were."""
    rows = yield _delete_all.bind()
    return len(rows)


def purge(today: date, silent_since: date, limit: int) -> Work[int]:
    """Delete questions that expire by `today` or were last asked by `silent_since`; how many.

    Fewer than `limit`: none is left.
    """
    rows = yield _delete_old.bind(today=today.isoformat(), silent_since=silent_since.isoformat(), limit=limit)
    return len(rows)


@Query
def _count_one(dialect: Dialect) -> Executable:
    row = dialect.insert(unanswered).values(
        language=bindparam("language"),
        text=bindparam("text"),
        count=literal_column("1"),
        first_on=bindparam("asked_on"),
        last_on=bindparam("asked_on"),
        expires_on=bindparam("expires_on"),
    )
    again = {
        "count": unanswered.c.count + literal_column("1"),
        "last_on": row.excluded.last_on,
        "expires_on": row.excluded.expires_on,
    }
    return row.on_conflict_do_update(index_elements=["language", "text"], set_=again).returning(unanswered.c.count)


@Query
def _select_all(_: Dialect) -> Executable:
    table = unanswered.c
    columns = table.language, table.text, table.count, table.first_on, table.last_on, table.expires_on
    return select(*columns).order_by(table.count.desc(), table.last_on.desc(), table.language, table.text)


@Query
def _delete_one(_: Dialect) -> Executable:
    key = unanswered.c.language == bindparam("language"), unanswered.c.text == bindparam("text")
    return delete(unanswered).where(*key).returning(unanswered.c.count)


@Query
def _delete_all(_: Dialect) -> Executable:
    return delete(unanswered).returning(unanswered.c.count)


@Query
def _delete_old(_: Dialect) -> Executable:
    table = unanswered.c
    old = (
        select(table.language, table.text)
        .where(or_(table.expires_on <= bindparam("today"), table.last_on <= bindparam("silent_since")))
        .limit(bindparam("limit"))
    )
    return delete(unanswered).where(tuple_(table.language, table.text).in_(old)).returning(table.count)
