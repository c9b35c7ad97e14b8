"""A browser for the end-to-end tests: found on the machine, or installed.

Looked for in this order: the path in the variable CHROMIUM, the usual names on PATH, playwright's own. Run as a script
it installs one where none is found, and exits with 1 where there is still none and CI=true.
"""
# ruff: noqa: T201 - a script that talks to whoever runs make

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 600


def find_browser() -> str | None:
    """The path of a Chromium that starts; None where there is none."""
    return next((path for path in _candidates() if _starts(path)), None)


def install_browser() -> str | None:
    """Install playwright's own browser, else as root Debian's package; its path, or None where both fail."""
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways.append([["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]])
    for commands in ways:
        print("installing a browser:", " ".join(commands[-1]), flush=True)
        if all(_runs(command) for command in commands) and (found := find_browser()):
            return found
    return None


def _candidates() -> Iterator[str]:
    if named := os.environ.get("CHROMIUM"):
        yield named
        return
    yield from filter(None, map(shutil.which, NAMES))
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _starts(path: str) -> bool:
    return Path(path).is_file() and _runs([path, "--version"], stdout=subprocess.DEVNULL)


def _runs(command: list[str], stdout: int | None = None) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=quiet, stdin=subprocess.DEVNULL, stdout=stdout, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False
    return done.returncode == 0


def main() -> int:
    found = find_browser() or (None if os.environ.get("CHROMIUM") else install_browser())
    if found:
        print(found)
        return 0
    print("no browser starts here; install Chromium, or put the path of one into CHROMIUM", file=sys.stderr)
    return 1 if os.environ.get("CI", "").lower() in ("1", "true") else 0


if __name__ == "__main__":
    sys.exit(main())
