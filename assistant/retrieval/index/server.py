"""Snapshots as collections on a Qdrant server or cluster.

Each publish writes a collection `<alias>-<snapshot>`; its manifest goes into the collection's metadata last,
then the alias is moved. The server guards its own files, so opening verifies the manifest and the number of
passages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from pydantic import ValidationError
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from assistant.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from assistant.retrieval.index import payload
from assistant.retrieval.index.bm25 import Bm25Encoder
from assistant.retrieval.index.port import FORMAT, Among, Hit, IndexedPassage, Manifest, Scope, Vector
from assistant.retrieval.index.publish_lease import PublishLease

_REMEDY: Final = "run `handrail sync` to publish a new one"
_TIMEOUT: Final = 10  # seconds of one request
_EXACT: Final = models.SearchParams(exact=True)


@contextmanager
def _asking_server() -> Iterator[None]:
    try:
        yield
    except ResponseHandlingException as error:
        raise SnapshotError(
            f"the Qdrant server does not answer ({error.source}); start it or correct qdrant.url"
        ) from None
    except UnexpectedResponse as error:
        raise SnapshotError(
            f"the Qdrant server refused with {error.status_code} {error.reason_phrase}; check qdrant.url,"
            " qdrant.api_key and the server's log"
        ) from None
    except ResourceExhaustedResponse:
        raise SnapshotError("the Qdrant server is overloaded; try again later or give it more capacity") from None


class ServerIndex:
    """A PassageIndex behind one alias of a Qdrant server; several aliases can share a server.

    Every method raises SnapshotError when the server does not answer or refuses.
    """

    def __init__(self, client: QdrantClient, alias: str) -> None:
        self._client = client
        self._alias = alias

    @classmethod
    def connect(cls, url: str, api_key: str, alias: str) -> ServerIndex:
        """Make an index on the server at `url`; nothing is asked of it yet."""
        client = QdrantClient(url=url, api_key=api_key or None, timeout=_TIMEOUT, check_compatibility=False)
        return cls(client, alias)

    @_asking_server()
    def publish(self, passages: Sequence[IndexedPassage], *, embedder: str, articles: dict[str, str]) -> Manifest:
        """Write a new collection and move the alias to it; see PassageIndex.publish.

        Raises:
            KnowledgeError: no passages, two with one id, or vectors of different lengths.
            PublishBusy: another process is publishing.
        """
        with self._publishing() as lease:
            names = self._names()
            manifest = payload.describe(
                passages, number=payload.next_number(names), embedder=embedder, articles=articles
            )
            for name in set(names) - set(self.snapshots()):
                self._client.delete_collection(self._collection(name))
            self._build(passages, manifest, lease)
            self._move_alias(manifest.snapshot)
            for name in self.snapshots()[: -payload.KEPT]:
                self._client.delete_collection(self._collection(name))
        return manifest

    @_asking_server()
    def current(self) -> str | None:
        """Name of the snapshot that the alias points at; None before the first publish."""
        for found in self._client.get_aliases().aliases:
            if found.alias_name == self._alias:
                return found.collection_name.removeprefix(f"{self._alias}-")
        return None

    @_asking_server()
    def open(self, snapshot: str) -> ServerSnapshot:
        """Verify a collection and read from it; see PassageIndex.open.

        Raises:
            NoSnapshot: there is none of that name.
            SnapshotDamaged: it has no manifest, passages are missing, or it is of another format.
        """
        collection = self._collection(snapshot)
        if not self._client.collection_exists(collection):
            raise NoSnapshot(f"there is no collection {collection}; {_REMEDY}")
        manifest = self._manifest(snapshot)
        if manifest is None:
            raise SnapshotDamaged(
                f"collection {collection} has no manifest of format {FORMAT}: it was never finished, or"
                f" another version wrote it; {_REMEDY}"
            )
        count = self._client.count(collection, exact=True).count
        if count != manifest.passages:
            raise SnapshotDamaged(f"collection {collection} holds {count} of {manifest.passages} passages; {_REMEDY}")
        return ServerSnapshot(self._client, collection, manifest)

    @_asking_server()
    def snapshots(self) -> list[str]:
        """Names of the complete snapshots, oldest first."""
        return [name for name in self._names() if self._manifest(name)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _collection(self, snapshot: str) -> str:
        return f"{self._alias}-{snapshot}"

    def _names(self) -> list[str]:
        collections = (found.name for found in self._client.get_collections().collections)
        return payload.in_order(name.removeprefix(f"{self._alias}-") for name in collections)

    def _manifest(self, snapshot: str) -> Manifest | None:
        metadata = self._client.get_collection(self._collection(snapshot)).config.metadata or {}
        try:
            manifest = Manifest.model_validate(metadata.get("manifest"))
        except ValidationError:
            return None
        return manifest if manifest.format == FORMAT else None

    @contextmanager
    def _publishing(self) -> Iterator[PublishLease]:
        lease = PublishLease(self._client, f"{self._alias}-publishing")
        lease.take()
        try:
            yield lease
        finally:
            lease.release()

    def _build(self, passages: Sequence[IndexedPassage], manifest: Manifest, lease: PublishLease) -> None:
        collection = self._collection(manifest.snapshot)
        self._create(collection, manifest.dimensions)
        encoder = Bm25Encoder(manifest.average_length)
        for batch in payload.batches(passages):
            self._client.upsert(collection, [_point(item, encoder) for item in batch], wait=True)
            lease.renew()
        self._client.update_collection(collection, metadata={"manifest": manifest.model_dump(mode="json")})
        if self._manifest(manifest.snapshot) is None:
            raise SnapshotError("the Qdrant server keeps no collection metadata; Qdrant 1.16 or newer is needed")

    def _create(self, collection: str, dimensions: int) -> None:
        self._client.create_collection(
            collection,
            vectors_config={payload.DENSE: models.VectorParams(size=dimensions, distance=models.Distance.COSINE)},
            sparse_vectors_config={payload.SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        for field in (payload.FROM, payload.TO):
            self._client.create_payload_index(collection, field, models.PayloadSchemaType.INTEGER)
        for field in payload.KEYWORDS:
            self._client.create_payload_index(collection, field, models.PayloadSchemaType.KEYWORD)

    def _move_alias(self, snapshot: str) -> None:
        moved = models.CreateAlias(collection_name=self._collection(snapshot), alias_name=self._alias)
        operations: list[models.AliasOperations] = [models.CreateAliasOperation(create_alias=moved)]
        if self.current() is not None:
            gone = models.DeleteAlias(alias_name=self._alias)
            operations.insert(0, models.DeleteAliasOperation(delete_alias=gone))
        self._client.update_collection_aliases(operations)


class ServerSnapshot:
    """One collection, read over the network."""

    def __init__(self, client: QdrantClient, collection: str, manifest: Manifest) -> None:
        self._client = client
        self._collection = collection
        self._manifest = manifest
        self._encoder = Bm25Encoder(manifest.average_length)

    @property
    def manifest(self) -> Manifest:
        """What the snapshot holds."""
        return self._manifest

    def dense(self, vector: Vector, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the nearest passages in scope by cosine; see Snapshot.dense."""
        return self._search(vector.tolist(), payload.DENSE, scope, limit, among)

    def sparse(self, text: str, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the best passages in scope by BM25; see Snapshot.sparse."""
        words = self._encoder.question(text)
        if not words.indices:
            return []
        query = models.SparseVector(indices=words.indices, values=words.values)
        return self._search(query, payload.SPARSE, scope, limit, among)

    def close(self) -> None:
        """Nothing is held: the index owns the connections."""

    @_asking_server()
    def _search(
        self, query: list[float] | models.SparseVector, using: str, scope: Scope, limit: int, among: Among
    ) -> list[Hit]:
        confined = _filter(scope, among)

        def search(depth: int) -> list[tuple[dict[str, Any] | None, float]]:
            found = self._client.query_points(
                self._collection,
                query=query,
                using=using,
                query_filter=confined,
                search_params=_EXACT,
                limit=depth,
                with_payload=["passage"],
            )
            return [(point.payload, point.score) for point in found.points]

        return payload.ranked(search, limit)


def _filter(scope: Scope, among: Among) -> models.Filter:
    day = scope.day.toordinal()
    must: list[models.Condition] = [
        models.FieldCondition(key=payload.FROM, range=models.Range(lte=day)),
        models.FieldCondition(key=payload.TO, range=models.Range(gt=day)),
    ]
    for key, wanted in payload.keywords_of(scope).items():
        must.append(models.FieldCondition(key=key, match=models.MatchAny(any=wanted)))
    if among is not None:
        must.append(models.HasIdCondition(has_id=[payload.point_id(name) for name in among]))
    return models.Filter(must=must)


def _point(item: IndexedPassage, encoder: Bm25Encoder) -> models.PointStruct:
    words = encoder.passage(item.passage)
    return models.PointStruct(
        id=payload.point_id(item.passage.id),
        vector={
            payload.DENSE: item.vector.tolist(),
            payload.SPARSE: models.SparseVector(indices=words.indices, values=words.values),
        },
        payload=payload.payload_of(item.passage),
    )
