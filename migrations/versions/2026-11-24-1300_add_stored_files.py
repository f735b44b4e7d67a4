"""Add the files that users and advisors send each other."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1300"
down_revision = "20261124_1010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
    )
    op.create_index(op.f("ix_stored_files_holder_id"), "stored_files", ["holder_id"])
    op.create_index(op.f("ix_stored_files_created_at"), "stored_files", ["created_at"])


def downgrade() -> None:
    op.drop_table("stored_files")
