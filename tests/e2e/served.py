"""The real service in a process of its own, and pages of other sites that embed its widget."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import httpx

START_SECONDS = 120
ADDRESS = re.compile(r"Demo shop and chat +(http://\S+)/")
SIGN_IN = re.compile(r"^ +(agent|owner) +(\S+)$", re.MULTILINE)
LAST_LINE = re.compile(r"^ +(owner +\S+|Forgot a password\?.*)$")


class Served:
    """`handrail serve`; `url` and `passwords` are what its first start printed. Killed and started again at will."""

    def __init__(self, home: Path, knowledge: Path, allowed_origin: str) -> None:
        self.knowledge = knowledge
        folders = ["--home", str(home), "--knowledge", str(knowledge)]
        self._command = [str(Path(sys.executable).with_name("handrail")), "serve", *folders]
        own = {name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "OPENAI_"))}
        self._environ = own | {
            "HANDRAIL_SERVER_ALLOWED_ORIGINS": allowed_origin,
            "HANDRAIL_LIMITS_SIGN_INS_PER_MINUTE": "1000",  # the tests of all pages sign in from one address
        }
        self._log = home.with_suffix(".log")
        said = self._start("0")
        self.passwords = dict(SIGN_IN.findall(said))

    def start_again(self) -> None:
        """Start at the same address."""
        self._start(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it without warning."""
        self._process.kill()
        self._process.communicate()

    def _start(self, port: str) -> str:
        with self._log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*self._command, "--port", port], env=self._environ, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            return self._follow_start()
        except BaseException:
            self.kill()
            raise

    def _follow_start(self) -> str:
        said = self._announcement()
        address = ADDRESS.search(said)
        assert address, said
        self.url = address[1]
        self._wait_until_ready()
        return said

    def _wait_until_ready(self) -> None:
        until = monotonic() + START_SECONDS
        while not (ready := httpx.get(f"{self.url}/ready", timeout=START_SECONDS)).is_success:
            assert monotonic() < until, ready.text
            Event().wait(0.1)

    def _announcement(self) -> str:
        assert self._process.stdout
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if LAST_LINE.match(line):
                return "".join(lines)
        raise AssertionError(f"handrail serve ended: {self._log.read_text()}")


class OtherSite:
    """A page of another origin; `embed` says whose widget it includes."""

    def __init__(self) -> None:
        self.script = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answerer())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def embed(self, service: str) -> None:
        self.script = f'<script type="module" src="{service}/widget.js"></script>'

    def _answerer(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Answerer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = f"<!doctype html><title>Another shop</title><link rel=icon href=data:,>{site.script}"
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Answerer

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[OtherSite]:
        """A site that answers until the end of the block."""
        site = cls()
        thread = Thread(target=site._server.serve_forever, name="another site")
        thread.start()
        try:
            yield site
        finally:
            site._server.shutdown()
            thread.join()
            site._server.server_close()
