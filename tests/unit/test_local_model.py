"""A GGUF file that cannot be served is refused with what to do about it."""

import os
import signal
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.chat_models import local as module
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


def test_a_log_that_cannot_be_written_is_said_and_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    local = LocalModel(gguf(tmp_path), Model(), tmp_path / "a-file" / "home")
    said: list[SettingsError] = []

    def start() -> None:
        with pytest.raises(SettingsError) as refused:
            local.start()
        said.append(refused.value)

    starting = Thread(target=start, daemon=True)
    starting.start()
    starting.join(20)
    assert said
    assert "model.gguf cannot be loaded: its server cannot be started (Not a directory" in str(said[0])
    local.stop()


SERVER = """import os, sys
sys.stdin.readline()
print("log of", os.getpid(), file=sys.stderr, flush=True)
print("http://127.0.0.1:1", flush=True)
sys.stdin.read()
"""


def test_restarts_go_on_after_one_that_fails_and_the_last_log_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    monkeypatch.setattr(module, "_SERVER", tmp_path / "server.py")
    logs = tmp_path / "logs"
    local = LocalModel(gguf(tmp_path), Model(), logs)
    refused, restarted = Event(), Event()
    spawn = local._spawn

    def noting() -> bool:
        (restarted if (began := spawn()) else refused).set()
        return began

    with local:
        monkeypatch.setattr(local, "_spawn", noting)
        first = local.pid
        logs.rename(tmp_path / "elsewhere")
        logs.write_text("in the way")
        os.kill(first, signal.SIGKILL)
        assert refused.wait(20)
        logs.unlink()
        (tmp_path / "elsewhere").rename(logs)
        assert restarted.wait(20)
        assert (logs / "local-model.log.1").read_text() == f"log of {first}\n"
        assert (logs / "local-model.log").read_text() == f"log of {local.pid}\n"
