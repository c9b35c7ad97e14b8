"""House rules that ruff has no rule for."""

import ast
import inspect
import re
from pathlib import Path

from sources import ROOT, SourceFile, product, suite

from assistant import errors

LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")
HTML_SINK = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b")


def calls(file: SourceFile) -> list[str]:
    """Every call without arguments or with, as written: `time.sleep`, `datetime.now`."""
    return [ast.unparse(node.func) for node in ast.walk(file.tree) if isinstance(node, ast.Call)]


def imported(file: SourceFile) -> set[str]:
    found = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_nothing_is_left_for_later() -> None:
    own = Path(__file__).name
    marked = [file.name for file in (*product(), *suite()) if LATER.search(file.text) and not file.name.endswith(own)]
    assert not marked


def test_types_are_ignored_only_by_code() -> None:
    assert not [file.name for file in (*product(), *suite()) if BARE_IGNORE.search(file.text)]


def test_tests_wait_for_something_not_for_time() -> None:
    assert not [file.name for file in suite() if "time.sleep" in calls(file) or "time.sleep" in imported(file)]


def test_tests_use_the_real_thing() -> None:
    mocks = {"unittest.mock", "mock", "pytest_mock"}
    assert not [file.name for file in suite() if imported(file) & mocks]


def test_days_are_counted_in_a_time_zone() -> None:
    """`date.today()` and `datetime.now()` mean the machine's zone, not the shop's."""
    local = [
        f"{file.name}:{node.lineno}"
        for file in product()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) in ("date.today", "datetime.utcnow", "datetime.today")
            or (ast.unparse(node.func) == "datetime.now" and not node.args and not node.keywords)
        )
    ]
    assert not local


def test_pages_render_text_as_text() -> None:
    scripts = sorted((ROOT / "assistant" / "web").rglob("*.js"))
    assert scripts
    assert not [path.name for path in scripts if HTML_SINK.search(path.read_text("utf-8"))]


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^ {4,}(?:[ │├└─]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    real = {name for name, found in vars(errors).items() if inspect.isclass(found)}
    assert sorted(drawn) == sorted(real)
