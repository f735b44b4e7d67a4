"""Add the hints that somebody is writing, which processes pass to each other."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1330"
down_revision = "20261124_1320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typing_hints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(length=20), nullable=False),
        sa.Column("process", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typing_hints")),
    )
    op.create_index(
        op.f("ix_typing_hints_conversation_id"), "typing_hints", ["conversation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("typing_hints")
