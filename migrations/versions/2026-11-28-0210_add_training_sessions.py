"""Add the training sessions that the staff plans, and who registered for them."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261128_0210"
down_revision = "20261124_1400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("theme", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("join_url", sa.String(500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_sessions")),
    )
    op.create_index("ix_training_sessions_state_start", "training_sessions", ["state", "start"])
    op.create_table(
        "training_registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(400), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told_start", Instant(), nullable=False),
        sa.Column("notice_due_at", Instant(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_sessions.id"],
            name=op.f("fk_training_registrations_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_registrations")),
        sa.UniqueConstraint(
            "session_id", "email", name=op.f("uq_training_registrations_session_id_email")
        ),
    )
    for column in ("email", "subject", "conversation_id", "notice_due_at"):
        name = op.f(f"ix_training_registrations_{column}")
        op.create_index(name, "training_registrations", [column])


def downgrade() -> None:
    op.drop_table("training_registrations")
    op.drop_table("training_sessions")
