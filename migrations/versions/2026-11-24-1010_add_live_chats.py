"""Add live chats with their queue, the presence of advisors, and the log that only staff see."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1010"
down_revision = "20261124_1000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.add_column(
            sa.Column("last_staff_seq", sa.Integer(), nullable=False, server_default="0")
        )
    op.create_table(
        "chats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=60), nullable=True),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("user_due_at", Instant(), nullable=True),
        sa.Column("advisor_id", sa.Uuid(), nullable=True),
        sa.Column("declined_by", sa.JSON(), nullable=False),
        sa.Column("passed_over", sa.JSON(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end", sa.String(length=20), nullable=True),
        sa.Column("wrap_up", sa.String(length=20), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("disliked_answer", sa.String(length=120), nullable=True),
        sa.Column("told", sa.JSON(), nullable=True),
        sa.Column("read_by_advisor", sa.Integer(), nullable=False),
        sa.Column("read_by_user", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_chats_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    for column in ("conversation_id", "advisor_id", "ended_at", "user_due_at"):
        op.create_index(op.f(f"ix_chats_{column}"), "chats", [column], unique=False)
    op.create_index("ix_chats_state_due_at", "chats", ["state", "due_at"], unique=False)
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_chats_open",
        "chats",
        ["conversation_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "staff_log",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_staff_log_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "staff_seq", name=op.f("pk_staff_log")),
    )
    op.create_table(
        "shifts",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_shifts")),
    )
    op.create_table(
        "presences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.Column("looking_at", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_member_id"), "presences", ["member_id"], unique=False)
    op.create_table(
        "assignment_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("chosen", sa.Uuid(), nullable=True),
        sa.Column("passed_over", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_assignment_decisions_chat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_decisions")),
    )
    op.create_index(
        op.f("ix_assignment_decisions_chat_id"), "assignment_decisions", ["chat_id"], unique=False
    )


def downgrade() -> None:
    for table in ("assignment_decisions", "presences", "shifts", "staff_log", "chats"):
        op.drop_table(table)
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_column("last_staff_seq")
