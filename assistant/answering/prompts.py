"""Prompts as files: Markdown with front matter (version, purpose, inputs), filled in with trusted values.

`answer.md` is the prompt `answer`; what stands in `shared/` is put in by `{% include "shared/voice.md" %}`. A
turn records which prompt wrote its draft (`answer@3`), so that label must mean one text for ever:
`versions.lock` holds the digest of every version, parts included, and only grows.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

import frontmatter
import jinja2
import yaml
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field, ValidationError

from assistant.errors import KnowledgeError
from assistant.evidence import Word

LOCK = "versions.lock"
REMEDY = "run `handrail lock-prompts`"

Trusted = NewType("Trusted", str)
"""A value from settings or code. Text of customers, articles and tools never becomes one."""


@dataclass(frozen=True)
class Prompt:
    """Instructions for a chat model; `id` names their exact text, such as `answer@3`."""

    id: str
    text: str


class _FrontMatter(Word):
    version: int = Field(ge=1)
    purpose: str = Field(min_length=1)
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    file: str
    id: str
    inputs: frozenset[str]
    digest: str
    template: jinja2.Template


class Prompts:
    """The prompts of one folder, read once."""

    def __init__(self, sources: Mapping[str, _Source]) -> None:
        self._sources = sources

    @classmethod
    def load(cls, folder: Path, *, check_lock: bool = True) -> "Prompts":
        """Read and check every prompt of a folder.

        Raises:
            KnowledgeError: a prompt is broken, uses other inputs than it declares, or is not as locked.
        """
        sources = _read(folder)
        if check_lock:
            locked = _read_lock(folder)
            for source in sources.values():
                _check_lock(source, locked)
        return cls(sources)

    def render(self, name: str, **inputs: Trusted) -> Prompt:
        """Fill in a prompt.

        Raises:
            KnowledgeError: there is no such prompt, or it takes other inputs.
        """
        source = self._sources.get(name)
        if source is None:
            raise KnowledgeError(f"no prompt {name}.md; there are {', '.join(sorted(self._sources))}")
        if inputs.keys() != source.inputs:
            raise KnowledgeError(f"{source.file} takes {_list(source.inputs)}, but was given {_list(inputs)}")
        try:
            return Prompt(source.id, source.template.render(inputs).strip())
        except jinja2.TemplateError as error:
            raise KnowledgeError(f"{source.file} cannot be filled in: {error}") from None


def update_lock(folder: Path) -> list[str]:
    """Append the versions that the lock does not hold yet, and return them (`answer@3`).

    Raises:
        KnowledgeError: a prompt is broken, or differs from its locked version, which is never rewritten.
    """
    sources = _read(folder)
    locked = _read_lock(folder)
    added = [source for source in sources.values() if source.id not in locked]
    for source in sources.values():
        _check_lock(source, {source.id: source.digest} | locked)
    with (folder / LOCK).open("a", encoding="utf-8") as lock:
        lock.writelines(f"{source.id} {source.digest}\n" for source in added)
    return [source.id for source in added]


def _read(folder: Path) -> dict[str, _Source]:
    files = {path.relative_to(folder).as_posix(): _text(path) for path in sorted(folder.rglob("*.md"))}
    prompts = [file for file in files if "/" not in file]
    if not prompts:
        raise KnowledgeError(f"no prompts in {folder}; point the setting `prompts` at a folder with answer.md")
    # autoescape is for HTML; these texts go to a model
    environment = SandboxedEnvironment(
        loader=jinja2.DictLoader(files), undefined=jinja2.StrictUndefined, autoescape=False
    )
    return {file.removesuffix(".md"): _source(file, files, environment) for file in prompts}


def _source(file: str, files: Mapping[str, str], environment: SandboxedEnvironment) -> _Source:
    try:
        values, body = frontmatter.parse(files[file])
        head = _FrontMatter.model_validate(values)
        parts = _parts(file, body, files, environment)
        used = set[str]().union(*(_inputs(text, environment) for text in (body, *parts.values())))
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"]))
        raise KnowledgeError(f"{file}: front matter needs a valid `{field}`: {problem['msg']}") from None
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{file}: front matter is not valid YAML: {error}") from None
    except jinja2.TemplateSyntaxError as error:
        raise KnowledgeError(f"{file} or a part of it, line {error.lineno}: {error.message}") from None
    if used != set(head.inputs):
        raise KnowledgeError(f"{file} declares {_list(head.inputs)} but uses {_list(used)}; make `inputs` the same")
    content = json.dumps([sorted(used), body, parts], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    name = f"{file.removesuffix('.md')}@{head.version}"
    return _Source(file, name, frozenset(used), f"sha256:{digest}", environment.from_string(body))


def _parts(file: str, body: str, files: Mapping[str, str], environment: SandboxedEnvironment) -> dict[str, str]:
    """Collect the parts that a prompt includes; parts include nothing themselves."""
    parts = {}
    for name in meta.find_referenced_templates(environment.parse(body)):
        if name is None or "/" not in name or name not in files:
            known = _list(other for other in files if "/" in other)
            raise KnowledgeError(f"{file} includes {name or 'a part by a computed name'}; the parts are {known}")
        parts[name] = files[name]
        if any(meta.find_referenced_templates(environment.parse(files[name]))):
            raise KnowledgeError(f"{name} includes another part; include both in {file} instead")
    return parts


def _inputs(text: str, environment: SandboxedEnvironment) -> set[str]:
    return meta.find_undeclared_variables(environment.parse(text))


def _check_lock(source: _Source, locked: Mapping[str, str]) -> None:
    if source.id not in locked:
        raise KnowledgeError(f"{source.file}: {source.id} is not in {LOCK}; {REMEDY}")
    if locked[source.id] != source.digest:
        raise KnowledgeError(
            f"{source.file} or a part of it has changed, but {source.id} is locked with another text; "
            f"raise `version` in its front matter and {REMEDY}"
        )


def _read_lock(folder: Path) -> dict[str, str]:
    """Read each locked version and its digest. A missing lock is an empty one."""
    locked: dict[str, str] = {}
    path = folder / LOCK
    for number, line in enumerate(_text(path).splitlines() if path.exists() else (), start=1):
        match line.split():
            case [name, digest] if locked.setdefault(name, digest) == digest:
                continue
        raise KnowledgeError(f"{LOCK}, line {number} is broken or says a version twice; restore the file")
    return locked


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path} cannot be read: {error}") from None


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
