"""Create conversations with their log and turns, stored requests, opening exceptions."""

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_0530"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column(
            "mode",
            sa.String(length=20),
            nullable=False,
        ),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("token_generation", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("active_at", Instant(), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=True),
        sa.Column("identity", sa.JSON(), nullable=True),
        sa.Column("sender", sa.String(length=36), nullable=False),
        sa.Column("sender_turns", sa.Integer(), nullable=False),
        sa.Column("former_senders", sa.JSON(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("client_id", name=op.f("uq_conversations_client_id")),
        sa.UniqueConstraint("sender", name=op.f("uq_conversations_sender")),
    )
    op.create_index(
        op.f("ix_conversations_active_at"), "conversations", ["active_at"], unique=False
    )
    op.create_index(op.f("ix_conversations_subject"), "conversations", ["subject"], unique=False)

    op.create_table(
        "opening_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL)", name="ck_opening_exceptions_both_ends"
        ),
        sa.CheckConstraint("closed OR opens IS NOT NULL", name="ck_opening_exceptions_opens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_exceptions")),
    )
    op.create_index(op.f("ix_opening_exceptions_day"), "opening_exceptions", ["day"], unique=False)

    op.create_table(
        "support_requests",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
        ),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("disliked_answer", sa.String(length=120), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_support_requests")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_support_requests_conversation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_support_requests_created_at"), "support_requests", ["created_at"], unique=False
    )
    op.create_index(
        op.f("ix_support_requests_subject"), "support_requests", ["subject"], unique=False
    )

    op.create_table(
        "used_identity_tokens",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("jti", sa.String(length=100), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name=op.f("pk_used_identity_tokens")),
    )
    op.create_table(
        "conversation_log",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("body_mac", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_log_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_conversation_log")),
        sa.UniqueConstraint(
            "conversation_id",
            "client_id",
            name=op.f("uq_conversation_log_conversation_id_client_id"),
        ),
    )
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ask", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=20),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.String(length=20),
            nullable=True,
        ),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("sender", sa.String(length=36), nullable=True),
        sa.Column("explained", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_state_due_at", "turns", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_turns_state_due_at", "turns")

    op.drop_table("turns")
    op.drop_table("conversation_log")
    op.drop_table("used_identity_tokens")
    op.drop_index(op.f("ix_support_requests_subject"), "support_requests")
    op.drop_index(op.f("ix_support_requests_created_at"), "support_requests")

    op.drop_table("support_requests")
    op.drop_index(op.f("ix_opening_exceptions_day"), "opening_exceptions")

    op.drop_table("opening_exceptions")
    op.drop_index(op.f("ix_conversations_subject"), "conversations")
    op.drop_index(op.f("ix_conversations_active_at"), "conversations")

    op.drop_table("conversations")
