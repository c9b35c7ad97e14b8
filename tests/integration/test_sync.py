import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import KnowledgeError, PublishBusy, SnapshotError
from assistant.retrieval.embedder import RememberingEmbedder, SentenceTransformerEmbedder
from assistant.retrieval.index import EmbeddedIndex, Scope
from assistant.settings import ROOT
from ingestion import SyncReport, sync
from ingestion.pipeline import BATCH
from ingestion.sources.markdown import MarkdownSource

# Syncs, says when the first batch is on disk, and stays there until it is killed.
STUCK_SYNC = """
import sys
from pathlib import Path
from assistant.retrieval.embedder import SentenceTransformerEmbedder
from assistant.retrieval.index import EmbeddedIndex
from ingestion import sync
from ingestion.sources.markdown import MarkdownSource

def progress(done, total):
    if done > 64:
        print("embedding", flush=True)
        sys.stdin.read()

knowledge, home = Path(sys.argv[1]), Path(sys.argv[2])
embedder = SentenceTransformerEmbedder("all-MiniLM-L6-v2")
sync(MarkdownSource(knowledge), embedder, EmbeddedIndex(home), home / "cache", progress=progress)
"""


class CountingEmbedder:
    """The real embedder; counts the texts that reach it."""

    def __init__(self) -> None:
        self._embedder = SentenceTransformerEmbedder("all-MiniLM-L6-v2")
        self.name = self._embedder.name
        self.count = 0

    @property
    def dimensions(self):
        return self._embedder.dimensions

    def embed(self, texts):
        self.count += len(texts)
        return self._embedder.embed(texts)


@pytest.fixture(scope="module")
def model():
    return CountingEmbedder()


@pytest.fixture
def embedder(model):
    model.count = 0
    return model


class Shop:
    """A knowledge folder and a home in a temporary folder."""

    def __init__(self, folder: Path, embedder: CountingEmbedder) -> None:
        self.knowledge, self.home = folder / "knowledge", folder / "home"
        (self.knowledge / "articles").mkdir(parents=True)
        self.embedder = embedder
        self.index = EmbeddedIndex(self.home)

    def write(self, name: str, text: str, **front_matter: str) -> None:
        lines = "".join(f"{key}: {value}\n" for key, value in front_matter.items())
        file = self.knowledge / "articles" / f"{name}.md"
        file.write_text(f"---\nid: {name}\ntitle: About {name}\n{lines}---\n{text}\n")

    def delete(self, name: str) -> None:
        (self.knowledge / "articles" / f"{name}.md").unlink()

    def sync(self, **options: float) -> SyncReport:
        return sync(MarkdownSource(self.knowledge), self.embedder, self.index, self.home / "cache", **options)

    def published(self) -> set[str]:
        """Article ids that the current snapshot finds for anything."""
        snapshot = self.index.open(self.index.current() or "")
        vector = self.embedder.embed(["anything"])[0]
        found = snapshot.dense(vector, Scope(date(2026, 6, 1)), 1_000)
        snapshot.close()
        return {hit.passage.article_id for hit in found}


@pytest.fixture
def shop(tmp_path, embedder):
    shop = Shop(tmp_path, embedder)
    for name in ("boots", "tents", "refunds"):
        shop.write(name, f"All that you need to know about {name}.")
    return shop


def test_only_what_changed_is_embedded_and_what_was_deleted_is_gone(shop):
    first = shop.sync()
    assert (first.published, first.added, first.embedded) == (True, ("boots", "refunds", "tents"), 3)
    shop.write("boots", "Boots are sold in pairs now.")
    shop.write("gloves", "Gloves come in pairs too.")
    shop.delete("tents")
    shop.embedder.count = 0
    second = shop.sync()
    assert (second.added, second.changed, second.removed, second.unchanged) == (
        ("gloves",), ("boots",), ("tents",), ("refunds",),
    )  # fmt: skip
    assert second.embedded == 2
    assert shop.embedder.count == 5  # the text and the line of each, and the one name that is new
    assert second.passages == 3
    assert shop.published() == {"boots", "gloves", "refunds"}


