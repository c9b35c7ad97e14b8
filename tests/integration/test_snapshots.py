"""Snapshots on a real disk, with real processes: damage, crashes, rivals, and a service that moves on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from filelock import FileLock

from assistant.errors import NoSnapshot, PublishBusy, SnapshotDamaged, SnapshotError
from assistant.evidence import Passage
from assistant.retrieval.index import EmbeddedIndex, IndexedPassage, Scope, Snapshot, open_index
from assistant.retrieval.index.port import FORMAT
from assistant.retrieval.shelf import Shelf
from assistant.settings import Settings

SCOPE = Scope(day=date(2026, 3, 1))
SIZE = 40
REPOSITORY = Path(__file__).parents[2]


def passages(wording: str, size: int = SIZE) -> list[IndexedPassage]:
    """Passages whose text names their edition, so that a mixed snapshot would show."""
    vectors = np.random.default_rng(1).normal(size=(size, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = (f"edition {wording} number {number}" for number in range(size))
    return [
        IndexedPassage(Passage(id=f"p{n}", article_id="a", title="Help", text=text), vector)
        for n, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]


def publish(index: EmbeddedIndex, wording: str) -> str:
    return index.publish(passages(wording), embedder="drawn", articles={"a": wording}).snapshot


def edition(snapshot: Snapshot) -> str:
    """The one edition that both searches see in every passage."""
    hits = snapshot.sparse("edition", SCOPE, SIZE) + snapshot.dense(passages("x")[0].vector, SCOPE, SIZE)
    assert len(hits) == 2 * SIZE
    (wording,) = {hit.passage.text.split()[1] for hit in hits}
    assert snapshot.manifest.articles == {"a": wording}
    return wording


PUBLISHER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_snapshots import EmbeddedIndex, publish
index = EmbeddedIndex(Path({home!r}))
print("ready", flush=True)
for wording in {wordings!r}:
    print(publish(index, wording), flush=True)
"""


def publisher(home: Path, *wordings: str) -> subprocess.Popen[str]:
    code = PUBLISHER.format(tests=str(Path(__file__).parent), home=str(home), wordings=wordings)
    return subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def printed(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=60)
    return output.split()


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until, "waited 20 s in vain"
        Event().wait(0.01)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path)


@pytest.fixture
def shelf(index: EmbeddedIndex) -> Iterator[Shelf]:
    shelf = Shelf(index)
    yield shelf
    shelf.close()


# --- damage ---------------------------------------------------------------------------------------------


