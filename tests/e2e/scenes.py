"""Every page and state that people see, by name: what is checked for accessibility and what is pictured.

A walk brings a page into one state after another and yields a Scene for each; the page rests while it is looked at.
A new state belongs into the walk that passes it, a new page into a walk of its own and into WALKS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, Page, expect
from served import Served
from visits import PHONE, Chat, HumanAgent, Visits, sign_in

RUN_MS = 150_000
BROKEN = "I want a refund, my new boots arrived broken"
STAGES = "".join(
    f'event: stage\ndata: {{"message_id": "m", "stage": "{stage}"}}\n\n' for stage in ("understanding", "searching")
)


@dataclass(frozen=True)
class View:
    """How a scene is looked at."""

    device: Literal["desktop", "phone"]
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.device}-{self.scheme}"


@dataclass(frozen=True)
class Scene:
    """A page in a state worth looking at: `name` names its pictures, `shows` says what is on them."""

    name: str
    shows: str
    page: Page
    top: Locator | None = None  # what stands at the upper edge, on a page that is scrolled

    def views(self) -> Iterator[View]:
        """Bring the page into one view after another, without motion; it ends as the walk left it."""
        for view in (*VIEWS, None):
            shown = view or VIEWS[0]
            self.page.emulate_media(color_scheme=shown.scheme, reduced_motion="reduce")
            self.page.set_viewport_size(SIZES[shown.device])
            if self.top:
                self.top.evaluate("node => node.scrollIntoView({block: 'start'})")
            self.page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            if view:
                yield view


SIZES = {"desktop": {"width": 1280, "height": 860}, "phone": PHONE["viewport"]}
VIEWS = [View("desktop", "light"), View("desktop", "dark"), View("phone", "light"), View("phone", "dark")]


def shop(service: Served, visits: Visits) -> Iterator[Scene]:
    page = visits.open(service.url)
    expect(page.get_by_test_id("launcher")).to_be_visible()
    yield Scene("shop", "The demo shop with the closed chat", page)


def chat(service: Served, visits: Visits) -> Iterator[Scene]:
    """One conversation from the greeting to its end."""
    chat = Chat(visits.open(service.url)).open()
    page = chat.page
    yield Scene("chat-greeting", "The greeting says that an AI answers", page)

    reply = chat.ask("How much is shipping to the UK?")
    reply.get_by_test_id("sources").locator("summary").click()
    yield Scene("chat-reply", "A reply with the words it rests on", page)

    reply.get_by_role("button", name="Not helpful").click()
    expect(reply.get_by_role("textbox")).to_be_visible()
    yield Scene("chat-feedback", "What was missing? An optional word after “not helpful”", page)
    reply.get_by_role("button", name="Send", exact=True).click()

    chat.ask("Where is my order?")
    expect(chat.order_form).to_be_visible()
    yield Scene("chat-order-form", "Who is asking? The order form", page)

    visits.expect_error(r"status of 403 .*/identity")
    chat.identify("FH-10547", "somebody.else@example.com")
    expect(chat.order_form.get_by_role("alert")).not_to_be_empty()
    yield Scene("chat-order-refused", "Number and e-mail that do not belong together", page)

    before = chat.replies.count()
    chat.identify("FH-10547", "fionn.daly@example.com")
    expect(chat.replies).to_have_count(before + 1)
    yield Scene("chat-order", "The order, as the shop system tells it", page)

    chat.ask(BROKEN)
    expect(chat.note).to_contain_text("person")
    yield Scene("chat-waiting", "Handed to a person: what happens next", page)

    with HumanAgent.signed_in(service.url, service.passwords["agent"]) as agent:
        page.get_by_role("button", name="Close chat").click()
        agent.reply(chat.conversation_id, "I am sorry that it broke. A **new pair** leaves today.")
        expect(page.locator(".badge")).to_have_text("1")
        yield Scene("chat-unread", "A reply has come while the chat was closed", page)

        page.get_by_test_id("launcher").click()
        expect(chat.of_the_team).to_be_visible()
        yield Scene("chat-human", "A person has taken over", page)

        agent.resolve(chat.conversation_id)
        expect(chat.note).to_contain_text("closed")
        yield Scene("chat-resolved", "The conversation is closed", page)


def chat_in_trouble(service: Served, visits: Visits) -> Iterator[Scene]:
    """The chat at work, and without a connection."""
    visits.expect_error("net::ERR_")
    chat = Chat(visits.open(service.url)).open()
    page = chat.page
    stages = {"status": 200, "content_type": "text/event-stream", "body": STAGES}
    page.route("**/events*", lambda route: route.fulfill(**stages))  # so that the work never ends while it is looked at
    page.reload()
    chat.say("What waterproof rating do I need for heavy rain?")
    expect(page.locator(".stage")).to_contain_text("Searching")
    yield Scene("chat-working", "What the assistant is doing", page)
    page.unroute_all(behavior="ignoreErrors")
    expect(chat.replies).to_have_count(2)

    page.context.set_offline(True)
    chat.say("And for snow?")
    expect(chat.questions.last).to_contain_text("Not sent yet")
    expect(page.locator(".notice")).to_be_visible()
    yield Scene("chat-offline", "No connection: the message is kept and sent later", page)
    page.context.set_offline(False)
    expect(page.locator(".notice")).to_be_hidden()

    visits.expect_error(r"status of 413 .*/messages")
    chat = Chat(visits.open(service.url)).open()
    chat.say("Is this one waterproof? " * 200)
    expect(chat.questions).to_contain_text("too long")
    expect(chat.composer).not_to_have_value("")
    yield Scene("chat-refused", "A message that is too long comes back to be shortened", chat.page)


def article(service: Served, visits: Visits) -> Iterator[Scene]:
    chat = Chat(visits.open(service.url)).open()
    sources = chat.ask("How much is shipping to the UK?").get_by_test_id("sources")
    sources.locator("summary").click()
    with chat.page.expect_popup() as opened:
        sources.get_by_role("link").first.click()
    page = visits.watch(opened.value)
    expect(page.locator("mark").first).to_be_in_viewport()
    yield Scene("article", "A source, opened at the quoted words", page)


def api(service: Served, visits: Visits) -> Iterator[Scene]:
    page = visits.open(f"{service.url}/docs")
    expect(page.get_by_role("heading", name="conversations")).to_be_visible()
    yield Scene("api", "The API's own page", page)


def inbox(service: Served, visits: Visits) -> Iterator[Scene]:
    chat = Chat(visits.open(service.url)).open()
    chat.ask("Where is my order?")
    chat.identify("FH-10547", "fionn.daly@example.com")
    expect(chat.replies.last).to_contain_text("order FH-10547 left us on")
    chat.ask(BROKEN)
    page = visits.open(f"{service.url}/inbox")
    expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    yield Scene("sign-in", "Signing in", page)

    sign_in(page, "agent", service.passwords["agent"])
    ticket = page.get_by_test_id("ticket").filter(has_text=BROKEN).first
    expect(ticket).to_be_visible()
    yield Scene("inbox", "The inbox: what needs a person", page)

    ticket.click()
    expect(page.get_by_test_id("suggestion")).to_be_visible()
    expect(page.get_by_test_id("orders")).to_contain_text("FH-10547")
    expect(page.get_by_test_id("macro")).to_be_visible()
    yield Scene("inbox-ticket", "A ticket: conversation, suggestion, order, and why it was not sent alone", page)
    yield Scene("inbox-evidence", "What the suggestion rests on", page, top=page.get_by_test_id("support"))

    with HumanAgent.signed_in(service.url, service.passwords["agent"]) as agent:
        agent.reply(chat.conversation_id, "I am sorry that they broke. A new pair leaves today.")
        agent.resolve(chat.conversation_id)
    page.goto(f"{service.url}/inbox")
    page.get_by_test_id("filter-status").select_option("resolved")
    expect(ticket).to_be_visible()
    yield Scene("inbox-resolved", "Tickets that are done", page)


def studio(service: Served, visits: Visits) -> Iterator[Scene]:
    page = visits.open(f"{service.url}/studio")
    sign_in(page, "owner", service.passwords["owner"])
    expect(page.get_by_test_id("run-eval")).to_be_enabled()
    yield Scene("studio", "The studio: the knowledge in force", page)

    page.get_by_test_id("run-eval").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    yield Scene("studio-running", "An evaluation is running", page)

    expect(page.get_by_test_id("report")).to_be_visible(timeout=RUN_MS)
    yield Scene("studio-report", "The report of an evaluation", page)
    metrics = page.get_by_role("heading", name="Metrics", exact=True)
    yield Scene("studio-metrics", "Metrics with their intervals", page, top=metrics)
    half = page.get_by_role("heading", name="Held-back half")
    yield Scene("studio-cases", "The cases of one half, and the worst of them", page, top=half)


WALKS: dict[str, Callable[[Served, Visits], Iterator[Scene]]] = {
    walk.__name__: walk for walk in (shop, chat, chat_in_trouble, article, inbox, studio, api)
}
