"""Pictures of every page and state, in docs/pictures: `python docs/make_pictures.py [WALK …]`.

Starts the real service on a temporary home, walks tests/e2e/scenes.py in a browser and writes each scene on desktop
and phone, in light and dark, and the page docs/pictures/README.md that shows them. With names of walks, only those.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from browser import find_browser  # noqa: E402
from conftest import FLAGS, few_cases  # noqa: E402
from scenes import VIEWS, WALKS, Scene  # noqa: E402
from served import Served  # noqa: E402
from visits import Visits  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
COLOURS = 256  # pages are flat: a palette is a third of the size and looks the same
HEAD = """# Pictures

Every page and state on desktop (1280 × 860) and phone (390 × 844), light and dark. Written by `make pictures`.
"""


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(WALKS)
    if unknown:
        print(f"no such walk: {', '.join(unknown)}; there are {', '.join(WALKS)}", file=sys.stderr)
        return 2
    path = find_browser()
    if path is None:
        print("no browser starts here; install Chromium, or put the path of one into CHROMIUM", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        served = Served(Path(folder) / "home", few_cases(Path(folder) / "knowledge"), "")
        try:
            taken = [shown for walk in wanted or WALKS for shown in picture(walk, served, Visits(browser))]
        finally:
            served.kill()
            browser.close()
    if not wanted:
        (PICTURES / "README.md").write_text(HEAD + "".join(map(section, taken)), "utf-8")
    return 0


def picture(walk: str, served: Served, visits: Visits) -> list[tuple[str, str]]:
    """Write the pictures of a walk; the name of each scene and what it shows."""
    taken = []
    for scene in WALKS[walk](served, visits):
        for view in scene.views():
            write(scene, str(view))
        taken.append((scene.name, scene.shows))
        print(scene.name, flush=True)
    visits.close()
    return taken


def write(scene: Scene, view: str) -> None:
    path = PICTURES / f"{scene.name}-{view}.png"
    scene.page.screenshot(path=path)
    with Image.open(path) as drawn:
        small = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def section(shown: tuple[str, str]) -> str:
    name, shows = shown
    head = "".join(f" {view.device}, {view.scheme} |" for view in VIEWS)
    row = "".join(f" ![{shows}: {view.device}, {view.scheme}]({name}-{view}.png) |" for view in VIEWS)
    return f"\n## {shows}\n\n|{head}\n|{'---|' * len(VIEWS)}\n|{row}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
