"""The store: everything Handrail remembers, behind one object."""

from typing import Self

from assistant.storage.accounts import Accounts
from assistant.storage.conversations import Conversations
from assistant.storage.counts import Counts
from assistant.storage.database import Database
from assistant.storage.erasure import Erasure
from assistant.storage.tickets import Tickets
from assistant.storage.turns import Turns


class Store(Conversations, Turns, Tickets, Accounts, Counts, Erasure):
    """Conversations, turns, tickets and accounts; made by `open`, ended by `close`.

    What a call wrote is on disk when it returns. NUL characters and lone surrogates in text are stored as
    U+FFFD, because PostgreSQL takes neither. Any call raises StorageUnavailable while the database does not
    answer.
    """

    @classmethod
    async def open(cls, url: str, *, patience: float = 5.0) -> Self:
        """Connect to `url` and bring its tables up to date; several processes may do so at once.

        Args:
            url: `sqlite:///file` (made if missing, its folder too) or `postgresql://user@host/name`.
            patience: the longest wait for a lock or a connection, in seconds.

        Raises:
            SettingsError: `url` is neither.
            StorageUnavailable: the database does not answer, or a newer version of Handrail wrote it.
        """
        return cls(await Database.open(url, patience))

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises StorageUnavailable when there is none."""
        await self._database.ping()
