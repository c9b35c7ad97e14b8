"""A chat model on this machine: one GGUF file, served by a child that is started again when it dies.

The child (local_server.py) is an OpenAI-compatible server like any other, so nothing else knows of it. It listens on
loopback only, with a random key, and ends with this process, however that ends.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer
from time import monotonic

import psutil
from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.settings import Model

CONTEXT_TOKENS = 4096  # a prompt has about 2,000; each further thousand costs memory
LOAD_SECONDS = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 60.0  # seconds before a restart, doubled while it keeps dying
STEADY_SECONDS = 60.0  # a server that lived this long starts with the first pause again
SPARE = 1.2  # memory over the file's own size: the context and what is computed with
GIB = 1024**3

_SERVER = Path(__file__).with_name("local_server.py")
_CGROUP = Path("/sys/fs/cgroup")

log = logging.getLogger("handrail")


class LocalModel:
    """Serves a GGUF file from `start` to `stop`, which a `with` block does by itself.

    Args:
        file: the model.
        wanted: settings whose time limit, context and wording are kept; else 4096 tokens, and quotes.
        logs: folder for the server's own log, written anew at each start; the one before is kept with the suffix `.1`.

    Raises:
        SettingsError: the extra is not installed, or the file does not exist, is no GGUF or too big for the memory.
    """

    def __init__(self, file: Path, wanted: Model, logs: Path) -> None:
        _check(file)
        self._file, self._wanted = file.resolve(), wanted
        self._logs = logs
        self._key = secrets.token_urlsafe(24)
        self._context = wanted.context_tokens or CONTEXT_TOKENS
        self._port = 0
        self._child: subprocess.Popen[str] | None = None
        self._loaded, self._settled, self._over = False, Event(), Event()
        self._not_started = ""  # why the last start made no child
        self._watcher = Thread(target=self._watch, name="local model", daemon=True)

    def start(self) -> Model:
        """Start the server and wait until it answers; returns the settings that reach it.

        Raises:
            SettingsError: the file cannot be loaded, or the server not be started; names the log.
        """
        self._watcher.start()
        self._settled.wait()
        if not self._loaded:
            raise SettingsError(f"{self._file.name} cannot be loaded: {self._last_words()}; {self._see_log()}")
        reached = {
            "name": self._file.stem,
            "base_url": f"http://127.0.0.1:{self._port}/v1",
            "api_key": SecretStr(self._key),
            "context_tokens": self._context,
            "wording": self._wanted.wording if "wording" in self._wanted.model_fields_set else "quoted",
        }
        return self._wanted.model_copy(update=reached)

    def stop(self) -> None:
        """End the server."""
        self._over.set()
        self._kill()
        if self._watcher.ident:
            self._watcher.join()

    @property
    def pid(self) -> int:
        """The server's process id; 0 before the start."""
        return self._child.pid if self._child else 0

    def __enter__(self) -> Model:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _watch(self) -> None:
        """Keep the server running. This one thread starts every child, because the kernel ends them with it."""
        try:
            self._loaded = self._spawn()
        finally:
            self._settled.set()
        pause = FIRST_PAUSE
        while self._loaded and self._child and not self._over.is_set():
            began = monotonic()
            code = self._child.wait()
            if self._over.is_set():
                break
            pause = FIRST_PAUSE if monotonic() - began > STEADY_SECONDS else pause
            log.warning(
                "the local model ended (exit code %s) and starts again in %s s; replies are extractive meanwhile; %s",
                *(code, pause, f"its log is kept as {self._log}.1"),
            )
            if not self._over.wait(pause):
                self._spawn()
            pause = min(2 * pause, LONGEST_PAUSE)
        self._kill()

    def _spawn(self) -> bool:
        """Start a child and wait until it answers; False where it ended instead, or there is none."""
        self._kill()
        try:
            self._child = child = self._begin()
            self._not_started = ""
        except OSError as error:
            self._not_started = f"its server cannot be started ({error.strerror}: {error.filename})"
            log.warning("the local model: %s", self._not_started)
            return False
        late = Timer(LOAD_SECONDS, child.kill)
        late.start()
        try:
            assert child.stdin and child.stdout  # noqa: S101 - both are pipes
            child.stdin.write(f"{json.dumps(self._order())}\n")
            child.stdin.flush()
            address = child.stdout.readline().strip()
        except OSError:
            address = ""
        finally:
            late.cancel()
        self._port = int(address.rpartition(":")[2]) if address else self._port
        return bool(address)

    def _begin(self) -> subprocess.Popen[str]:
        self._logs.mkdir(parents=True, exist_ok=True)
        if self._log.exists():
            self._log.replace(f"{self._log}.1")
        with self._log.open("w") as sink:
            return subprocess.Popen(  # noqa: S603 - this interpreter, a file of ours
                [sys.executable, "-P", str(_SERVER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                start_new_session=True,  # Ctrl+C is for the service, which ends it when its turns are done
            )

    def _order(self) -> dict[str, str | int]:
        return {
            "file": str(self._file),
            "name": self._file.stem,
            "key": self._key,
            "port": self._port,  # 0 at first; a restart keeps the address
            "context_tokens": self._context,
        }

    def _kill(self) -> None:
        if not (child := self._child):
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):  # what was not written yet is lost with it
                pipe.close() if pipe else None

    @property
    def _log(self) -> Path:
        return self._logs / "local-model.log"

    def _see_log(self) -> str:
        return f"its log is {self._log}"

    def _last_words(self) -> str:
        """Why there is no child, or the last complaint in the log, without the library's time and file."""
        if self._not_started:
            return self._not_started
        said = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        complaints = [line.rpartition(": ")[2] for line in said if " E " in line and "exiting" not in line]
        return complaints[0] if complaints else f"no answer within {LOAD_SECONDS:.0f} s"


def _check(file: Path) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        raise SettingsError("a local model needs one package more; run: pip install 'handrail[local]'")
    try:
        with file.open("rb") as opened:
            magic = opened.read(4)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}); give the path of a GGUF file") from None
    if magic != b"GGUF":
        raise SettingsError(
            f"{file} is no GGUF file (it begins with {magic!r}); download one, or convert the model with llama.cpp"
        )
    needs, free = file.stat().st_size * SPARE, _free_memory()
    if needs > free:
        raise SettingsError(
            f"{file} needs about {needs / GIB:.1f} GiB of memory and {free / GIB:.1f} are free; "
            "take a smaller model or one with fewer bits (such as Q4_K_M)"
        )


def _free_memory() -> float:
    """Bytes that may still be taken: the machine's, or the container's where that is less (cgroup v2)."""
    free = float(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # no container, or one without a limit ("max")
        limit, used = (int((_CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, limit - used)
    return free
