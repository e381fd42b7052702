"""Counter PCs and what they report: agent_codes, agents, agent_reports, agent_challenges, visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the five tables."""
    _create_agents()
    _create_reports()
    _create_challenges()
    _create_visits()


def _create_agents() -> None:
    op.create_table(
        "agent_codes",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("code_hash", name="pk_agent_codes"),
    )
    op.create_table(
        "agents",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agents"),
        sa.UniqueConstraint("token_hash", name="uq_agents_token_hash"),
    )


def _create_reports() -> None:
    op.create_table(
        "agent_reports",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "report_id", name="pk_agent_reports"),
    )
    op.create_index("agent_reports_at", "agent_reports", ["at"])


def _create_challenges() -> None:
    op.create_table(
        "agent_challenges",
        sa.Column("challenge_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("challenge_id", name="pk_agent_challenges"),
    )
    op.create_index("agent_challenges_expires", "agent_challenges", ["expires_at"])


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("booking_id", _ID),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conflict", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("waited_s", sa.Integer()),
        sa.Column("took_s", sa.Integer()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "visit_id", name="pk_visits"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_visits_booking_id_bookings", ondelete="SET NULL"
        ),
    )
    op.create_index("visits_booking", "visits", ["booking_id"])
    op.create_index("visits_at", "visits", ["at"])
