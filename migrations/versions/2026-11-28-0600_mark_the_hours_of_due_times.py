"""Tickets know the opening hours that their due times were reckoned on."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0600"
down_revision = "20261128_0320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty: those that were reckoned before are reckoned anew, once.
    mark = sa.Column("hours_mark", sa.String(16), nullable=False, server_default="")
    op.add_column("tickets", mark)
    running = sa.text("running_since IS NOT NULL")
    op.create_index(
        "ix_tickets_hours_mark",
        "tickets",
        ["hours_mark"],
        sqlite_where=running,
        postgresql_where=running,
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_hours_mark", "tickets")
    op.drop_column("tickets", "hours_mark")
