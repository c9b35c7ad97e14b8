"""The owner's studio: the knowledge in force, and an evaluation from its start to its report."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CASES_PER_HALF, KNOWLEDGE
from playwright.sync_api import Page, expect
from served import Served
from visits import PHONE, Visits, expect_no_sideways_scroll, sign_in

pytestmark = pytest.mark.e2e

RUN_MS = 150_000
SERIOUS = ("serious", "critical")


def open_studio(service: Served, visits: Visits, **context: object) -> Page:
    """The studio, signed in as the owner."""
    studio = visits.open(f"{service.url}/studio", **context)
    sign_in(studio, "owner", service.passwords["owner"])
    expect(studio.get_by_role("heading", name="Knowledge in force")).to_be_visible()
    return studio


def run_to_the_end(studio: Page) -> None:
    before = studio.get_by_test_id("run").count()
    studio.get_by_test_id("run-eval").click()
    expect(studio.get_by_test_id("run")).to_have_count(before + 1)
    expect(studio.get_by_test_id("run").first).to_contain_text(re.compile("Passed|Gates failed"), timeout=RUN_MS)
    expect(studio.get_by_test_id("report")).to_be_visible()


def expect_accessible(page: Page) -> None:
    """axe finds no serious or critical fault."""
    found = Axe().run(page).response["violations"]
    bad = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]
    assert not bad


def test_before_the_first_evaluation_the_studio_says_what_one_is_for(service: Served, visits: Visits) -> None:
    studio = visits.open(f"{service.url}/studio")
    studio.route("**/v1/studio/evals", lambda route: route.fulfill(json=[]))  # other tests may have run one
    sign_in(studio, "owner", service.passwords["owner"])
    expect(studio.get_by_text("No evaluation yet. Run one to see how often the assistant is right")).to_be_visible()
    expect(studio.get_by_test_id("run-eval")).to_be_enabled()
    expect_accessible(studio)


def test_an_owner_runs_an_evaluation(service: Served, visits: Visits) -> None:
    studio = open_studio(service, visits)
    articles = len(list((KNOWLEDGE / "articles").rglob("*.md")))
    expect(studio.get_by_text("Articles", exact=True).locator("..")).to_contain_text(str(articles))
    studio.get_by_test_id("run-eval").click()
    expect(studio.get_by_role("button", name="Evaluation is running…")).to_be_disabled()
    under_way = studio.get_by_role("region", name="Evaluation under way")
    expect(under_way).to_contain_text(re.compile(rf"\d+ of {2 * CASES_PER_HALF} cases"))
    expect_accessible(studio)
    expect(under_way).to_be_hidden(timeout=RUN_MS)
    expect(studio.get_by_test_id("report")).to_be_visible()
    gates = studio.get_by_test_id("report").get_by_role("listitem")
    expect(gates.first).to_have_text(re.compile(r"upper end of the 95 % interval [\d.]+ %, must be at most 5.0 %"))
    expect(gates.last).to_have_text(re.compile(r"measured [\d.]+ %, must be at least 10.0 %"))
    held_back = studio.get_by_role("region", name="Held-back half")
    expect(held_back).to_contain_text(f"{CASES_PER_HALF} cases")
    expect(studio.get_by_test_id("picture-intervals").get_by_role("img")).to_be_visible()
    expect(held_back.get_by_test_id("picture-outcomes").get_by_role("img")).to_be_visible()
    figures = held_back.get_by_test_id("picture-outcomes").get_by_text("The figures as a table")
    figures.focus()
    studio.keyboard.press("Enter")
    expect(held_back.get_by_test_id("picture-outcomes").get_by_role("table")).to_be_visible()
    studio.get_by_test_id("worst").first.locator("summary").first.click()
    expect(studio.get_by_test_id("worst").first).to_contain_text("Passages found, best first")
    expect_accessible(studio)


def test_a_run_is_compared_and_its_report_downloaded(service: Served, visits: Visits) -> None:
    studio = open_studio(service, visits, color_scheme="dark")
    while studio.get_by_test_id("run").count() < 2:
        run_to_the_end(studio)
    studio.get_by_test_id("run").first.click()
    comparison = studio.get_by_test_id("comparison")
    expect(comparison).to_contain_text("Every case ended as before.")
    comparison.get_by_text("All metrics").click()
    expect(comparison.get_by_role("table").first).to_contain_text("No change")
    expect_accessible(studio)
    studio.get_by_test_id("against").focus()
    studio.get_by_test_id("against").select_option("nothing")
    expect(comparison).to_have_count(0)
    expect(studio.get_by_test_id("against")).to_be_focused()
    said = {}
    for form in ("html", "json", "md", "xml"):
        with studio.expect_download() as download:
            studio.get_by_test_id(f"download-{form}").click()
        said[form] = download.value.path().read_text("utf-8")
        assert download.value.suggested_filename.endswith(f".{form}")
    report = json.loads(said["json"])
    assert len(report["halves"]["held_back"]["cases"]) == CASES_PER_HALF
    assert said["md"].startswith("# Eval report")
    assert "<testsuite" in said["xml"]
    page = download.value.path().with_name("report.html")
    page.write_text(said["html"], "utf-8")
    for look in ({"color_scheme": "light"}, {"color_scheme": "dark", **PHONE}):
        opened = visits.open(page.as_uri(), java_script_enabled=False, **look)
        expect(opened.get_by_role("heading", name="Metrics", exact=True)).to_be_visible()
        expect(opened.get_by_role("img").first).to_be_visible()
    shown = visits.open(page.as_uri(), **PHONE)
    expect_no_sideways_scroll(shown)


def test_a_run_is_cancelled(service: Served, visits: Visits) -> None:
    cases = service.knowledge / "cases" / "held_back.jsonl"
    kept = cases.read_text("utf-8")
    one = json.loads(kept.splitlines()[0])
    studio = open_studio(service, visits)
    try:
        many = (json.dumps(one | {"id": f"many-{n}"}) for n in range(2_000))  # too many to be done before the click
        cases.write_text("\n".join(many), "utf-8")
        studio.get_by_test_id("run-eval").click()
        studio.get_by_test_id("cancel-eval").click()
        expect(studio.get_by_test_id("run").first).to_contain_text("Cancelled", timeout=RUN_MS)
    finally:
        cases.write_text(kept, "utf-8")
    expect(studio.get_by_text("This evaluation was cancelled.")).to_be_visible()
    expect(studio.get_by_test_id("run-eval")).to_be_enabled()


def test_a_run_that_failed_says_why(service: Served, visits: Visits) -> None:
    cases = service.knowledge / "cases" / "held_back.jsonl"
    kept = cases.read_text("utf-8")
    studio = open_studio(service, visits)
    try:
        cases.write_text("no JSON\n", "utf-8")
        studio.get_by_test_id("run-eval").click()
        expect(studio.get_by_text("held_back.jsonl, line 1 is not JSON")).to_be_visible()
    finally:
        cases.write_text(kept, "utf-8")
    expect_accessible(studio)


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
