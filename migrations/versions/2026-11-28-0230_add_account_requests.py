"""Add the links to accounts of the host site that people ask for."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261128_0230"
down_revision = "20261128_0210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("address", sa.String(254), nullable=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_requests")),
    )
    owed = sa.text("done_at IS NULL")
    op.create_index(
        "ix_account_requests_due_at",
        "account_requests",
        ["due_at"],
        sqlite_where=owed,
        postgresql_where=owed,
    )
    op.create_index(op.f("ix_account_requests_address_hash"), "account_requests", ["address_hash"])
    op.create_index(
        op.f("ix_account_requests_conversation_id"), "account_requests", ["conversation_id"]
    )


def downgrade() -> None:
    op.drop_table("account_requests")