def test_without_a_change_nothing_is_published(shop):
    first = shop.sync()
    shop.write("boots", "All that you need to know about boots.", owner="somebody")
    shop.embedder.count = 0
    second = shop.sync()
    assert (second.published, second.snapshot, second.embedded) == (False, first.snapshot, 0)
    assert second.unchanged == ("boots", "refunds", "tents")
    assert shop.embedder.count == 0
    assert shop.index.snapshots() == [first.snapshot]


def test_new_front_matter_is_published_without_embedding(shop):
    shop.sync()
    shop.write("boots", "All that you need to know about boots.", effective_to="2026-05-01")
    report = shop.sync()
    assert (report.changed, report.embedded, report.passages) == (("boots",), 0, 3)
    assert shop.published() == {"refunds", "tents"}


def test_refused_articles_are_reported_and_the_others_published(shop):
    shop.write("boots", "Text.", effective_from="yesterday")
    shop.write("tents", "![only a picture](tent.png)")
    report = shop.sync()
    assert report.added == ("refunds",)
    refused = {refused.path: refused.why for refused in report.refused}
    assert "is no date" in refused["articles/boots.md"]
    assert "no text is left" in refused["articles/tents.md"]


def test_when_all_are_refused_the_snapshot_stays(shop):
    before = shop.sync().snapshot
    for name in ("boots", "tents", "refunds"):
        shop.write(name, "Text.", titel="x")
    with pytest.raises(KnowledgeError, match=r"3 refused.*\n  articles/boots.md: .*did you mean 'title'"):
        shop.sync()
    assert shop.index.current() == before
    assert shop.published() == {"boots", "tents", "refunds"}


def test_a_damaged_cache_costs_only_time(shop):
    shop.sync()
    cache = shop.home / "cache" / "embeddings.sqlite"
    for damage in (b"no database", cache.read_bytes()[:5_000] + b"\xff" * 5_000):
        cache.write_bytes(damage)
        shop.write("boots", f"Boots, {len(damage)} of them.")
        assert shop.sync().embedded == 3
    shop.write("boots", "No boots.")
    assert shop.sync().embedded == 1


def test_a_damaged_snapshot_is_published_again(shop):
    first = shop.sync()
    shutil.rmtree(shop.home / "index" / "snapshots" / first.snapshot)
    second = shop.sync()
    assert (second.published, second.embedded) == (True, 0)
    assert shop.published() == {"boots", "tents", "refunds"}


def test_a_home_that_cannot_be_written_is_named(shop, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SnapshotError, match="file/cache cannot be written"):
        sync(MarkdownSource(shop.knowledge), shop.embedder, shop.index, file / "cache")


def test_progress_counts_to_the_number_of_texts(shop):
    seen = []
    shop.sync(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 9), (9, 9)]  # of each passage its text, its name and its line


def test_a_sync_beside_another_is_refused_and_a_killed_one_does_no_harm(shop):
    last_good = shop.sync().snapshot
    for number in range(BATCH + 6):
        shop.write(f"extra-{number:02}", f"Extra thing number {number}.")
    command = [sys.executable, "-c", STUCK_SYNC, str(shop.knowledge), str(shop.home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stuck:
        try:
            assert stuck.stdout is not None
            assert stuck.stdout.readline() == "embedding\n"
            with pytest.raises(PublishBusy, match="another `handrail sync`"):
                shop.sync(patience=0.1)
        finally:
            stuck.kill()
    assert shop.index.current() == last_good
    assert shop.published() == {"boots", "tents", "refunds"}
    shop.embedder.count = 0
    report = shop.sync()
    assert (len(report.added), shop.embedder.count) == (
        BATCH + 6,
        3 * (BATCH + 6) - BATCH,
    )  # text, name and line of each
    assert len(shop.published()) == BATCH + 6 + 3


def test_remembered_vectors_do_not_reach_the_model(embedder):
    remembering = RememberingEmbedder(embedder, size=2)
    one, two = remembering.embed(["one", "two"])
    again = remembering.embed(["two", "one", "two"])
    assert np.array_equal(again, [two, one, two])
    assert embedder.count == 2
    remembering.embed(["three"])
    remembering.embed(["one"])
    assert embedder.count == 3
    remembering.embed(["two"])
    assert embedder.count == 4
    assert remembering.embed([]).shape == (0, 384)
