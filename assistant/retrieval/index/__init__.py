"""The passage index: a port and two adapters, the embedded engine and a Qdrant server."""

from assistant.retrieval.index.embedded import EmbeddedIndex
from assistant.retrieval.index.port import (
    Hit,
    IndexedPassage,
    Manifest,
    PassageIndex,
    Scope,
    Snapshot,
    Vector,
)
from assistant.settings import Settings

__all__ = [
    "EmbeddedIndex",
    "Hit",
    "IndexedPassage",
    "Manifest",
    "PassageIndex",
    "Scope",
    "Snapshot",
    "Vector",
    "open_index",
]


def open_index(settings: Settings) -> PassageIndex:
    """Choose the index by the settings: on a Qdrant server if they give a URL, else in the home folder."""
    if not settings.qdrant.url:
        return EmbeddedIndex(settings.home)
    from assistant.retrieval.index.server import ServerIndex  # its client takes half a second to import

    return ServerIndex.connect(settings.qdrant.url, settings.qdrant.api_key.get_secret_value(), settings.qdrant.alias)
