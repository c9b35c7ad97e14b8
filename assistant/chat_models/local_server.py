"""The child behind local.py: serves one GGUF file on loopback, and outlives nobody.

It reads one line of JSON from standard input (file, name, key, port, context_tokens), writes its address to standard
output once it answers, and ends when standard input does: that happens however its parent ended. Loading holds the
interpreter's lock, so on Linux the kernel is asked as well to end it with the thread that started it.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

import xllamacpp

_PR_SET_PDEATHSIG = 1  # prctl(2)


def serve(order: dict[str, Any]) -> None:
    """Load the file and serve it for ever.

    Raises:
        RuntimeError: it cannot be loaded or the port is taken; the library says why on standard error.
    """
    server = xllamacpp.Server(_parameters(order))
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


def _parameters(order: dict[str, Any]) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = order["file"]
    parameters.model_alias = {order["name"]}
    parameters.api_keys = [order["key"]]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = order["port"]
    parameters.n_ctx = order["context_tokens"]
    parameters.n_parallel = 1  # more would share the same cores and the same context
    parameters.n_batch = parameters.n_ubatch = 256  # between two batches it notices that nobody waits any more
    # Its threads wait for each other in a loop: where the service takes a core from one, all stand still.
    parameters.cpuparams.n_threads = max(1, _cores() - 1)
    parameters.enable_reasoning = 0  # a turn has seconds, not minutes
    parameters.cache_ram_mib = 0  # customers' prompts are not kept beyond the last one
    parameters.sse_ping_interval = 1  # seconds: reading a prompt is not silence
    parameters.offline = True
    parameters.ui = False
    return parameters


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    line = sys.stdin.readline()
    _end_with_parent()
    serve(json.loads(line))
