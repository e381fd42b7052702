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

VERSION = "0005"
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

# No name, no address, no telephone number. A booking outlives the conversation it was made in.
bookings = Table(
    "bookings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("slots", Text, nullable=False),
    Column("party", Integer, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("conversation_id", _ID, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("language", Text, nullable=False),
    Column("reminders", Text, nullable=False),
    Column("remind_at", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("held_until", BigInteger),
    Column("counter", Text),
    UniqueConstraint("ticket"),
    Index("bookings_conversation", "conversation_id", "ends_at"),
    Index("bookings_starts", "starts_at"),
    sqlite_autoincrement=True,
)
_HELD = bookings.c.held_until.is_not(None)
Index("bookings_held", bookings.c.held_until, sqlite_where=_HELD, postgresql_where=_HELD)

# The claim itself: no two rows can have the same seat.
seats = Table(
    "seats",
    metadata,
    Column("service", Text, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("booking_id", _ID, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Index("seats_booking", "booking_id"),
    sqlite_with_rowid=False,
)

# Who waits for a slot; the order of the line is the order of the bookings.
waits = Table(
    "waits",
    metadata,
    Column("service", Text, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("booking_id", _ID, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Index("waits_booking", "booking_id"),
    sqlite_with_rowid=False,
)

# Which letters remind of which booking; a letter that is out takes its row along.
reminders = Table(
    "reminders",
    metadata,
    Column("letter_id", _ID, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    Column("booking_id", _ID, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Index("reminders_booking", "booking_id"),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("day", Text, nullable=False),
    Column("service", Text),
    Column("kind", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("seats", Integer),
    Column("reason", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("overrides_day", "day"),
    sqlite_autoincrement=True,
)

# A channel of "" is every channel.
stops = Table(
    "stops",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# Wrong tickets typed; `who` is a hash that outlives "forget me" for the hours a lock lasts.
guesses = Table(
    "guesses",
    metadata,
    Column("who", Text, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("guesses_since", "since"),
)

# Counter PCs. Of codes and tokens only hashes.
agent_codes = Table(
    "agent_codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

agents = Table(
    "agents",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    UniqueConstraint("token_hash"),
)

# A report with the answer it got: sent again, it gets the same one.
agent_reports = Table(
    "agent_reports",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("report_id", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("agent_reports_at", "at"),
)

agent_challenges = Table(
    "agent_challenges",
    metadata,
    Column("challenge_id", Text, primary_key=True),
    Column("agent_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("agent_challenges_expires", "expires_at"),
)

# What counters reported of visits: statuses, verdicts and seconds. A walk-in has no booking; `conflict` says why a
# visit's reports change nothing.
visits = Table(
    "visits",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("visit_id", Text, primary_key=True),
    Column("booking_id", _ID, ForeignKey("bookings.id", ondelete="SET NULL")),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("conflict", Text),
    Column("verdict", Text),
    Column("outcome", Text),
    Column("waited_s", Integer),
    Column("took_s", Integer),
    Column("at", BigInteger, nullable=False),
    Index("visits_booking", "booking_id"),
    Index("visits_at", "at"),
)

# The next free place in each channel's queue of sendings.
rates = Table(
    "rates",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("next_at", BigInteger, nullable=False),
)
