"""The list of tickets comes in its order by category and by priority, without sorting them all."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1430"
down_revision = "20261128_0640"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tickets_category_due_at", "tickets", ["category", "due_at", "number"])
    most_urgent_first = sa.text("(- priority)")
    op.create_index(
        "ix_tickets_priority_due_at", "tickets", [most_urgent_first, "due_at", "number"]
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_priority_due_at", "tickets")
    op.drop_index("ix_tickets_category_due_at", "tickets")
