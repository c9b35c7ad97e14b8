"""One suite for every PassageIndex: the embedded engine, the client's in-memory mode, and a real server if given."""

import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from qdrant_client import QdrantClient

from assistant.errors import KnowledgeError, NoSnapshot, PublishBusy, SnapshotDamaged, SnapshotError
from assistant.evidence import Passage
from assistant.retrieval.index import (
    EmbeddedIndex,
    IndexedPassage,
    PassageIndex,
    Scope,
    Snapshot,
    open_index,
)
from assistant.retrieval.index.server import ServerIndex
from assistant.settings import Settings

pytestmark = [
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
]

DAY = date(2026, 3, 1)
TODAY = Scope(day=DAY)
DIMENSIONS = 16
SERVER, KEY = os.environ.get("HANDRAIL_QDRANT_URL", ""), os.environ.get("HANDRAIL_QDRANT_API_KEY", "")
WORDS = "parcel refund invoice warranty courier return exchange size colour gift card password".split()


def vector(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    drawn = np.random.default_rng(seed).normal(size=DIMENSIONS)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def passage(id: str, text: str = "how we ship parcels", **fields: Any) -> Passage:
    return Passage(id=id, article_id=id, title="Help", text=text, **fields)


def indexed(*passages: Passage) -> list[IndexedPassage]:
    return [IndexedPassage(each, vector(number)) for number, each in enumerate(passages)]


def corpus(size: int = 60) -> list[IndexedPassage]:
    drawn = np.random.default_rng(7)
    texts = [" ".join(drawn.choice(WORDS, size=drawn.integers(3, 25))) for _ in range(size)]
    return indexed(*(passage(f"p{number:03d}", text) for number, text in enumerate(texts)))


def publish(index: PassageIndex, passages: Sequence[IndexedPassage]) -> str:
    return index.publish(passages, embedder="drawn", articles={"a": "1"}).snapshot


def opened(index: PassageIndex, *passages: Passage) -> Snapshot:
    return index.open(publish(index, indexed(*passages)))


def found(snapshot: Snapshot, scope: Scope) -> set[str]:
    dense = {hit.passage.id for hit in snapshot.dense(vector(0), scope, 50)}
    assert dense == {hit.passage.id for hit in snapshot.sparse("parcels", scope, 50)}
    return dense


def server_index() -> Iterator[ServerIndex]:
    alias = f"contract-{uuid4().hex[:8]}"
    index = ServerIndex.connect(SERVER, KEY, alias)
    yield index
    client = QdrantClient(url=SERVER, api_key=KEY)
    for collection in client.get_collections().collections:
        if collection.name.startswith(alias):
            client.delete_collection(collection.name)
    client.close()
    index.close()


@pytest.fixture(
    params=[
        "embedded",
        "memory",
        pytest.param("server", marks=pytest.mark.skipif(not SERVER, reason="no server")),
    ]
)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageIndex]:
    match request.param:
        case "embedded":
            yield EmbeddedIndex(tmp_path)
        case "memory":
            in_memory = ServerIndex(QdrantClient(":memory:"), "shop")
            yield in_memory
            in_memory.close()
        case _:
            yield from server_index()


def test_nothing_is_current_before_the_first_publish(index: PassageIndex) -> None:
    assert index.current() is None
    assert index.snapshots() == []
    with pytest.raises(NoSnapshot, match="handrail sync"):
        index.open("000001-00000000")


def test_a_publish_becomes_current_and_says_what_it_holds(index: PassageIndex) -> None:
    manifest = index.publish(corpus(), embedder="drawn", articles={"a": "1", "b": "2"})
    assert index.current() == manifest.snapshot == index.snapshots()[-1]
    snapshot = index.open(manifest.snapshot)
    assert snapshot.manifest == manifest
    assert (manifest.passages, manifest.dimensions, manifest.embedder) == (60, DIMENSIONS, "drawn")
    assert manifest.articles == {"a": "1", "b": "2"}
    snapshot.close()


def test_a_passage_comes_back_as_it_went_in(index: PassageIndex) -> None:
    whole = passage(
        "whole#1", headings=("Shipping", "Größe & Maß"), url="/a", regions=("DE", "AT"), product="boots",
        effective_from=DAY, effective_to=DAY + timedelta(days=1), supersedes="older",
    )  # fmt: skip
    snapshot = opened(index, whole)
    assert snapshot.dense(vector(0), TODAY, 1)[0].passage == whole
    assert snapshot.dense(vector(0), TODAY, 1)[0].score == pytest.approx(1, abs=1e-4)
    assert snapshot.sparse("größe", TODAY, 1)[0].passage == whole
    snapshot.close()


