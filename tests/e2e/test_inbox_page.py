"""The inbox in a real browser: reading, answering, rejecting, changing hands, and an answer that is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4
from weakref import finalize

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, StorageState, expect
from served import Served
from visits import PHONE, Visits, expect_no_sideways_scroll, sign_in, tab_to

pytestmark = pytest.mark.e2e

Inbox = Callable[..., Page]

IN_TRANSIT = {"order_number": "FH-10547", "email": "fionn.daly@example.com"}
REFUND = "I want a refund, the left boot of pair %s is torn"
WORDS = "I am sorry. A new pair leaves today."


class Customer:
    """A conversation that waits for a person, opened over HTTP."""

    def __init__(self, service: Served, text: str = REFUND, order: dict[str, str] | None = None) -> None:
        self.text = text % uuid4().hex[:6] if "%s" in text else text
        self.http = httpx.Client(base_url=service.url, timeout=20)
        finalize(self, self.http.close)
        opened = self.http.post("/v1/conversations", json={}).json()
        self.path = f"/v1/conversations/{opened['conversation_id']}"
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"
        if order:
            self.http.post(f"{self.path}/identity", json=order).raise_for_status()
        self.say(self.text)
        with self.http.stream("GET", f"{self.path}/events") as stream:
            next(line for line in stream.iter_lines() if "waiting_for_human" in line)

    def say(self, text: str) -> None:
        self.http.post(f"{self.path}/messages", json={"text": text}).raise_for_status()

    def heard(self) -> list[str]:
        """What human agents have written."""
        messages = self.http.get(self.path).json()["messages"]
        return [message["text"] for message in messages if message["author"] == "human_agent"]


@cache
def signed_in(browser: Browser, url: str, name: str, password: str) -> StorageState:
    """The cookies of somebody who has signed in, once for all tests: signing in is limited to so often a minute."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/inbox")
    sign_in(page, name, password)
    expect(page.get_by_test_id("sign-out")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def inbox(service: Served, visits: Visits, browser: Browser) -> Inbox:
    """Open the inbox as somebody, in a context with these settings."""

    def open_inbox(name: str = "agent", **context: Any) -> Page:
        state = signed_in(browser, service.url, name, service.passwords[name])
        page = visits.open(f"{service.url}/inbox", storage_state=state, **context)
        expect(page.get_by_test_id("ticket").first).to_be_visible()
        return page

    return open_inbox


def opened(page: Page, customer: Customer) -> Page:
    page.get_by_test_id("ticket").filter(has_text=customer.text).click()
    expect(page.get_by_test_id("ticket-title")).to_contain_text(customer.text)
    return page


def verdict_on(page: Page) -> dict[str, Any]:
    ticket = urljoin(page.url, f"/v1/inbox/tickets/{page.url.rpartition('#')[2]}")
    verdict: dict[str, Any] = page.request.get(ticket).json()["verdict"]
    return verdict


def no_serious_fault(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not [
        (fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")
    ]


def test_a_ticket_is_worked_without_a_mouse(service: Served, visits: Visits) -> None:
    customer = Customer(service, order=IN_TRANSIT)
    page = visits.open(f"{service.url}/inbox")
    expect(page.get_by_test_id("sign-in-name")).to_be_focused()
    page.keyboard.type("agent")
    page.keyboard.press("Tab")
    page.keyboard.type(service.passwords["agent"])
    page.keyboard.press("Enter")
    row = page.get_by_test_id("ticket").filter(has_text=customer.text)
    expect(row).to_be_visible()
    tab_to(page, "ticket")
    page.keyboard.press("Home")
    for _ in range(page.get_by_test_id("ticket").count()):
        if row.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("j")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ticket-title")).to_be_focused()

    tab_to(page, "claim")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ticket-status")).to_have_text("Claimed by agent")
    editor = page.get_by_test_id("suggestion")
    expect(editor).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(WORDS)
    tab_to(page, "verdict")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log", name="Conversation")).to_contain_text(WORDS)
    expect(editor).to_have_value("")
    assert customer.heard() == [WORDS]
    verdict = verdict_on(page)
    assert (verdict["reason"], verdict["human_agent"]) == ("incomplete", "agent")

    tab_to(page, "resolve", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ticket-status")).to_have_text("Resolved")
    expect(page.get_by_test_id("next")).to_be_focused()


def test_the_list_keeps_its_filters_and_leaves_the_focus_alone(service: Served, inbox: Inbox) -> None:
    customer = Customer(service, "My lawyer will write to you about pair %s")
    Customer(service)
    page = inbox()
    headings = page.locator(".group .tag").all_inner_texts()
    assert headings == [name for name in ("Urgent", "High", "Normal", "Low") if name in headings]
    assert headings[:2] == ["Urgent", "High"]
    page.get_by_test_id("filter-kind").select_option("legal")
    page.get_by_test_id("filter-status").select_option("open")
    page.reload()
    row = page.get_by_test_id("ticket").filter(has_text=customer.text)
    expect(row).to_be_visible()
    expect(page.get_by_test_id("filter-kind")).to_have_value("legal")
    expect(page.get_by_test_id("filter-status")).to_have_value("open")
    assert set(page.locator(".ticket strong").all_inner_texts()) == {"Legal"}

    row.focus()
    newcomer = Customer(service, "My solicitor will write to you about pair %s")
    expect(page.get_by_test_id("news")).to_have_text("New ticket: Legal, urgent")
    expect(page.get_by_test_id("ticket").filter(has_text=newcomer.text)).to_contain_text("New")
    expect(row).to_be_focused()
    opened(page, newcomer)
    expect(page.get_by_test_id("ticket").filter(has_text=newcomer.text)).not_to_contain_text("New")


def test_order_and_reasons_are_told_in_words(service: Served, inbox: Inbox) -> None:
    customer = Customer(service, order=IN_TRANSIT)
    page = opened(inbox(timezone_id="America/New_York"), customer)
    order = page.get_by_test_id("orders")
    expect(order).to_contain_text("Order FH-10547")
    steps = order.locator(".timeline li")
    expect(steps.first).to_contain_text("Shipped")
    expect(steps.last).to_contain_text("Expected")
    for step in steps.all():
        date = step.locator("time")
        day = page.evaluate("iso => new Date(iso + 'T12:00').toLocaleDateString(undefined, {dateStyle: 'medium'})",
                            date.get_attribute("datetime"))  # fmt: skip
        expect(date).to_have_text(day)  # west of Greenwich too
    expect(order).not_to_contain_text("needs_human")
    expect(page.get_by_test_id("customer")).to_contain_text("order number and e-mail matched (FH-10547)")
    expect(page.get_by_test_id("why")).to_contain_text(
        "The rule “Money back demand” keeps messages like this for people."
    )
    assert (
        page.get_by_test_id("support").locator("li .tag").count()
        == page.get_by_test_id("support").locator("li").count()
    )

    page.get_by_test_id("support").evaluate("node => node.scrollIntoView()")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the page itself scrolls"

    page.get_by_test_id("suggestion").fill("What does the customer say next?")
    customer.say("It is still raining in.")
    expect(page.get_by_role("log", name="Conversation")).to_contain_text("It is still raining in.")
    expect(page.get_by_test_id("suggestion")).to_be_focused()


def test_weak_evidence_is_drawn_against_the_threshold(service: Served, inbox: Inbox) -> None:
    page = opened(inbox(), Customer(service, "Can you hem trousers to my inside leg?"))
    expect(page.get_by_role("img", name="Risk that the draft is wrong")).to_be_visible()
    expect(page.get_by_test_id("why")).to_contain_text(
        re.compile(r"Risk that the draft is wrong: \d+ %\. Sent alone up to \d+ %")
    )
    expect(page.get_by_test_id("why")).to_contain_text("On trial: no bound is claimed")
    sources = page.get_by_test_id("support").get_by_role("link")
    assert "/articles/" in (sources.first.get_attribute("href") or "")


def test_a_suggestion_is_rejected_and_a_macro_sent(service: Served, inbox: Inbox) -> None:
    customer = Customer(service, order=IN_TRANSIT)
    page = opened(inbox(), customer)
    page.get_by_test_id("reject").click()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_role("dialog")).to_be_visible()  # a reason is required
    page.get_by_test_id("fault-incorrect").check()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("ticket-status")).to_have_text("Claimed by agent")
    expect(page.get_by_test_id("suggestion")).to_have_value("")
    expect(page.get_by_role("log", name="Conversation")).to_contain_text("agent rejected the suggestion (incorrect)")
    assert customer.heard() == []

    page.get_by_test_id("macro").select_option("damaged-sorry")
    page.get_by_test_id("insert-macro").click()
    expect(page.get_by_test_id("suggestion")).to_have_value(re.compile("order FH-10547 arrived damaged"))
    page.get_by_test_id("send-reply").click()
    expect(page.get_by_test_id("reply-error")).to_contain_text("Fill in the customer name first")
    page.keyboard.type("Fionn")  # over the placeholder, which is selected
    page.get_by_test_id("send-reply").click()
    expect(page.get_by_role("log", name="Conversation")).to_contain_text("Hi Fionn,")
    (heard,) = customer.heard()
    assert heard.startswith("Hi Fionn,")
    verdict = verdict_on(page)
    assert (verdict["reason"], verdict["sent"]) == ("incorrect", "")


def test_a_ticket_is_taken_over_and_handed_back(service: Served, inbox: Inbox, visits: Visits) -> None:
    customer = Customer(service)
    agent, owner = (opened(inbox(name), customer) for name in ("agent", "owner"))
    visits.expect_error("status of 409")
    agent.get_by_test_id("suggestion").fill("I am looking into it.")
    hold_updates(agent)
    owner.get_by_test_id("claim").click()
    expect(owner.get_by_test_id("ticket-status")).to_have_text("Claimed by owner")
    agent.get_by_test_id("verdict").select_option("other")
    agent.unroute_all()
    agent.get_by_test_id("send-reply").click()
    expect(agent.get_by_test_id("ticket-status")).to_have_text("Claimed by owner")
    expect(agent.get_by_test_id("suggestion")).to_be_hidden()
    assert customer.heard() == []

    agent.get_by_test_id("take-over").click()
    expect(agent.get_by_role("dialog")).to_contain_text("Take this ticket over from owner?")
    agent.get_by_test_id("cancel").click()
    expect(agent.get_by_test_id("take-over")).to_be_focused()
    agent.get_by_test_id("take-over").click()
    agent.get_by_test_id("confirm").click()
    expect(agent.get_by_test_id("ticket-status")).to_have_text("Claimed by agent")
    expect(agent.get_by_test_id("suggestion")).to_have_value("I am looking into it.")
    expect(owner.get_by_role("log", name="Conversation")).to_contain_text("agent took the ticket over from owner")
    expect(owner.get_by_test_id("take-over")).to_be_visible()

    agent.get_by_test_id("hand-back").click()
    expect(agent.get_by_test_id("claim")).to_be_focused()
    expect(owner.get_by_test_id("ticket-status")).to_have_text("Open")
    agent.get_by_test_id("resolve").click()
    expect(agent.get_by_role("dialog")).to_contain_text("Resolve without sending?")
    agent.get_by_test_id("cancel").click()
    expect(agent.get_by_test_id("ticket-status")).to_have_text("Open")


def hold_updates(page: Page) -> None:
    """The page learns nothing new by itself."""
    page.route(re.compile(r"/v1/inbox/tickets(\?|$|/[^/]+$)"), lambda _: None)


def test_a_lost_answer_sends_once_and_loses_no_words(service: Served, inbox: Inbox, visits: Visits) -> None:
    customer = Customer(service)
    page = opened(inbox(), customer)
    visits.expect_error("net::ERR_FAILED")
    page.get_by_test_id("suggestion").fill(WORDS)
    page.reload()
    expect(page.get_by_test_id("suggestion")).to_have_value(WORDS)
    page.get_by_test_id("verdict").select_option("incomplete")
    sent: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        sent.append(route.request.post_data_json["id"])
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/replies", lose_the_first_answer)
    page.get_by_test_id("send-reply").click()
    expect(page.get_by_test_id("reply-note")).to_have_text("Sent.")
    expect(page.get_by_test_id("suggestion")).to_have_value("")
    assert customer.heard() == [WORDS]
    assert len(set(sent)) == 1
    page.reload()
    expect(page.get_by_test_id("ticket-title")).to_contain_text(customer.text)
    expect(page.get_by_test_id("suggestion")).to_have_value("")


@pytest.mark.parametrize("context", [{}, PHONE | {"color_scheme": "dark"}], ids=["desktop", "phone-dark"])
def test_the_inbox_is_accessible(service: Served, inbox: Inbox, context: dict[str, Any]) -> None:
    customer = Customer(service, order=IN_TRANSIT)
    page = inbox(**context)
    no_serious_fault(page)
    opened(page, customer)
    expect(page.get_by_test_id("orders")).to_be_visible()
    no_serious_fault(page)
    expect_no_sideways_scroll(page)
    page.get_by_test_id("reject").click()
    no_serious_fault(page)
    page.get_by_test_id("cancel").click()
    page.get_by_test_id("resolve").click()
    expect(page.get_by_test_id("next")).to_be_focused()
    no_serious_fault(page)
