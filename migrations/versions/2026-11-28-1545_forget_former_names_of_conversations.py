"""Rasa keeps no record of conversations: nobody needs the names by which it knew them before."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1545"
down_revision = "20261128_1430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("conversations", "former_senders")


def downgrade() -> None:
    empty = sa.Column("former_senders", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("conversations", empty)
