"""Macros: ready-made replies that human agents start from, as Markdown files in knowledge/macros/."""

from __future__ import annotations

from pathlib import Path

import frontmatter
import yaml
from pydantic import Field, ValidationError

from assistant.errors import KnowledgeError
from assistant.evidence import Word


class Macro(Word):
    """A ready-made reply; the inbox fills in placeholders such as `{{ order_number }}` where it knows them."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    topic: str = ""
    text: str = Field(min_length=1)


def load_macros(knowledge: Path) -> tuple[Macro, ...]:
    """All macros of knowledge/macros/*.md by file name; none where there is no such folder.

    Raises:
        KnowledgeError: a file is broken, or two have one id; names the file.
    """
    found: dict[str, Macro] = {}
    for path in sorted((knowledge / "macros").glob("*.md")):
        macro = _read(path)
        if macro.id in found:
            raise KnowledgeError(
                f"macros/{path.name}: id {macro.id!r} is taken by another macro; change one of the two"
            )
        found[macro.id] = macro
    return tuple(found.values())


def _read(path: Path) -> Macro:
    try:
        values, text = frontmatter.parse(path.read_text("utf-8"))
        return Macro.model_validate({**values, "text": text.strip()})
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise KnowledgeError(f"macros/{path.name}: `{field}`: {problem['msg']}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"macros/{path.name}: front matter is not valid YAML: {error}") from None
