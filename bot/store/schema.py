"""The tables, as the newest migration leaves them (a test compares the two).

Instants are whole microseconds (`instant`), JSON is text (`codec`). Nothing here says who a resident
is but `address`, the channel's own name for them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
    or_,
)

VERSION = "0002"
"""The newest migration. Versions are numbered, so a greater one is a newer one."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared INTEGER.
_ID = BigInteger().with_variant(Integer(), "sqlite")


def is_pending(letters: FromClause) -> ColumnElement[bool]:
    """Whether a letter waits to be sent: neither kept to be read nor given up (a sent one is deleted)."""
    return and_(letters.c.not_before.is_not(None), letters.c.dead_at.is_(None))


def is_in_line(letters: FromClause) -> ColumnElement[bool]:
    """Whether later letters of the conversation wait for this one: all do, but for one never yet due."""
    return or_(letters.c.attempts > literal_column("0"), letters.c.not_before <= letters.c.said_at)


inbox = Table(
    "inbox",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Index("inbox_received", "received_at"),
    sqlite_with_rowid=False,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("blocked_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("last_event_at", BigInteger, nullable=False),
    UniqueConstraint("channel", "address"),
    Index("conversations_last_event", "last_event_at"),
    sqlite_autoincrement=True,
)

# Ids are never given again: a reader's cursor ("after 17") outlives the rows it has seen.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("conversation_id", _ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("event_id", Text),
    Column("language", Text, nullable=False),
    Column("say", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("not_before", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", BigInteger),
    Column("dead_at", BigInteger),
    Column("last_error", Text),
    sqlite_autoincrement=True,
)

_PENDING = is_pending(outbox)
_DEAD = outbox.c.dead_at.is_not(None)
Index("outbox_conversation", outbox.c.conversation_id, outbox.c.id)
Index("outbox_due", outbox.c.not_before, sqlite_where=_PENDING, postgresql_where=_PENDING)
Index("outbox_line", outbox.c.conversation_id, outbox.c.id, sqlite_where=_PENDING, postgresql_where=_PENDING)
Index("outbox_dead", outbox.c.dead_at, sqlite_where=_DEAD, postgresql_where=_DEAD)

feedback = Table(
    "feedback",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("helped", Boolean, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Days as text (2022-07-01). Without row ids, so that not even the order of arrival is kept.
unanswered = Table(
    "unanswered",
    metadata,
    Column("language", Text, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("first_on", Text, nullable=False),
    Column("last_on", Text, nullable=False),
    Column("expires_on", Text, nullable=False),
    Index("unanswered_expires", "expires_on"),
    Index("unanswered_last", "last_on"),
    sqlite_with_rowid=False,
)
