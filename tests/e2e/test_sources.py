"""Sources open at the quoted words, whatever they look like in the article, and text from outside stays text."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from served import Served
from visits import Visits

pytestmark = pytest.mark.e2e

PLACE = "async ([url, quotes]) => (await import('/assets/shared/quotes.js')).placeOf(new URL(url, location), quotes)"


def opened_at(visits: Visits, service: Served, article: str, *quotes: str) -> Page:
    return visits.open(f"{service.url}/articles/{article}#{urlencode([('quote', quote) for quote in quotes])}")


@pytest.mark.parametrize(
    ("article", "quote", "begins", "ends"),
    [
        ("shipping-uk", "DPD sends a one-hour delivery window by text or e-mail", "DPD sends", "e-mail"),
        ("shipping-uk", "| Express | 2 working days | £13.90 |", "Express", "£13.90"),
        ("shipping-uk", "**UK VAT**\n\n[and import](https://example.com)  duty are   prepaid", "UK VAT", "prepaid"),
        ("non-returnable-items", "| Item | Why |\n|---|---|\n| Underwear and socks, once opened |", "Item", "opened"),
    ],
)
def test_a_source_opens_at_the_quoted_words(
    article: str, quote: str, begins: str, ends: str, service: Served, visits: Visits
) -> None:
    page = opened_at(visits, service, article, quote)
    expect(page.locator("mark").first).to_be_in_viewport()
    expect(page.locator("mark").first).to_have_text(re.compile(f"^{re.escape(begins)}"))
    expect(page.locator("mark").last).to_have_text(re.compile(f"{re.escape(ends)}\\W*$"))
    expect(page.get_by_role("status")).to_contain_text("Marked")
    assert page.evaluate("document.activeElement.querySelector('mark') !== null"), "reading goes on somewhere else"


def test_every_quote_is_marked_and_the_first_one_in_the_article_is_shown(service: Served, visits: Visits) -> None:
    page = opened_at(
        visits, service, "shipping-uk", "Express orders cannot be sent to a PO box.", "Express is not free"
    )
    expect(page.locator("mark")).to_have_count(2)
    expect(page.locator("mark").first).to_be_in_viewport()


def test_words_that_are_gone_open_the_closest_section(service: Served, visits: Visits) -> None:
    page = opened_at(visits, service, "shipping-uk", "Weekend orders leave our Galway warehouse the next working day.")
    expect(page.get_by_role("status")).to_contain_text("closest")
    expect(page.get_by_role("heading", name="When UK orders leave the warehouse")).to_be_focused()
    expect(page.get_by_role("heading", name="When UK orders leave the warehouse")).to_be_in_viewport()


def test_words_about_something_else_open_the_top(service: Served, visits: Visits) -> None:
    page = opened_at(visits, service, "shipping-uk", "Zebras graze <img src=x onerror=alert(1)> beyond rivers.")
    expect(page.get_by_role("status")).to_contain_text("not in this article any more")
    expect(page.locator("mark, img")).to_have_count(0)
    assert page.evaluate("scrollY") == 0


def test_an_article_that_is_not_here_is_said_to_be_gone(service: Served, visits: Visits) -> None:
    visits.expect_error("status of 404")
    page = opened_at(visits, service, "no-such-article")
    expect(page.get_by_role("heading", level=1)).to_have_text("This article is not here")


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        ("Free over €50, also on sale.", "text=Free%20over%20%E2%82%AC50%2C%20also%20on%20sale."),
        ("a b c d e f g h i j k l.", "text=a%20b%20c%20d,i%20j%20k%20l."),
        ("| Size | Fits |\n|---|---|\n| **M** | 40-42 |", "text=Size,40%2D42"),
    ],
)  # fmt: skip
def test_an_article_on_another_site_is_opened_by_a_text_fragment(
    quote: str, fragment: str, service: Served, visits: Visits
) -> None:
    page = visits.open(f"{service.url}/articles/shipping-uk")
    place = page.evaluate(PLACE, ["https://shop.example/help?page=2#delivery", [quote]])
    assert place == f"https://shop.example/help?page=2#delivery:~:{fragment}"
