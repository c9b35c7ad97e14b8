"""What was installed: packages against their pins, extras, the files of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec

from packaging.requirements import Requirement

from assistant.api.pages import WEB
from assistant.doctor.finding import Finding, advice, ok, wrong
from assistant.privacy import names
from assistant.settings import ROOT, Settings

PINS = ROOT / "constraints.txt"
PAGES = ("shop/index.html", "inbox/index.html", "studio/index.html", "article/index.html", "api/index.html")
ASSET = re.compile(r"""(?:src|href|from|import)\s*=?\s*\(?["']/assets/([^"'?#]+)["']""")


def packages(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 - looks are all called alike
    """The packages that the service needs, and whether they are the pinned ones."""
    needed = [Requirement(line) for line in requires("handrail") or ()]
    names = [need.name for need in needed if not need.marker or need.marker.evaluate({"extra": ""})]
    if missing := [name for name in names if _version(name) is None]:
        yield wrong("packages", f"not installed: {', '.join(missing)}", "install Handrail again")
    if not PINS.exists():
        yield ok("packages", f"Handrail {version('handrail')}; its pins are not beside it")
        return
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", PINS.read_text("utf-8"), re.MULTILINE))
    found = {name: _version(name) for name in pins}
    others = {name: there for name, there in found.items() if there and there != pins[name]}
    differing = [f"{name} {there} (pinned {pins[name]})" for name, there in others.items()]
    if differing:
        remedy = "install with --constraint constraints.txt"
        yield advice("packages", f"other than tested: {', '.join(differing)}", remedy)
    else:
        yield ok("packages", f"Handrail {version('handrail')}, every package as pinned")


def _version(name: str) -> str | None:
    try:
        return version(name).partition("+")[0]  # a build such as 2.9.0+cpu
    except PackageNotFoundError:
        return None


def extras(settings: Settings) -> Iterator[Finding]:
    """The optional parts, where something asks for them."""
    there = [name for name in names.NEEDED if find_spec(name)]
    if there and len(there) < len(names.NEEDED):
        missing = ", ".join(set(names.NEEDED) - set(there))
        yield wrong("extra privacy", f"half installed: {missing} is missing", "pip install 'handrail[privacy]'")
    elif there:
        yield ok("extra privacy", "names of people are kept from chat models by a language model too")
    elif settings.model.name not in ("", "scripted"):
        said = "not installed: a chat model reads names that no introducing word gives away"
        yield advice("extra privacy", said, "pip install 'handrail[privacy]'")
    judged = bool(settings.judge.name)
    if judged and not find_spec("ragas"):
        yield wrong("extra evals", "judge.name is set, and ragas is not installed", "pip install 'handrail[evals]'")
    elif find_spec("ragas"):
        yield ok("extra evals", "ragas is installed" + ("" if judged else "; it needs judge.name to judge replies"))
    if find_spec("xllamacpp"):
        yield ok("extra local", "a GGUF file can be served on this machine")


def pages(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 - looks are all called alike
    """The pages, and the files that they name."""
    missing = [page for page in PAGES if not (WEB / page).is_file()]
    named: set[str] = set()
    for file in (*WEB.rglob("*.html"), *WEB.rglob("*.js"), *WEB.rglob("*.css")):
        named |= set(ASSET.findall(file.read_text("utf-8")))
    missing += sorted(name for name in named if not (WEB / name).exists())
    if missing:
        yield wrong("pages", f"missing: {', '.join(missing)}", "install Handrail again")
    else:
        yield ok("pages", f"{len(PAGES)} pages and the {len(named)} files they name")
