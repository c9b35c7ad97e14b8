"""The articles that replies cite, for customers to read."""

import asyncio
from datetime import date
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api.problems import problems
from assistant.api.services import Here
from assistant.errors import NotFound
from ingestion.article import Article
from ingestion.sources.markdown import MarkdownSource

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=problems(404))


class ArticleBody(BaseModel):
    """An article; `body` is Markdown, `effective_from` the first day it was in force."""

    id: str
    title: str
    body: str
    effective_from: date | None
    shop: str


@router.get("/{article_id}")
async def read_article(article_id: str, here: Here) -> ArticleBody:
    """An article that is public and in force today."""
    article = await asyncio.to_thread(_find, here.settings.knowledge, article_id, here.shop.today())
    return ArticleBody(
        id=article.id,
        title=article.title,
        body=article.body,
        effective_from=article.effective_from,
        shop=here.shop.name,
    )


def _find(knowledge: Path, article_id: str, day: date) -> Article:
    state = tuple((file, _changed(file)) for file in sorted((knowledge / "articles").rglob("*.md")))
    article = _read(knowledge, state).get(article_id)
    if article is None or not article.is_open_to_customers(day):
        raise NotFound("there is no such article, or it is not in force today")
    return article


@lru_cache(maxsize=1)
def _read(knowledge: Path, _state: tuple[tuple[Path, int], ...]) -> dict[str, Article]:
    """The articles by id, read once for each state of the files: anybody may ask, and reading all takes long."""
    return {article.id: article for article in MarkdownSource(knowledge).articles() if isinstance(article, Article)}


def _changed(file: Path) -> int:
    try:
        return file.stat().st_ctime_ns
    except OSError:  # a link that leads nowhere, or just deleted
        return 0
