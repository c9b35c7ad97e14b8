"""The memory of embeddings where its file cannot be used."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from word_embedder import WordEmbedder

from assistant.errors import HandrailError
from assistant.retrieval.embedding_cache import FILE, CachedEmbedder, EmbeddingCache

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


def test_what_ingestion_embedded_does_not_reach_the_model_again(tmp_path: Path) -> None:
    model = WordEmbedder()
    kept, new = "a line of an article", "a customer's question"
    with EmbeddingCache(tmp_path / FILE, model.name) as cache:
        cache.remember({kept: model.embed([kept])[0]})
    before = (tmp_path / FILE).read_bytes()
    model.embedded = 0
    found = CachedEmbedder(model, tmp_path).embed([new, kept, new])
    assert np.array_equal(found, WordEmbedder().embed([new, kept, new]))
    assert model.embedded == 1
    assert (tmp_path / FILE).read_bytes() == before, "a customer's words were written to disk"


@pytest.mark.parametrize("damage", [None, b"no database"])
def test_without_a_sound_file_the_model_does_the_work(tmp_path: Path, damage: bytes | None) -> None:
    if damage:
        (tmp_path / FILE).write_bytes(damage)
    cached = CachedEmbedder(WordEmbedder(), tmp_path)
    assert np.array_equal(cached.embed(["a line"]), WordEmbedder().embed(["a line"]))
    assert cached.embed([]).shape == (0, WordEmbedder.dimensions)
