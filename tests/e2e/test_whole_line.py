"""From the demo shop to the inbox and back, in a real browser on the real service."""

import re

import pytest
from playwright.sync_api import Page, Request, expect
from served import Served
from visits import Chat, Visits, sign_in

pytestmark = pytest.mark.e2e

SHIPPING = "How much is shipping to the UK?"
WHERE = "Where is my order?"
REFUND = "I want a refund, this arrived broken"
REPLY = "I am sorry. A new pair leaves today, and the label for the broken one is in your e-mail."


def test_from_the_first_question_to_the_reply_of_a_person(service: Served, visits: Visits) -> None:
    chat = Chat(visits.open(service.url)).open()
    expect(chat.replies.first).to_contain_text("an AI assistant answers")
    shipping_is_answered_with_its_source(chat)
    order_is_shown_to_whoever_knows_it(chat, visits)
    chat.ask(REFUND)
    expect(chat.note).to_contain_text("A person is taking over")

    inbox = visits.open(f"{service.url}/inbox")
    sign_in(inbox, "agent", service.passwords["agent"])
    ticket_shows_what_a_person_needs(inbox)
    suggestion_is_sent_only_with_a_reason(inbox)
    expect(chat.of_the_team).to_contain_text(REPLY)
    expect(chat.of_the_team).to_contain_text("Our team")
    later_replies_carry_no_verdict(inbox)
    expect(chat.of_the_team).to_have_count(2)

    inbox.get_by_test_id("resolve").click()
    expect(inbox.get_by_test_id("ticket-status")).to_have_text("Resolved")
    expect(chat.note).to_contain_text("This conversation is closed")


def shipping_is_answered_with_its_source(chat: Chat) -> None:
    reply = chat.ask(SHIPPING)
    expect(reply).to_contain_text("£5.50")
    sources = reply.get_by_test_id("sources")
    sources.locator("summary").click()
    expect(sources.get_by_role("link").first).to_contain_text("Delivery options, times and costs in the UK")
    expect(sources.locator("blockquote").first).to_contain_text("£5.50")
    titles = sources.locator(".source-title").all_inner_texts()
    assert len(titles) == len(set(titles)), "an article stands twice among the sources"


def order_is_shown_to_whoever_knows_it(chat: Chat, visits: Visits) -> None:
    chat.ask(WHERE)
    expect(chat.order_form).to_be_visible()
    visits.expect_error(r"status of 403 .*/identity")
    chat.identify("FH-10547", "somebody.else@example.com")
    expect(chat.order_form.get_by_role("alert")).to_contain_text("check both and try again")
    before = chat.replies.count()
    chat.identify("FH-10547", "fionn.daly@example.com")
    expect(chat.replies).to_have_count(before + 1)
    expect(chat.replies.last).to_contain_text("order FH-10547 left us on")
    expect(chat.order_form).to_have_count(0)
    sources = chat.replies.last.get_by_test_id("sources")
    sources.locator("summary").click()
    expect(sources).to_contain_text("Our order system")


def ticket_shows_what_a_person_needs(inbox: Page) -> None:
    inbox.get_by_test_id("ticket").filter(has_text=REFUND).click()
    history = inbox.get_by_role("log", name="Conversation")
    expect(history).to_contain_text(SHIPPING)
    expect(history).to_contain_text(REFUND)
    expect(inbox.get_by_test_id("orders")).to_contain_text("FH-10547")
    expect(inbox.get_by_test_id("support").locator("li").first).to_contain_text("Carried")
    expect(inbox.get_by_text("Why this was not sent alone").locator("..")).to_contain_text(
        "keeps messages like this for people"
    )
    expect(inbox.get_by_test_id("suggestion")).not_to_have_value("")


def suggestion_is_sent_only_with_a_reason(inbox: Page) -> None:
    inbox.get_by_test_id("claim").click()
    expect(inbox.get_by_test_id("ticket-status")).to_have_text("Claimed by agent")
    inbox.get_by_test_id("suggestion").fill(REPLY)
    inbox.get_by_test_id("send-reply").click()
    expect(inbox.get_by_text("Say why you changed the suggestion")).to_be_visible()
    inbox.get_by_test_id("verdict").select_option("incomplete")
    with inbox.expect_request(re.compile("/replies$")) as sent:
        inbox.get_by_test_id("send-reply").click()
    assert told(sent.value) == {"text": REPLY, "verdict": "incomplete"}


def later_replies_carry_no_verdict(inbox: Page) -> None:
    expect(inbox.get_by_test_id("suggestion")).to_have_value("")
    inbox.get_by_test_id("suggestion").fill("It arrives on Friday.")
    expect(inbox.get_by_test_id("verdict")).to_be_hidden()
    with inbox.expect_request(re.compile("/replies$")) as sent:
        inbox.get_by_test_id("send-reply").click()
    assert told(sent.value) == {"text": "It arrives on Friday."}


def told(request: Request) -> dict[str, str]:
    """What a page sent, but for the message's id."""
    body: dict[str, str] = dict(request.post_data_json)
    assert body.pop("id")
    return body
