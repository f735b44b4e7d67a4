"""Keep every name under which the assistant knew a conversation, so that erasing reaches them."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0555"
down_revision = "20261124_0530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    former = sa.Column("former_senders", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("conversations", former)


def downgrade() -> None:
    op.drop_column("conversations", "former_senders")