def test_both_searches_are_exact(index: PassageIndex) -> None:
    passages = corpus()
    snapshot = index.open(publish(index, passages))
    asked = vector(999)
    cosines = sorted(((float(item.vector @ asked), item.passage.id) for item in passages), reverse=True)
    hits = snapshot.dense(asked, TODAY, 10)
    assert [hit.passage.id for hit in hits] == [id for _, id in cosines[:10]]
    assert [hit.score for hit in hits] == pytest.approx([cosine for cosine, _ in cosines[:10]], abs=1e-4)
    words = snapshot.sparse("refund", TODAY, 100)
    assert {hit.passage.id for hit in words} == {p.passage.id for p in passages if "refund" in p.passage.text}
    assert [hit.score for hit in words] == sorted((hit.score for hit in words), reverse=True)
    snapshot.close()


def test_in_force_from_the_first_day_until_before_the_last(index: PassageIndex) -> None:
    snapshot = opened(
        index,
        passage("always"),
        passage("before", effective_to=DAY),
        passage("from", effective_from=DAY),
        passage("within", effective_from=DAY, effective_to=DAY + timedelta(days=1)),
        passage("never", effective_from=DAY, effective_to=DAY),
    )
    assert found(snapshot, Scope(DAY - timedelta(days=1))) == {"before", "always"}
    assert found(snapshot, Scope(DAY)) == {"from", "within", "always"}
    assert found(snapshot, Scope(DAY + timedelta(days=1))) == {"from", "always"}
    assert found(snapshot, Scope(date.min)) == {"before", "always"}
    assert found(snapshot, Scope(date.max)) == {"from", "always"}
    snapshot.close()


def test_scope(index: PassageIndex) -> None:
    snapshot = opened(
        index,
        passage("plain"),
        passage("de", regions=("DE",)),
        passage("de-at", regions=("DE", "AT")),
        passage("at-german", regions=("AT",), locale="de"),
        passage("secret", audience="agents"),
    )
    assert found(snapshot, TODAY) == {"plain", "de", "de-at", "at-german"}
    assert found(snapshot, Scope(DAY, locale="en")) == {"plain", "de", "de-at"}
    assert found(snapshot, Scope(DAY, locale="fr")) == set()
    assert found(snapshot, Scope(DAY, region="DE")) == {"plain", "de", "de-at"}
    assert found(snapshot, Scope(DAY, region="AT")) == {"plain", "de-at", "at-german"}
    assert found(snapshot, Scope(DAY, region="US")) == {"plain"}
    assert found(snapshot, Scope(DAY, locale="de", region="AT")) == {"at-german"}
    assert found(snapshot, Scope(DAY, audience="agents")) == {"plain", "de", "de-at", "at-german", "secret"}
    assert found(snapshot, Scope(DAY, audience="anything else")) == {"plain", "de", "de-at", "at-german"}
    snapshot.close()


def test_a_search_can_be_confined_to_some_passages(index: PassageIndex) -> None:
    snapshot = index.open(publish(index, [*corpus(20), *indexed(passage("agents", audience="agents"))]))
    some = ["p003", "p007", "p011", "agents", "unknown"]
    everywhere = [hit for hit in snapshot.dense(vector(50), TODAY, 20) if hit.passage.id in some]
    assert snapshot.dense(vector(50), TODAY, 20, some) == everywhere
    assert len(everywhere) == 3
    words = [hit for hit in snapshot.sparse("refund parcel", TODAY, 20) if hit.passage.id in some]
    assert snapshot.sparse("refund parcel", TODAY, 20, some) == words
    assert words
    assert snapshot.dense(vector(50), TODAY, 20, []) == []
    snapshot.close()


def test_ties_are_ordered_by_id_even_where_the_limit_cuts_them(index: PassageIndex) -> None:
    twins = [IndexedPassage(passage(f"twin{n:02d}"), vector(1)) for n in np.random.default_rng(3).permutation(40)]
    snapshot = index.open(publish(index, [*twins, IndexedPassage(passage("best", "parcels parcels"), vector(2))]))
    for limit in (1, 3, 40, 100):
        expected = [f"twin{n:02d}" for n in range(40)]
        assert [hit.passage.id for hit in snapshot.dense(vector(1), TODAY, limit)][:40] == expected[:limit]
        assert [h.passage.id for h in snapshot.sparse("parcels", TODAY, limit)] == ["best", *expected][:limit]
    snapshot.close()


def test_a_question_without_a_known_word_finds_nothing_by_words(index: PassageIndex) -> None:
    snapshot = opened(index, passage("one"))
    assert snapshot.sparse("zeppelin", TODAY, 5) == []
    assert snapshot.sparse("the of and", TODAY, 5) == []
    assert snapshot.sparse("", TODAY, 5) == []
    assert snapshot.dense(vector(0), TODAY, 0) == []
    snapshot.close()


def test_an_open_reader_keeps_its_snapshot_while_a_new_one_replaces_it(index: PassageIndex) -> None:
    old = opened(index, passage("kept"), passage("deleted"))
    new = opened(index, passage("kept", "parcels, reworded"), passage("added"))
    assert found(old, TODAY) == {"kept", "deleted"}
    assert found(new, TODAY) == {"kept", "added"}
    assert index.current() == new.manifest.snapshot != old.manifest.snapshot
    old.close()
    assert found(new, TODAY) == {"kept", "added"}
    new.close()