def largest(folder: Path) -> Path:
    """The file that holds the most (the engine reserves far more than it uses)."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return max(files, key=lambda path: path.stat().st_blocks)


def truncate(folder: Path) -> None:
    os.truncate(largest(folder), largest(folder).stat().st_size // 2)


def flip_a_byte(folder: Path) -> None:
    path = largest(folder)
    content = bytearray(path.read_bytes())
    content[len(content.rstrip(b"\0")) // 2] ^= 1
    path.write_bytes(content)


def flip_a_reserved_byte(folder: Path) -> None:
    with largest(folder).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\1")


def lose_half(folder: Path) -> None:
    (segment,) = (folder / "segments").iterdir()
    shutil.rmtree(segment / "payload_storage")


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def cut_the_manifest(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text()[:-200])


def alter_the_manifest(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"drawn"', '"other"'))


def write(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    content = json.loads((folder / "manifest.json").read_text())
    change(content)
    (folder / "manifest.json").write_text(json.dumps(content))


def another_format(folder: Path) -> None:
    write(folder, lambda content: content["manifest"].update(format=FORMAT + 1, new_field=1))  # type: ignore[attr-defined]


def another_engine(folder: Path) -> None:
    write(folder, lambda content: content.update(engine="qdrant-edge-py 0.1.0"))


DAMAGES = {
    truncate: "altered or truncated",
    flip_a_byte: "altered or truncated",
    flip_a_reserved_byte: "altered or truncated",
    lose_half: "lacks its file",
    lose_the_manifest: "no manifest",
    cut_the_manifest: "unreadable manifest",
    alter_the_manifest: "altered manifest",
    another_format: f"format {FORMAT + 1}",
    another_engine: "qdrant-edge-py 0.1.0",
}


def test_every_damage_is_seen_and_the_shelf_falls_back(
    index: EmbeddedIndex, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(index, "good")
    name = publish(index, "bad")
    folder = tmp_path / "index" / "snapshots" / name
    intact = shutil.copytree(folder, tmp_path / "intact")
    for damage, why in DAMAGES.items():
        damage(folder)
        with pytest.raises(SnapshotDamaged, match=f"{name} .*{why}.*; run `handrail sync`"):
            index.open(name)
        caplog.clear()
        shelf = Shelf(index)
        for _ in range(3):
            with shelf.lease() as snapshot:
                assert edition(snapshot) == "good"
        assert [record.getMessage() for record in caplog.records] == [shelf.status().problem]
        assert name in (shelf.status().problem or "")
        shelf.close()
        shutil.rmtree(folder)
        shutil.copytree(intact, folder)
    index.open(name).close()


def test_a_running_service_keeps_the_last_good_snapshot(
    index: EmbeddedIndex, shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(index, "good")
    shelf.warm()
    bad = publish(index, "bad")
    lose_the_manifest(tmp_path / "index" / "snapshots" / bad)

    def noticed() -> bool:
        with shelf.lease() as snapshot:
            assert edition(snapshot) == "good"
        return shelf.status().problem is not None

    eventually(noticed)
    for _ in range(20):
        noticed()
    assert len(caplog.records) == 1
    publish(index, "better")
    eventually(lambda: _edition_on(shelf) == "better")
    assert shelf.status().problem is None


def _edition_on(shelf: Shelf) -> str:
    with shelf.lease() as snapshot:
        return edition(snapshot)


def test_nothing_published_and_nothing_that_opens(index: EmbeddedIndex, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="handrail sync"):
        shelf.warm()
    assert shelf.status().snapshot is None
    lose_the_manifest(tmp_path / "index" / "snapshots" / publish(index, "bad"))
    with pytest.raises(SnapshotDamaged, match="no manifest"):
        shelf.warm()
    publish(index, "good")
    assert _edition_on(shelf) == "good"


def test_a_home_that_cannot_exist(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(SnapshotError, match="cannot be written"):
        open_index(Settings(home=tmp_path / "home"))


# --- crashes --------------------------------------------------------------------------------------------


def test_kill_9_during_publishes_leaves_the_last_good_snapshot(index: EmbeddedIndex, tmp_path: Path) -> None:
    last = publish(index, "first")
    waits = np.random.default_rng(int.from_bytes(os.urandom(4))).uniform(0.0, 0.5, size=5)
    for wait in waits:
        victim = publisher(tmp_path, *(f"try{number}" for number in range(50)))
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        Event().wait(wait)
        victim.send_signal(signal.SIGKILL)
        said = printed(victim)
        current = index.current()
        assert current is not None
        assert current >= max([last, *said]), f"an acknowledged publish was lost after {wait:.3f} s"
        snapshot = index.open(current)
        edition(snapshot)
        snapshot.close()
        last = current
    final = publish(index, "final")
    assert final > last
    assert index.current() == final
    assert list((tmp_path / "index" / "building").iterdir()) == []
    assert len(index.snapshots()) <= 5
    assert _edition_on(Shelf(index)) == "final"


def test_copies_of_dead_readers_are_swept_and_live_ones_are_not(index: EmbeddedIndex, tmp_path: Path) -> None:
    name = publish(index, "one")
    code = (
        "import sys; from pathlib import Path; from assistant.retrieval.index import EmbeddedIndex\n"
        f"opened = EmbeddedIndex(Path({str(tmp_path)!r})).open({name!r}); print('open', flush=True)\n"
        "sys.stdin.read()"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    copies = tmp_path / "index" / "open"
    mine = index.open(name)
    assert len(list(copies.iterdir())) == 2
    reader.kill()
    reader.communicate(timeout=20)
    other = index.open(name)
    assert len(list(copies.iterdir())) == 2
    assert edition(mine) == edition(other) == "one"
    mine.close()
    other.close()
    assert list(copies.iterdir()) == []


# --- rivals ---------------------------------------------------------------------------------------------


def test_processes_publish_at_once_and_each_publish_is_whole(index: EmbeddedIndex, tmp_path: Path) -> None:
    rivals = [publisher(tmp_path, f"rival{number}") for number in range(2)]
    published = sorted(name for rival in rivals for name in printed(rival) if name != "ready")
    assert published
    assert index.snapshots() == published
    assert index.current() == published[-1]
    for name in published:
        snapshot = index.open(name)
        assert edition(snapshot).startswith("rival")
        snapshot.close()


def test_a_publish_that_waits_too_long_says_so(index: EmbeddedIndex, tmp_path: Path) -> None:
    before = publish(index, "one")
    with FileLock(tmp_path / "index" / "publish.lock"), pytest.raises(PublishBusy, match="wait until it ends"):
        publish(index, "two")
    assert index.current() == before
    assert publish(index, "two") == index.current()


def test_many_readers_open_one_snapshot_at_once(index: EmbeddedIndex, tmp_path: Path) -> None:
    name = publish(index, "one")
    code = (
        "import sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_snapshots import EmbeddedIndex, edition\n"
        f"opened = EmbeddedIndex(Path({str(tmp_path)!r})).open({name!r}); print(edition(opened)); opened.close()"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as threads:
        for snapshot in threads.map(index.open, [name] * 8):
            assert edition(snapshot) == "one"
            snapshot.close()
    assert [printed(other) for other in others] == [["one"], ["one"]]
    assert list((tmp_path / "index" / "open").iterdir()) == []


# --- a service that moves on ----------------------------------------------------------------------------


def test_turns_keep_their_snapshot_while_the_service_moves_on(index: EmbeddedIndex, shelf: Shelf) -> None:
    publish(index, "e0")
    stop = Event()

    def turns() -> list[str]:
        seen = []
        while not stop.is_set():
            with shelf.lease() as snapshot:
                seen.append(edition(snapshot))
                assert edition(snapshot) == seen[-1]
        return seen

    with ThreadPoolExecutor(4) as threads:
        workers = [threads.submit(turns) for _ in range(4)]
        try:
            for number in range(1, 4):
                name = publish(index, f"e{number}")
                eventually(lambda name=name: shelf.status().snapshot == name)  # type: ignore[misc]
        finally:
            stop.set()
        for worker in workers:
            seen = worker.result()
            assert seen == sorted(seen), "a turn went back to an older snapshot"
            assert seen[-1] >= "e2"


def test_the_old_snapshot_closes_after_its_last_lease(index: EmbeddedIndex, shelf: Shelf, tmp_path: Path) -> None:
    copies = tmp_path / "index" / "open"
    publish(index, "old")
    with shelf.lease() as long_turn:
        new = publish(index, "new")
        eventually(lambda: _edition_on(shelf) == "new")
        assert shelf.status().snapshot == new
        assert edition(long_turn) == "old"
        assert len(list(copies.iterdir())) == 2
    assert len(list(copies.iterdir())) == 1
    with shelf.lease() as last_turn:
        shelf.close()
        assert edition(last_turn) == "new"
        with pytest.raises(SnapshotError, match="closed"):
            shelf.warm()
    assert list(copies.iterdir()) == []
