"""README names only commands that exist."""

import re
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from assistant import cli
from assistant.orders.demo import DemoShop

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


def code(text: str) -> list[str]:
    """Every line of the code blocks and every piece of code in the text, without comments."""
    blocks = re.findall(r"^```(?:sh|text)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    pieces = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in (*lines, *pieces)]


def commands(group: TyperGroup, before: str = "") -> dict[str, set[str]]:
    """The options of every command, by the command as it is typed: `sync`, `evals run`."""
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            found |= commands(command, f"{before}{name} ")
        else:
            found[f"{before}{name}"] = {option for parameter in command.params for option in parameter.opts}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    lines = [line.split() for line in code(page.read_text("utf-8"))]
    named = {line[1] for line in lines if line[:1] == ["make"] and len(line) > 1}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists_with_its_options(page: Path) -> None:
    root = typer.main.get_command(cli.app)
    assert isinstance(root, TyperGroup)
    known = commands(root)
    for line in code(page.read_text("utf-8")):
        said = re.search(r"(?:^|\s)handrail ([a-z].*)$", line)
        if not said:
            continue
        command = next((name for name in known if f"{said[1]} ".startswith(f"{name} ")), None)
        assert command, line
        assert set(re.findall(r"(?<=\s)--[a-z-]+", said[1])) <= known[command], line


def test_the_two_commands_stand_at_the_top() -> None:
    top = README[: README.index("\n## ", README.index("\n## ") + 1)]
    assert "make run" in top
    assert "make test" in top


async def test_the_demo_order_opens(tmp_path: Path) -> None:
    named = re.search(r"order `(FH-\d+)` with `([^`]+)`", " ".join(README.split()))
    assert named
    shop = DemoShop.open(ROOT / "knowledge", tmp_path, date.today)
    assert shop
    assert (await shop.order(named[1])).email == named[2]
