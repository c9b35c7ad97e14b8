"""Conversations, turns, tickets, accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _conversations()
    _turns_and_tickets()
    _judgements()
    _accounts()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Unicode, nullable=False),
        sa.Column("token_digest", sa.Unicode, nullable=False),
        sa.Column("channel", sa.Unicode, nullable=False),
        sa.Column("customer", sa.JSON, nullable=False),
        sa.Column("language", sa.Unicode, nullable=False),
        sa.Column("status", sa.Unicode, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_table(
        "messages",
        sa.Column("number", Number, nullable=False),
        sa.Column("conversation_id", sa.Unicode, nullable=False),
        sa.Column("id", sa.Unicode, nullable=False),
        sa.Column("author", sa.Unicode, nullable=False),
        sa.Column("text", sa.Unicode, nullable=False),
        sa.Column("citations", sa.JSON, nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.Column("awaits_assistant", sa.Boolean, nullable=False),
        sa.Column("leased_by", sa.Unicode),
        sa.Column("leased_until", Moment),
        sa.PrimaryKeyConstraint("number", name="pk_messages"),
        sa.UniqueConstraint("conversation_id", "id", name="uq_messages_conversation_id_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"),
    )
    op.create_index(
        "ix_messages_awaiting",
        "messages",
        ["number"],
        sqlite_where=sa.text("awaits_assistant = 1"),
        postgresql_where=sa.text("awaits_assistant"),
    )
    op.create_table(
        "events",
        sa.Column("conversation_id", sa.Unicode, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Unicode, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_events"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_events_conversation_id"),
    )


def _turns_and_tickets() -> None:
    op.create_table(
        "turns",
        sa.Column("number", Number, nullable=False),
        sa.Column("id", sa.Unicode, nullable=False),
        sa.Column("conversation_id", sa.Unicode, nullable=False),
        sa.Column("message_id", sa.Unicode, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("finished_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_turns"),
        sa.UniqueConstraint("id", name="uq_turns_id"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_turns_conversation_id_message_id"),
        sa.ForeignKeyConstraint(
            ["conversation_id", "message_id"],
            ["messages.conversation_id", "messages.id"],
            name="fk_turns_conversation_id_message_id",
        ),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.Unicode, nullable=False),
        sa.Column("conversation_id", sa.Unicode, nullable=False),
        sa.Column("turn_id", sa.Unicode, nullable=False),
        sa.Column("priority", sa.Unicode, nullable=False),
        sa.Column("issue_type", sa.Unicode, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("assignee", sa.Unicode),
        sa.Column("reason", sa.Unicode, nullable=False),
        sa.Column("summary", sa.Unicode, nullable=False),
        sa.Column("suggestion", sa.Unicode, nullable=False),
        sa.Column("status", sa.Unicode, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_tickets_conversation_id"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name="fk_tickets_turn_id"),
    )
    op.create_index("ix_tickets_status", "tickets", ["status"])
    unresolved = sa.text("status <> 'resolved'")
    op.create_index(
        "uq_tickets_one_unresolved",
        "tickets",
        ["conversation_id"],
        unique=True,
        sqlite_where=unresolved,
        postgresql_where=unresolved,
    )


def _judgements() -> None:
    op.create_table(
        "verdicts",
        sa.Column("number", Number, nullable=False),
        sa.Column("turn_id", sa.Unicode, nullable=False),
        sa.Column("shown", sa.Unicode, nullable=False),
        sa.Column("sent", sa.Unicode, nullable=False),
        sa.Column("edit_distance", sa.Float, nullable=False),
        sa.Column("reason", sa.Unicode, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("human_agent", sa.Unicode, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name="fk_verdicts_turn_id"),
    )
    op.create_index("ix_verdicts_turn_id", "verdicts", ["turn_id"])
    op.create_table(
        "feedback",
        sa.Column("conversation_id", sa.Unicode, nullable=False),
        sa.Column("message_id", sa.Unicode, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Unicode, nullable=False),
        sa.Column("given_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name="pk_feedback"),
        sa.ForeignKeyConstraint(
            ["conversation_id", "message_id"],
            ["messages.conversation_id", "messages.id"],
            name="fk_feedback_conversation_id_message_id",
        ),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Unicode, nullable=False),
        sa.Column("role", sa.Unicode, nullable=False),
        sa.Column("password_hash", sa.Unicode, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_digest", sa.Unicode, nullable=False),
        sa.Column("name", sa.Unicode, nullable=False),
        sa.Column("csrf", sa.Unicode, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name="pk_sign_ins"),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name="fk_sign_ins_name"),
    )
    op.create_index("ix_sign_ins_name", "sign_ins", ["name"])
