"""Tickets are found by their address in any letter case."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0320"
down_revision = "20261128_0300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tickets_email_lower", "tickets", [sa.text("lower(email)")])


def downgrade() -> None:
    op.drop_index("ix_tickets_email_lower", "tickets")
