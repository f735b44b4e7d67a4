"""Add the links to tickets that people ask for."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261128_0610"
down_revision = "20261128_0600"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
    )
    op.create_index(op.f("ix_link_requests_due_at"), "link_requests", ["due_at"])


def downgrade() -> None:
    op.drop_table("link_requests")
