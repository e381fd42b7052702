"""Questions the desk could not answer: unanswered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unanswered",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Text(), nullable=False),
        sa.Column("last_on", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("language", "text", name="pk_unanswered"),
        sqlite_with_rowid=False,
    )
    op.create_index("unanswered_expires", "unanswered", ["expires_on"])
    op.create_index("unanswered_last", "unanswered", ["last_on"])