def test_the_last_five_snapshots_are_kept_in_order(index: PassageIndex) -> None:
    names = [publish(index, indexed(passage(f"p{number}"))) for number in range(7)]
    assert index.snapshots() == names[-5:] == sorted(names)[-5:]
    assert index.current() == names[-1]
    with pytest.raises(NoSnapshot):
        index.open(names[0])
    index.open(names[2]).close()


def test_a_refused_publish_changes_nothing(index: PassageIndex) -> None:
    before = publish(index, indexed(passage("good")))
    twice = indexed(passage("twice"), passage("once"), passage("twice"))
    short = IndexedPassage(passage("short"), vector(0)[:8])
    for passages, why in (
        ([], "no passages"),
        (twice, "two passages have the id twice"),
        ([short, *corpus(2)], "different shapes"),
    ):
        with pytest.raises(KnowledgeError, match=why):
            publish(index, passages)
        assert index.current() == before
        assert index.snapshots() == [before]
    assert publish(index, indexed(passage("better"))) == index.current()


def test_the_adapters_score_alike(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    one, other = EmbeddedIndex(tmp_path), ServerIndex(client, "shop")
    first, second = (index.open(publish(index, corpus())) for index in (one, other))
    for text in ("refund for a parcel", "courier", "gift card colour size", "warranty warranty"):
        hits, same = first.sparse(text, TODAY, 20), second.sparse(text, TODAY, 20)
        assert hits
        assert [hit.passage for hit in hits] == [hit.passage for hit in same]
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in same], abs=1e-4)
    hits, same = first.dense(vector(5), TODAY, 20), second.dense(vector(5), TODAY, 20)
    assert [hit.passage for hit in hits] == [hit.passage for hit in same]
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in same], abs=1e-4)
    first.close()
    client.close()


def test_the_settings_choose_the_adapter(tmp_path: Path) -> None:
    assert isinstance(open_index(Settings(home=tmp_path)), EmbeddedIndex)
    there = open_index(Settings.load({"HANDRAIL_QDRANT_URL": "http://127.0.0.1:6333"}, home=tmp_path))
    assert isinstance(there, ServerIndex)
    there.close()


class TestServer:
    """What only a server can suffer."""

    @pytest.fixture
    def client(self) -> Iterator[QdrantClient]:
        client = QdrantClient(":memory:")
        yield client
        client.close()

    def test_a_half_built_collection_is_never_opened_and_is_swept(self, client: QdrantClient) -> None:
        index = ServerIndex(client, "shop")
        good = publish(index, corpus(5))
        client.create_collection("shop-000002-0badc0de", vectors_config={})
        client.create_collection("shop-test-000002-0badc0de", vectors_config={})
        assert index.snapshots() == [good]
        with pytest.raises(SnapshotDamaged, match="handrail sync"):
            index.open("000002-0badc0de")
        assert publish(index, corpus(6)).startswith("000003-")
        assert not client.collection_exists("shop-000002-0badc0de")
        assert client.collection_exists("shop-test-000002-0badc0de")

    def test_missing_passages_and_other_formats_are_refused(self, client: QdrantClient) -> None:
        index = ServerIndex(client, "shop")
        first, second = publish(index, corpus(5)), publish(index, corpus(6))
        points = [point.id for point in client.scroll(f"shop-{first}", limit=1)[0]]
        client.delete(f"shop-{first}", points)
        with pytest.raises(SnapshotDamaged, match="4 of 5 passages"):
            index.open(first)
        client.update_collection(f"shop-{second}", metadata={"manifest": {"format": 999}})
        with pytest.raises(SnapshotDamaged, match="format"):
            index.open(second)

    def test_one_publishes_at_a_time_and_a_crashed_one_does_not_block_for_ever(self, client: QdrantClient) -> None:
        index = ServerIndex(client, "shop")
        client.create_collection("shop-publishing", {}, metadata={"name": "other", "until": 4e9})
        with pytest.raises(PublishBusy, match="wait"):
            publish(index, corpus(5))
        assert index.current() is None
        client.update_collection("shop-publishing", metadata={"until": 1.0})
        assert publish(index, corpus(5)) == index.current()
        assert not client.collection_exists("shop-publishing")

    def test_a_server_that_is_down_is_a_clear_error(self, unused_tcp_port: int) -> None:
        index = ServerIndex.connect(f"http://127.0.0.1:{unused_tcp_port}", "", "shop")
        for ask in (index.current, index.snapshots, lambda: index.open("000001-00000000")):
            with pytest.raises(SnapshotError, match=r"does not answer .* qdrant\.url"):
                ask()
        with pytest.raises(SnapshotError, match="does not answer"):
            publish(index, corpus(5))
        index.close()
