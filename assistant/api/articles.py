"""The articles that replies cite, for customers to read."""

import asyncio
from datetime import date
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
    for article in MarkdownSource(knowledge).articles():
        if isinstance(article, Article) and article.id == article_id and article.is_open_to_customers(day):
            return article
    raise NotFound("there is no such article, or it is not in force today")
