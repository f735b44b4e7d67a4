"""Whoever names the address of another for a training gets an echo of its registration."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0640"
down_revision = "20261128_0610"
branch_labels = None
depends_on = None

TABLE = "training_registrations"
ONE_EACH = "uq_training_registrations_session_id_email"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column("echo", sa.String(36), nullable=False, server_default=""))
        table.drop_constraint(ONE_EACH, type_="unique")
        table.create_unique_constraint(op.f(f"{ONE_EACH}_echo"), ["session_id", "email", "echo"])


def downgrade() -> None:
    op.execute("DELETE FROM training_registrations WHERE echo <> ''")
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(op.f(f"{ONE_EACH}_echo"), type_="unique")
        table.create_unique_constraint(op.f(ONE_EACH), ["session_id", "email"])
        table.drop_column("echo")
