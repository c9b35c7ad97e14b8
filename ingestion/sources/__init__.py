"""Where articles come from."""

from collections.abc import Iterator
from typing import Protocol

from assistant.errors import ArticleError
from ingestion.article import Article


class Source(Protocol):
    """A place that holds articles."""

    def articles(self) -> Iterator[Article | ArticleError]:
        """Every article once, always in the same order; an error stands where one is broken.

        Raises:
            KnowledgeError: the place itself is missing or empty.
        """
