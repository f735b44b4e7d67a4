"""Make tickets of the stored requests: a thread of entries, routes, links, triage, search."""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from kit.database import Instant

revision = "20261124_1400"
down_revision = "20261124_1330"
branch_labels = None
depends_on = None

KEPT = (
    "number",
    "kind",
    "conversation_id",
    "email",
    "subject",
    "explanation",
    "disliked_answer",
    "created_at",
    "handled_by",
    "handled_until",
    "settled_at",
)


def upgrade() -> None:
    op.create_table(
        "received_mails",
        sa.Column("message_hash", sa.String(64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("message_hash", name=op.f("pk_received_mails")),
    )
    op.create_index(op.f("ix_received_mails_at"), "received_mails", ["at"], unique=False)
    op.create_table(
        "saved_queues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_queues")),
    )
    op.create_index(op.f("ix_saved_queues_member_id"), "saved_queues", ["member_id"], unique=False)
    op.create_table(
        "ticket_routes",
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("subcategory", sa.String(40), nullable=False),
        sa.Column("route", sa.String(20), nullable=False),
        sa.Column("first_answer_minutes", sa.Integer(), nullable=False),
        sa.Column("solution_minutes", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("category", "subcategory", name=op.f("pk_ticket_routes")),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("subcategory", sa.String(40), nullable=True),
        sa.Column("route", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("subject", sa.String(400), nullable=True),
        sa.Column("structure", sa.String(200), nullable=True),
        sa.Column("service", sa.String(200), nullable=True),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("disliked_answer", sa.String(120), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("first_answer_minutes", sa.Integer(), nullable=True),
        sa.Column("solution_minutes", sa.Integer(), nullable=True),
        sa.Column("running_since", Instant(), nullable=True),
        sa.Column("used_s", sa.Integer(), nullable=False),
        sa.Column("first_answered_at", Instant(), nullable=True),
        sa.Column("first_answer_due", Instant(), nullable=True),
        sa.Column("solution_due", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("warn_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.Column("handled_until", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["tickets.number"], name=op.f("fk_tickets_merged_into")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
        sa.UniqueConstraint("id", name=op.f("uq_tickets_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_tickets_assignee_id_status", "tickets", ["assignee_id", "status"], unique=False
    )
    op.create_index(op.f("ix_tickets_changed_at"), "tickets", ["changed_at"], unique=False)
    op.create_index(op.f("ix_tickets_closed_at"), "tickets", ["closed_at"], unique=False)
    op.create_index(
        op.f("ix_tickets_conversation_id"), "tickets", ["conversation_id"], unique=False
    )
    op.create_index(op.f("ix_tickets_created_at"), "tickets", ["created_at"], unique=False)
    op.create_index(op.f("ix_tickets_email"), "tickets", ["email"], unique=False)
    op.create_index(op.f("ix_tickets_expires_at"), "tickets", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_tickets_first_answer_due"), "tickets", ["first_answer_due"], unique=False
    )
    op.create_index("ix_tickets_route_status", "tickets", ["route", "status"], unique=False)
    op.create_index("ix_tickets_due_at_number", "tickets", ["due_at", "number"])
    op.create_index("ix_tickets_kind_settled_at", "tickets", ["kind", "settled_at"])
    op.create_index("ix_tickets_status_changed_at", "tickets", ["status", "changed_at"])
    op.create_index("ix_tickets_status_due_at", "tickets", ["status", "due_at", "number"])
    op.create_index("ix_tickets_subject_status", "tickets", ["subject", "status"], unique=False)
    op.create_index(op.f("ix_tickets_submitted_at"), "tickets", ["submitted_at"], unique=False)
    op.create_index(op.f("ix_tickets_warn_at"), "tickets", ["warn_at"], unique=False)
    op.create_table(
        "triage_preferences",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_triage_preferences")),
    )
    op.create_table(
        "held_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_held_replies_ticket_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_replies")),
        sa.UniqueConstraint("ticket_number", name=op.f("uq_held_replies_ticket_number")),
    )
    op.create_index(op.f("ix_held_replies_due_at"), "held_replies", ["due_at"], unique=False)
    op.create_table(
        "ticket_entries",
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(20), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(20), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_entries_ticket_number")
        ),
        sa.PrimaryKeyConstraint("ticket_number", "seq", name=op.f("pk_ticket_entries")),
    )
    op.create_index(op.f("ix_ticket_entries_mail_id"), "ticket_entries", ["mail_id"], unique=False)
    op.create_index(
        "uq_ticket_entries_client_id",
        "ticket_entries",
        ["ticket_number", "client_id"],
        unique=True,
        sqlite_where=sa.text("client_id IS NOT NULL"),
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_table(
        "ticket_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_links_ticket_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ticket_links_token_hash")),
    )
    op.create_index(
        op.f("ix_ticket_links_ticket_number"), "ticket_links", ["ticket_number"], unique=False
    )
    op.create_table(
        "ticket_looks",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_looks_ticket_number")
        ),
        sa.PrimaryKeyConstraint("member_id", "ticket_number", name=op.f("pk_ticket_looks")),
    )
    op.create_index(op.f("ix_ticket_looks_until"), "ticket_looks", ["until"], unique=False)
    op.create_table(
        "ticket_tags",
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_tags_ticket_number")
        ),
        sa.PrimaryKeyConstraint("ticket_number", "tag", name=op.f("pk_ticket_tags")),
    )
    op.create_index(op.f("ix_ticket_tags_tag"), "ticket_tags", ["tag"], unique=False)
    op.create_table(
        "unconfirmed_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_unconfirmed_tickets_ticket_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unconfirmed_tickets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_unconfirmed_tickets_token_hash")),
    )
    op.create_index(
        op.f("ix_unconfirmed_tickets_expires_at"),
        "unconfirmed_tickets",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "ticket_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("visit_hash", sa.String(64), nullable=True),
        sa.Column("visit_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"], ["ticket_links.id"], name=op.f("fk_ticket_codes_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_codes")),
        sa.UniqueConstraint("visit_hash", name=op.f("uq_ticket_codes_visit_hash")),
    )
    op.create_index(op.f("ix_ticket_codes_link_id"), "ticket_codes", ["link_id"], unique=False)
    op.create_table(
        "used_challenges",
        sa.Column("challenge", sa.String(128), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_used_challenges")),
    )
    op.create_index(op.f("ix_used_challenges_expires_at"), "used_challenges", ["expires_at"])
    op.create_table(
        "page_sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_page_sessions")),
    )
    op.create_index(op.f("ix_page_sessions_expires_at"), "page_sessions", ["expires_at"])
    op.create_index(op.f("ix_page_sessions_subject"), "page_sessions", ["subject"])
    _create_search()
    _move_requests()


