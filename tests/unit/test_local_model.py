"""A GGUF file that cannot be served is refused with what to do about it."""

import os
import sys
from pathlib import Path

import pytest

from assistant.chat_models.local import LocalModel
from assistant.errors import SettingsError
from assistant.settings import Model

pytest.importorskip("xllamacpp")


def gguf(folder: Path, size: int = 64) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(b"GGUF")
    os.truncate(path, size)  # sparse: takes no room on the disk
    return path


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.gguf", None, r"gone\.gguf cannot be read \(No such file or directory\); give the path of a GGUF file"),
        ("model.bin", b"PK\x03\x04zip", r"is no GGUF file \(it begins with b'PK.*convert the model with llama\.cpp"),
        ("empty.gguf", b"", r"is no GGUF file"),
    ],
)
def test_what_is_no_gguf_file(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        LocalModel(tmp_path / name, Model(), tmp_path)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        LocalModel(tmp_path, Model(), tmp_path)


def test_more_than_the_memory_holds(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"needs about 4915\.2 GiB of memory and .* are free; take a smaller model"):
        LocalModel(gguf(tmp_path, 4 * 1024**4), Model(), tmp_path)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(SettingsError, match=r"pip install 'handrail\[local\]'"):
        LocalModel(gguf(tmp_path), Model(), tmp_path)


def test_a_broken_file_is_said_to_be_with_its_log(tmp_path: Path) -> None:
    local = LocalModel(gguf(tmp_path), Model(), tmp_path)
    with pytest.raises(SettingsError, match=r"model\.gguf cannot be loaded: .*local-model\.log"):
        local.start()
    local.stop()
    assert (tmp_path / "local-model.log").read_text()
