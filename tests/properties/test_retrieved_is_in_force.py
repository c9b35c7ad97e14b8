"""What was retired, is not yet in force, or is for others, is never retrieved; what is in scope can be found."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.errors import SnapshotDamaged
from assistant.evidence import Passage
from assistant.retrieval.index import EmbeddedIndex, IndexedPassage, Scope, Snapshot
from assistant.retrieval.retriever import Retriever

START = date(2026, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(6)]
LOCALES, REGIONS, AUDIENCES = ["en", "de"], ["DE", "AT", "US"], ["public", "agents"]
WORDS = ["parcel", "refund", "invoice", "warranty", "courier"]
SIZE = 200


class DrawnVectors:
    """A vector drawn from the text itself: equal texts have equal vectors."""

    name = "drawn"
    dimensions = 16

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimensions) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


def drawn_passage(number: int) -> Passage:
    drawn = Random(number)
    return Passage(
        id=f"p{number:03d}",
        article_id="a",
        title="Help",
        text=" ".join(drawn.choices(WORDS, k=4)),
        locale=drawn.choice(LOCALES),
        regions=tuple(drawn.sample(REGIONS, k=drawn.randrange(3))),
        audience=drawn.choice(("public", "agents")),
        effective_from=drawn.choice([None, *DAYS]),
        effective_to=drawn.choice([None, *DAYS]),
    )


PASSAGES = {passage.id: passage for passage in map(drawn_passage, range(SIZE))}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    index = EmbeddedIndex(tmp_path_factory.mktemp("home"))
    passages = list(PASSAGES.values())
    vectors = DrawnVectors().embed([passage.text for passage in passages])
    items = [IndexedPassage(passage, vector) for passage, vector in zip(passages, vectors, strict=True)]
    opened = index.open(index.publish(items, embedder="drawn", articles={}).snapshot)
    yield opened
    opened.close()


def in_scope(passage: Passage, scope: Scope) -> bool:
    return (
        (passage.effective_from is None or passage.effective_from <= scope.day)
        and (passage.effective_to is None or scope.day < passage.effective_to)
        and scope.locale in (None, passage.locale)
        and (scope.region is None or not passage.regions or scope.region in passage.regions)
        and (scope.audience == "agents" or passage.audience == "public")
    )


scopes = st.builds(
    Scope,
    day=st.sampled_from([START - timedelta(days=1), *DAYS, DAYS[-1] + timedelta(days=1)]),
    locale=st.sampled_from([None, *LOCALES]),
    region=st.sampled_from([None, *REGIONS, "XX"]),
    audience=st.sampled_from(AUDIENCES),
)
questions = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=3)
quickly = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@quickly
@given(scopes, questions, st.integers(1, 12))
def test_only_what_is_in_scope_and_each_once(snapshot: Snapshot, scope: Scope, parts: list[str], limit: int) -> None:
    scored = Retriever(DrawnVectors()).retrieve(parts, snapshot, scope, limit)
    names = [each.passage.id for each in scored]
    assert len(set(names)) == len(names)
    assert len(names) == min(limit, sum(in_scope(passage, scope) for passage in PASSAGES.values()))
    assert all(each.passage == PASSAGES[each.passage.id] and in_scope(each.passage, scope) for each in scored)


@quickly
@given(scopes, questions)
def test_each_part_finds_its_best_near_the_top(snapshot: Snapshot, scope: Scope, parts: list[str]) -> None:
    retriever = Retriever(DrawnVectors())
    together = [each.passage.id for each in retriever.retrieve(parts, snapshot, scope, len(parts))]
    for part in parts:
        assert {each.passage.id for each in retriever.retrieve([part], snapshot, scope, 1)} <= set(together)


@quickly
@given(scopes, questions)
def test_one_question_gives_falling_scores_and_true_similarities(
    snapshot: Snapshot, scope: Scope, parts: list[str]
) -> None:
    embedder = DrawnVectors()
    scored = Retriever(embedder).retrieve(parts[:1], snapshot, scope, 10)
    assert [each.score for each in scored] == sorted((each.score for each in scored), reverse=True)
    asked = embedder.embed(parts[:1])[0]
    for each in scored:
        cosine = float(embedder.embed([each.passage.text])[0] @ asked)
        assert each.similarity == pytest.approx(cosine, abs=1e-4)
        assert (each.overlap > 0) == bool(set(parts[0].split()) & set(each.passage.text.split()))


def test_no_question_finds_nothing(snapshot: Snapshot) -> None:
    assert Retriever(DrawnVectors()).retrieve([], snapshot, Scope(START), 5) == ()


def test_a_snapshot_of_another_embedder_is_refused(snapshot: Snapshot) -> None:
    other = DrawnVectors()
    other.name = "another"
    with pytest.raises(SnapshotDamaged, match=r"made with drawn .* embedded with another .*handrail sync"):
        Retriever(other).retrieve(["parcel"], snapshot, Scope(START), 5)
