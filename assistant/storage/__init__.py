"""Conversations, turns, tickets and accounts in a database: SQLite by default, PostgreSQL when outgrown."""

from assistant.storage.accounts import Account, SignIn
from assistant.storage.store import Store
from assistant.storage.tickets import Feedback

__all__ = ["Account", "Feedback", "SignIn", "Store"]
