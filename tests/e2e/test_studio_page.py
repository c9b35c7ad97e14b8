"""The owner's studio: the knowledge in force, and an evaluation from its start to its report."""

import re

import pytest
from conftest import CASES_PER_HALF, KNOWLEDGE
from playwright.sync_api import expect
from served import Served
from visits import PHONE, Visits, expect_no_sideways_scroll, sign_in

pytestmark = pytest.mark.e2e

RUN_MS = 150_000


def test_an_owner_runs_an_evaluation(service: Served, visits: Visits) -> None:
    studio = visits.open(f"{service.url}/studio")
    sign_in(studio, "owner", service.passwords["owner"])
    articles = len(list((KNOWLEDGE / "articles").rglob("*.md")))
    expect(studio.get_by_text("Articles").locator("..")).to_contain_text(str(articles))
    studio.get_by_test_id("run-eval").click()
    expect(studio.get_by_role("button", name="Evaluation is running…")).to_be_disabled()
    expect(studio.get_by_test_id("report")).to_be_visible(timeout=RUN_MS)
    gates = studio.get_by_test_id("report").get_by_role("listitem")
    expect(gates.first).to_have_text(re.compile(r"upper end of the 95 % interval [\d.]+ %, must be at most 5.0 %"))
    expect(gates.last).to_have_text(re.compile(r"measured [\d.]+ %, must be at least 10.0 %"))
    expect(studio.get_by_role("region", name="Held-back half")).to_contain_text(f"{CASES_PER_HALF} cases")
    expect(studio.get_by_test_id("run")).to_contain_text("Done")


def test_the_studio_is_for_owners(service: Served, visits: Visits) -> None:
    studio = visits.open(f"{service.url}/studio")
    sign_in(studio, "agent", service.passwords["agent"])
    expect(studio.get_by_text("This page is for the owner")).to_be_visible()
    expect(studio.get_by_test_id("run-eval")).to_have_count(0)


@pytest.mark.parametrize(("path", "name"), [("inbox", "agent"), ("studio", "owner")])
def test_the_pages_of_the_team_fit_a_phone(path: str, name: str, service: Served, visits: Visits) -> None:
    page = visits.open(f"{service.url}/{path}", **PHONE)
    sign_in(page, name, service.passwords[name])
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect_no_sideways_scroll(page)


def test_a_wrong_password_is_refused_in_words(service: Served, visits: Visits) -> None:
    visits.expect_error(r"status of 401 .*/sign-in")
    page = visits.open(f"{service.url}/inbox")
    sign_in(page, "agent", "not the password")
    expect(page.get_by_role("alert")).not_to_be_empty()
    expect(page.get_by_test_id("sign-in-password")).to_be_focused()
