"""The first tables: inbox, conversations, outbox, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the four tables."""
    _create_inbox()
    _create_conversations()
    _create_outbox()
    _create_feedback()


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "event_id", name="pk_inbox"),
        sqlite_with_rowid=False,
    )
    op.create_index("inbox_received", "inbox", ["received_at"])


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_event_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "address", name="uq_conversations_channel_address"),
        sqlite_autoincrement=True,
    )
    op.create_index("conversations_last_event", "conversations", ["last_event_at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
        sa.Column("dead_at", sa.BigInteger()),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_outbox_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    pending, dead = sa.text("not_before IS NOT NULL AND dead_at IS NULL"), sa.text("dead_at IS NOT NULL")
    line = ["conversation_id", "id"]
    op.create_index("outbox_conversation", "outbox", line)
    op.create_index("outbox_due", "outbox", ["not_before"], sqlite_where=pending, postgresql_where=pending)
    op.create_index("outbox_line", "outbox", line, sqlite_where=pending, postgresql_where=pending)
    op.create_index("outbox_dead", "outbox", ["dead_at"], sqlite_where=dead, postgresql_where=dead)


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "helped", name="pk_feedback"),
    )
