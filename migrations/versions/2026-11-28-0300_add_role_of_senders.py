"""Tickets say which role the host site vouched for when they were written."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0300"
down_revision = "20261128_0230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("sender_role", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("tickets", "sender_role")
