"""Add phone appointments, what advisors proposed, and who sees to a request to be called back."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1320"
down_revision = "20261124_1310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_appointment_proposals_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_proposals")),
    )
    op.create_index(
        op.f("ix_appointment_proposals_conversation_id"),
        "appointment_proposals",
        ["conversation_id"],
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_appointments_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_conversation_id"), "appointments", ["conversation_id"])
    op.create_index(op.f("ix_appointments_email"), "appointments", ["email"])
    op.create_index("ix_appointments_state_start", "appointments", ["state", "start"])
    booked = sa.text("state = 'booked'")
    op.create_index(
        "uq_appointments_booked",
        "appointments",
        ["member_id", "start"],
        unique=True,
        sqlite_where=booked,
        postgresql_where=booked,
    )
    # Added one by one: SQLite would copy a table of requests, and forget AUTOINCREMENT with it.
    for column in (
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.Column("handled_until", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
    ):
        op.add_column("support_requests", column)


def downgrade() -> None:
    for column in ("settled_at", "handled_until", "handled_by"):
        op.drop_column("support_requests", column)
    op.drop_table("appointments")
    op.drop_table("appointment_proposals")
