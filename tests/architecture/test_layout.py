"""Sizes, names and docstrings."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from statistics import median

from sources import Function, SourceFile, product

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 60
MEDIAN_LINES_OF_A_FUNCTION = 12
FORBIDDEN = {"manager", "helper", "helpers", "util", "utils", "common", "process", "handle", "data"}
LIBRARY_HOOKS = {"process_bind_param", "process_result_value", "handle_starttag", "handle_endtag", "handle_data"}


def words(name: str) -> set[str]:
    """The words of a name: `HandleData` and `handle_data` both give handle and data."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def length(function: Function) -> int:
    """Lines from `def` to the end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def names(file: SourceFile) -> Iterator[str]:
    path = PurePosixPath(file.name)
    yield path.parent.name if path.stem == "__init__" else path.stem
    defined = {node.name for node in (*file.functions(), *file.classes())}
    yield from defined - LIBRARY_HOOKS  # a subclass cannot choose these


def test_modules_are_short() -> None:
    long = {file.name: file.lines for file in product() if file.lines > MOST_LINES_OF_A_MODULE}
    assert not long


def test_functions_fit_a_glance() -> None:
    lengths = {f"{file.name}:{function.name}": length(function) for file in product() for function in file.functions()}
    assert not {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION}
    assert median(lengths.values()) <= MEDIAN_LINES_OF_A_FUNCTION


def test_names_say_something() -> None:
    empty = [(file.name, name) for file in product() for name in names(file) if words(name) & FORBIDDEN]
    assert not empty


def test_names_are_split_into_words() -> None:
    assert words("HandleHTTPData") == {"handle", "http", "data"}
    assert words("_process_all") == {"process", "all"}
    assert not words("Database") & FORBIDDEN


def test_public_modules_say_what_they_are_for() -> None:
    silent = [
        file.name
        for file in product()
        if file.tree.body and not PurePosixPath(file.name).name.startswith("_") and not _docstring(file)
    ]
    assert not silent


def _docstring(file: SourceFile) -> bool:
    first = file.tree.body[0]
    return file.text.lstrip().startswith(('"""', 'r"""')) and first.lineno == 1
