"""A folder of Markdown files with YAML front matter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from frontmatter.default_handlers import YAMLHandler

from assistant.errors import ArticleError, KnowledgeError
from ingestion.article import Article, read_article

MOST_BYTES = 2_000_000
EXAMPLE = "start the file with `---`, lines `id: …` and `title: …`, and `---` again"


class MarkdownSource:
    """The files `articles/**/*.md` of a knowledge folder; hidden files and folders are passed over."""

    def __init__(self, knowledge: Path) -> None:
        self._knowledge = knowledge
        self._folder = knowledge / "articles"

    def articles(self) -> Iterator[Article | ArticleError]:
        """See Source. Of two articles with one id the second by path is refused."""
        paths: dict[str, str] = {}
        for file in self._files():
            try:
                article = self._read(file)
                if article.id in paths:
                    raise ArticleError(
                        article.path,
                        f"id {article.id!r} is taken by {paths[article.id]}; change one of the two",
                    )
            except ArticleError as error:
                yield error
            else:
                paths[article.id] = article.path
                yield article

    def _files(self) -> list[Path]:
        found = sorted(self._folder.rglob("*.md"))
        files = [file for file in found if not self._is_hidden(file) and not file.is_dir()]
        if not files:
            raise KnowledgeError(
                f"no articles: expected Markdown files (*.md) in {self._folder.absolute()}; "
                "put them there or name another folder with --knowledge"
            )
        return files

    def _is_hidden(self, file: Path) -> bool:
        return any(part.startswith(".") for part in file.relative_to(self._folder).parts)

    def _read(self, file: Path) -> Article:
        path = file.relative_to(self._knowledge).as_posix()
        text = _text(path, self._bytes(path, file))
        front_matter, body = _split(path, text)
        return read_article(path, front_matter, body)

    def _bytes(self, path: str, file: Path) -> bytes:
        if not file.resolve().is_relative_to(self._folder.resolve()):
            raise ArticleError(path, "the link leads out of the articles folder; copy the file in")
        try:
            if not file.is_file():
                raise ArticleError(path, "is no ordinary file, or a link that leads nowhere; delete it")
            if file.stat().st_size > MOST_BYTES:
                raise ArticleError(path, f"is larger than {MOST_BYTES // 1_000_000} MB; split it into several articles")
            return file.read_bytes()
        except OSError as error:
            raise ArticleError(path, f"cannot be read ({error.strerror}); check its permissions") from None


def _text(path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ArticleError(path, f"line {line} is not UTF-8; save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _split(path: str, text: str) -> tuple[dict[str, object], str]:
    yaml_front_matter = YAMLHandler()
    text = text.lstrip()
    if not yaml_front_matter.detect(text):
        raise ArticleError(path, f"there is no front matter; {EXAMPLE}")
    try:
        written, body = yaml_front_matter.split(text)
    except ValueError:
        raise ArticleError(path, "the front matter is not closed; put a line `---` below it") from None
    try:
        # BaseLoader leaves every scalar a string: an id of digits, `no` or a date is not a number, False or a date.
        front_matter = yaml_front_matter.load(written, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ArticleError(path, _explain(error)) from None
    if not isinstance(front_matter, dict):
        raise ArticleError(path, f"the front matter holds no `key: value` lines; {EXAMPLE}")
    return {str(key): value for key, value in front_matter.items()}, body


def _explain(error: yaml.YAMLError) -> str:
    why, where = "it is not valid YAML", ""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        why, where = error.problem or why, f" line {error.problem_mark.line + 1}"
    return f'front matter{where}: {why}; put values that hold a colon, quote or bracket in "quotes"'
