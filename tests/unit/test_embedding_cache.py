"""The memory of embeddings where its file cannot be used."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import HandrailError
from ingestion.embeddings import EmbeddingCache

VECTORS = {"text": np.ones(3, np.float32)}


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = tmp_path / "embeddings.sqlite"
    with EmbeddingCache(file, "m") as cache:
        cache.remember(VECTORS)
    with EmbeddingCache(file, "m") as cache:
        (tmp_path / "embeddings.sqlite-journal").mkdir()  # where the database would write first
        uses: list[Callable[[], object]] = [
            lambda: cache.known(VECTORS),
            lambda: cache.remember({"new": VECTORS["text"]}),
            lambda: cache.keep_only([]),
        ]
        for use in uses:
            with pytest.raises(HandrailError, match=r"embeddings\.sqlite cannot be used .*; correct its permissions"):
                use()
    with pytest.raises(HandrailError, match=r"cannot be opened"):
        EmbeddingCache(tmp_path, "m")
