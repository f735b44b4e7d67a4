"""Add the mails that we owe, and those that went."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1310"
down_revision = "20261124_1300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("to", sa.String(254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_since", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("given_up_at", Instant(), nullable=True),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mails")),
    )
    owed = sa.text("sent_at IS NULL AND given_up_at IS NULL")
    op.create_index(
        "ix_outbox_mails_due_at",
        "outbox_mails",
        ["due_at"],
        sqlite_where=owed,
        postgresql_where=owed,
    )
    op.create_index(op.f("ix_outbox_mails_about"), "outbox_mails", ["about"])
    op.create_index(op.f("ix_outbox_mails_created_at"), "outbox_mails", ["created_at"])


def downgrade() -> None:
    op.drop_table("outbox_mails")
