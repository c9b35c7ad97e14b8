"""Who may read a conversation: whoever holds its token. Only a digest of the token is stored."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from assistant.errors import NotFound

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.storage.store import Store


def new_token() -> str:
    """A secret nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def opened_by(store: Store, conversation_id: str, token: str) -> Conversation:
    """The conversation that a token opens.

    Raises:
        NotFound: there is none, or it is not this token's; the two are not told apart.
    """
    try:
        known = await store.token_digest(conversation_id)
    except NotFound:
        known = ""
    if not secrets.compare_digest(known, digest(token)):
        raise NotFound("no such conversation, or the token is not its own; open a new one")
    return await store.conversation(conversation_id)
