"""The articles behind a reply's sources."""

import httpx
import pytest
from live import KNOWLEDGE, Live


def test_the_source_of_a_reply_can_be_read(service: Live) -> None:
    answer = httpx.get(f"{service.url}/v1/articles/returns-policy")
    assert answer.status_code == 200
    [path] = KNOWLEDGE.rglob("returns-policy.md")
    assert answer.json()["title"] == "Return policy"
    assert answer.json()["body"].strip() in path.read_text("utf-8")
    assert httpx.get(f"{service.url}/articles/returns-policy").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "article_id",
    ["agents-goodwill-limits", "returns-policy-2025", "shipping-eu-2027", "no-such-article"],
    ids=["for agents", "no longer in force", "not yet in force", "unknown"],
)
def test_what_customers_may_not_read_is_not_found(service: Live, article_id: str) -> None:
    assert httpx.get(f"{service.url}/v1/articles/{article_id}").status_code == 404
