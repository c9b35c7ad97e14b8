"""The right to publish to a Qdrant server, which has no locks of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import UnexpectedResponse

from assistant.errors import PublishBusy
from assistant.evidence import Word, now

_LEASE: Final = timedelta(minutes=2)  # outlives one batch; a crashed publish blocks the next no longer


class _Holder(Word):
    name: str
    until: float  # seconds since the epoch


class PublishLease:
    """The right to publish: a collection whose metadata names its holder. One left by a crash runs out."""

    def __init__(self, client: QdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection
        self._name = uuid4().hex

    def take(self) -> None:
        """Take the right to publish.

        Raises:
            PublishBusy: another process holds it.
        """
        if self._client.collection_exists(self._collection):
            holder = self._holder()
            if holder and holder.until > now().timestamp():
                raise self._busy()
            self._client.delete_collection(self._collection)
        try:
            self._client.create_collection(self._collection, vectors_config={}, metadata=self._mine())
        except UnexpectedResponse as error:
            if error.status_code == 409:
                raise self._busy() from None
            raise

    def renew(self) -> None:
        """Extend it.

        Raises:
            PublishBusy: it ran out, and another process took it.
        """
        holder = self._holder()
        if holder is None or holder.name != self._name:
            raise self._busy()
        self._client.update_collection(self._collection, metadata=self._mine())

    def release(self) -> None:
        """Give it back, unless another process took it."""
        holder = self._holder()
        if holder and holder.name == self._name:
            self._client.delete_collection(self._collection)

    def _mine(self) -> dict[str, Any]:
        return _Holder(name=self._name, until=(now() + _LEASE).timestamp()).model_dump()

    def _holder(self) -> _Holder | None:
        if not self._client.collection_exists(self._collection):
            return None
        metadata = self._client.get_collection(self._collection).config.metadata
        return _Holder.model_validate(metadata) if metadata else None

    def _busy(self) -> PublishBusy:
        return PublishBusy(
            f"another `handrail sync` is publishing to {self._collection.removesuffix('-publishing')};"
            f" wait until it ends ({_LEASE.seconds // 60} minutes at most if it crashed) and try again"
        )
