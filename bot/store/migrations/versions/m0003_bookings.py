"""Bookings: bookings, seats, waits, reminders, overrides, stops, guesses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the seven tables."""
    _create_bookings()
    _create_seats()
    _create_waits()
    _create_reminders()
    _create_overrides()
    _create_stops()
    _create_guesses()


def _create_bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Text(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("conversation_id", _ID),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reminders", sa.Text(), nullable=False),
        sa.Column("remind_at", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("counter", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("ticket", name="uq_bookings_ticket"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_bookings_conversation_id_conversations",
            ondelete="SET NULL",
        ),
        sqlite_autoincrement=True,
    )
    held = sa.text("held_until IS NOT NULL")
    op.create_index("bookings_conversation", "bookings", ["conversation_id", "ends_at"])
    op.create_index("bookings_starts", "bookings", ["starts_at"])
    op.create_index("bookings_held", "bookings", ["held_until"], sqlite_where=held, postgresql_where=held)


def _create_seats() -> None:
    op.create_table(
        "seats",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booking_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("service", "starts_at", "seat", name="pk_seats"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_seats_booking_id_bookings", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("seats_booking", "seats", ["booking_id"])


def _create_waits() -> None:
    op.create_table(
        "waits",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("service", "starts_at", "booking_id", name="pk_waits"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_waits_booking_id_bookings", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("waits_booking", "waits", ["booking_id"])


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("letter_id", _ID, nullable=False),
        sa.Column("booking_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_reminders"),
        sa.ForeignKeyConstraint(["letter_id"], ["outbox.id"], name="fk_reminders_letter_id_outbox", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_reminders_booking_id_bookings", ondelete="CASCADE"
        ),
    )
    op.create_index("reminders_booking", "reminders", ["booking_id"])


def _create_overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", _ID, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("service", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sqlite_autoincrement=True,
    )
    op.create_index("overrides_day", "overrides", ["day"])


def _create_stops() -> None:
    op.create_table(
        "stops",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_stops"),
    )


def _create_guesses() -> None:
    op.create_table(
        "guesses",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_guesses"),
    )
    op.create_index("guesses_since", "guesses", ["since"])