def _create_search() -> None:
    """One normalised text a ticket (kit/search_text.py): both databases find the same in it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE ticket_search USING fts5(content, tokenize='unicode61')")
        return
    op.execute(
        "CREATE TABLE ticket_search ("
        "rowid INTEGER PRIMARY KEY REFERENCES tickets (number) ON DELETE CASCADE, "
        "content TEXT NOT NULL, "
        "document TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED)"
    )
    op.execute("CREATE INDEX ix_ticket_search_document ON ticket_search USING GIN (document)")


def _move_requests() -> None:
    """Each keeps its reference; references of erased ones are not given again."""
    old = sa.table("support_requests", *(sa.column(name) for name in KEPT))
    new = sa.table("tickets", *(sa.column(name) for name in (*KEPT, *_made(None))))
    connection = op.get_bind()
    rows = connection.execute(sa.select(old)).mappings().all()
    if rows:
        op.bulk_insert(new, [dict(row) | _made(row["created_at"]) for row in rows])
    _pass_on_the_numbering("support_requests", "tickets")
    op.drop_table("support_requests")


def _made(created_at: object) -> dict[str, object]:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    never = datetime(9999, 1, 1, tzinfo=UTC)
    return {
        "id": uuid4().hex if is_sqlite else uuid4(),
        "due_at": f"{never:%Y-%m-%d %H:%M:%S.%f}" if is_sqlite else never,
        "status": "submitted",
        "route": "support",
        "title": "",
        "submitted_at": created_at,
        "changed_at": created_at,
        "last_seq": 0,
        "priority": 0,
        "used_s": 0,
    }


def _pass_on_the_numbering(old: str, new: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        last = connection.scalar(
            sa.text("SELECT seq FROM sqlite_sequence WHERE name = :old"), {"old": old}
        )
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :new"), {"new": new})
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:new, :last)"),
            {"new": new, "last": last or 0},
        )
        return
    last, called = connection.execute(
        sa.text(f"SELECT last_value, is_called FROM {old}_number_seq")
    ).one()
    connection.execute(
        sa.text("SELECT setval(:sequence, :last, :called)"),
        {"sequence": f"{new}_number_seq", "last": last, "called": called},
    )


def downgrade() -> None:
    op.create_table(
        "support_requests",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("subject", sa.String(400), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("disliked_answer", sa.String(120), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.Column("handled_until", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_support_requests")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_support_requests_conversation_id")),
        sqlite_autoincrement=True,
    )
    for column in ("created_at", "subject"):
        op.create_index(op.f(f"ix_support_requests_{column}"), "support_requests", [column])
    columns = ", ".join(KEPT)
    op.execute(
        f"INSERT INTO support_requests ({columns}) SELECT {columns} FROM tickets "
        "WHERE number IN (SELECT MIN(number) FROM tickets GROUP BY conversation_id) "
        "AND conversation_id IS NOT NULL"
    )
    _pass_on_the_numbering("tickets", "support_requests")
    op.drop_table("ticket_search")
    op.drop_table("page_sessions")
    op.drop_table("used_challenges")
    op.drop_table("ticket_codes")
    op.drop_table("unconfirmed_tickets")
    op.drop_table("ticket_tags")
    op.drop_table("ticket_looks")
    op.drop_table("ticket_links")
    op.drop_table("ticket_entries")
    op.drop_table("held_replies")
    op.drop_table("triage_preferences")
    op.drop_table("tickets")
    op.drop_table("ticket_routes")
    op.drop_table("saved_queues")
    op.drop_table("received_mails")
