"""Those who open the pages: customers in the chat, human agents and owners; every browser error fails their test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}


class Visits:
    """Opens pages, each in a fresh context, and notes what their consoles complain about (CSP violations too)."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self._complaints: list[str] = []
        self._expected: list[str] = []

    def open(self, url: str, **context: Any) -> Page:
        opened = self._browser.new_context(**(DESKTOP | context))
        self._contexts.append(opened)
        page = self.watch(opened.new_page())
        page.goto(url)
        return page

    def watch(self, page: Page) -> Page:
        """Note what this page complains about too, such as one that a link has opened."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("dialog", self._refuse)
        return page

    def expect_error(self, pattern: str) -> None:
        """An error that belongs to what the test does."""
        self._expected.append(pattern)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        known = re.compile("|".join(self._expected) or "(?!)")
        unknown = [complaint for complaint in self._complaints if not known.search(complaint)]
        assert not unknown, unknown

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(f"{message.text} ({message.location.get('url')})")

    def _refuse(self, dialog: Any) -> None:
        self._complaints.append(f"the page opened a dialog: {dialog.message}")
        dialog.dismiss()


class Chat:
    """The widget on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.replies = page.get_by_test_id("message-assistant")
        self.questions = page.get_by_test_id("message-customer")
        self.of_the_team = page.get_by_test_id("message-human")
        self.composer = page.get_by_test_id("composer")
        self.order_form = page.get_by_test_id("order-form")
        self.note = page.get_by_test_id("handoff-note")

    @property
    def conversation_id(self) -> str:
        """The id of the conversation that this tab is in."""
        held = self.page.evaluate("Object.values(sessionStorage).map(JSON.parse).find(kept => kept.id).id")
        return str(held)

    def open(self) -> Chat:
        """Open the panel and wait for the greeting."""
        self.page.get_by_test_id("launcher").click()
        expect(self.replies).to_have_count(1)
        return self

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.page.get_by_test_id("send").click()

    def ask(self, text: str) -> Locator:
        """Say something; the assistant's next message."""
        before = self.replies.count()
        self.say(text)
        expect(self.replies).to_have_count(before + 1)
        return self.replies.nth(before)

    def identify(self, number: str, email: str) -> None:
        self.page.get_by_test_id("order-number").fill(number)
        self.page.get_by_test_id("order-email").fill(email)
        self.page.get_by_test_id("order-submit").click()


class HumanAgent:
    """Answers customers over the API, where a test is not about the inbox."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    @classmethod
    @contextmanager
    def signed_in(cls, url: str, password: str) -> Iterator[HumanAgent]:
        with httpx.Client(base_url=url, timeout=20) as http:
            answer = http.post("/v1/sign-in", json={"name": "agent", "password": password}).raise_for_status()
            http.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield cls(http)

    def reply(self, conversation_id: str, text: str) -> None:
        self._to_ticket(conversation_id, "replies", {"text": text, "verdict": "other"})

    def resolve(self, conversation_id: str) -> None:
        self._to_ticket(conversation_id, "resolve", {})

    def _to_ticket(self, conversation_id: str, action: str, body: dict[str, str]) -> None:
        tickets = self._http.get("/v1/inbox/tickets").raise_for_status().json()
        mine = next(ticket["id"] for ticket in tickets if ticket["conversation_id"] == conversation_id)
        self._http.post(f"/v1/inbox/tickets/{mine}/{action}", json=body).raise_for_status()


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill in the form of a page for the team."""
    page.get_by_test_id("sign-in-name").fill(name)
    page.get_by_test_id("sign-in-password").fill(password)
    page.get_by_test_id("sign-in-submit").click()


def expect_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def tab_to(page: Page, hook: str, key: str = "Tab") -> None:
    """Press Tab until the element with this data-testid has the focus; shadow roots are looked into."""
    focused = """() => {
      let found = document.activeElement;
      while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
      return found?.dataset.testid ?? found?.parentElement?.dataset.testid ?? null;
    }"""
    passed = []
    for _ in range(60):
        page.keyboard.press(key)
        passed.append(page.evaluate(focused))
        if passed[-1] == hook:
            return
    raise AssertionError(f"{key} never came to {hook}; it came by {list(dict.fromkeys(passed))}")
