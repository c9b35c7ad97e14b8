"""The code as the architecture tests see it: files and their syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("assistant", "ingestion", "evals")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file. `name` is its path below the root, as in `assistant/desk.py`."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@cache
def product() -> tuple[SourceFile, ...]:
    """Every module of the product, migrations aside: these are written once and never changed."""
    return tuple(file for package in PACKAGES for file in _read(package) if "/migrations/" not in file.name)


@cache
def suite() -> tuple[SourceFile, ...]:
    return tuple(_read("tests"))


def _read(folder: str) -> list[SourceFile]:
    return [
        SourceFile(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
