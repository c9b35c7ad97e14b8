"""The real service in a process of its own, with limits out of the way."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/$", re.MULTILINE)
NO_LIMITS = {
    f"HANDRAIL_LIMITS_{name}": "1000000"
    for name in ("MESSAGES_PER_MINUTE", "MESSAGES_PER_MINUTE_PER_ADDRESS", "CONVERSATIONS_PER_MINUTE_PER_ADDRESS")
}


@contextmanager
def served(home: Path, **settings: str) -> Iterator[int]:
    """`handrail serve` on a free port, until the end of the block; gives the port."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "OPENAI_"))}
    command = [str(Path(sys.executable).with_name("handrail")), "serve", "--port", "0", "--home", str(home)]
    with (home.parent / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=own | NO_LIMITS | settings, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout
        found = next((match for line in process.stdout if (match := ADDRESS.search(line))), None)
        if found is None:
            raise RuntimeError(f"the service did not start; see {home.parent / 'serve.log'}")
        _wait_until_ready(f"http://127.0.0.1:{found[1]}/ready")
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate()


def _wait_until_ready(address: str) -> None:
    for _ in range(600):
        try:
            with urlopen(address, timeout=60):
                return
        except OSError:
            continue
    raise RuntimeError("the service does not become ready")
