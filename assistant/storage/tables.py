"""The tables. Words that are only read whole are JSON; what is searched or sorted is a column.

`number` is the order of arrival. It is drawn while the conversation is locked, so within one conversation it
never runs against the order of the commits.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from assistant.storage.columns import Json, Moment, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_N_label)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_digest", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("customer", Json, nullable=False),
    Column("language", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Number, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("citations", Json, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("awaits_assistant", Boolean, nullable=False),
    Column("leased_by", Text),
    Column("leased_until", Moment),
    UniqueConstraint("conversation_id", "id"),
    Index(
        "ix_messages_awaiting",
        "number",
        sqlite_where=text("awaits_assistant = 1"),
        postgresql_where=text("awaits_assistant"),
    ),
)

events = Table(
    "events",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("at", Moment, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("conversation_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("finished_at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "message_id"),
    ForeignKeyConstraint(["conversation_id", "message_id"], ["messages.conversation_id", "messages.id"]),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("turn_id", Text, ForeignKey("turns.id"), nullable=False),
    Column("priority", Text, nullable=False),
    Column("issue_type", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("assignee", Text),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Index(
        "uq_tickets_one_unresolved",
        "conversation_id",
        unique=True,
        sqlite_where=text("status <> 'resolved'"),
        postgresql_where=text("status <> 'resolved'"),
    ),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("turn_id", Text, ForeignKey("turns.id"), nullable=False, index=True),
    Column("shown", Text, nullable=False),
    Column("sent", Text, nullable=False),
    Column("edit_distance", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("human_agent", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    ForeignKeyConstraint(["conversation_id", "message_id"], ["messages.conversation_id", "messages.id"]),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_digest", Text, primary_key=True),
    Column("name", Text, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
