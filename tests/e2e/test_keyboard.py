"""The whole way of a customer by keyboard alone: no pointer, and the focus is always where it is expected."""

import pytest
from playwright.sync_api import Page, expect
from served import Served
from visits import Chat, Visits, tab_to

pytestmark = pytest.mark.e2e

SHIPPING = "How much is shipping to the UK?"
WHERE = "Where is my order?"


def test_a_customer_needs_no_mouse(service: Served, visits: Visits) -> None:
    page = visits.open(service.url)
    chat = Chat(page)
    tab_to(page, "launcher")
    page.keyboard.press("Enter")
    expect(chat.composer).to_be_focused()
    expect(chat.replies).to_have_count(1)

    say(page, SHIPPING)
    expect(chat.replies).to_have_count(2)
    source_opens_at_the_quoted_words(page, chat, visits)
    reply_is_rated_with_a_word(page, chat)
    order_is_found_at_the_second_try(page, chat, visits)
    person_is_asked_for(page, chat)

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_test_id("launcher")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.composer).to_be_focused()
    expect(chat.note).to_contain_text("A person is taking over")


def say(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def source_opens_at_the_quoted_words(page: Page, chat: Chat, visits: Visits) -> None:
    tab_to(page, "sources", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(chat.replies.last.locator("blockquote").first).to_be_visible()
    page.keyboard.press("Tab")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    article = visits.watch(opened.value)
    expect(article.locator("mark").first).to_be_in_viewport()
    expect(article.locator("mark").first).to_contain_text("£5.50")
    article.close()


def reply_is_rated_with_a_word(page: Page, chat: Chat) -> None:
    tab_to(page, "not-helpful")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rating-comment")).to_be_focused()
    page.keyboard.type("Does it come on Saturdays?")
    page.keyboard.press("Tab")
    with page.expect_request("**/feedback") as sent:
        page.keyboard.press("Enter")
    assert sent.value.post_data_json["comment"] == "Does it come on Saturdays?"
    expect(chat.replies.last).to_contain_text("Thanks for telling us")


def order_is_found_at_the_second_try(page: Page, chat: Chat, visits: Visits) -> None:
    tab_to(page, "composer")
    say(page, WHERE)
    expect(chat.order_form).to_be_visible()
    tab_to(page, "order-number", "Shift+Tab")
    say(page, "FH-10547")
    expect(chat.order_form.get_by_role("alert")).to_contain_text("e-mail address")
    expect(page.get_by_test_id("order-email")).to_be_focused()
    visits.expect_error(r"status of 403 .*/identity")
    say(page, "somebody.else@example.com")
    expect(chat.order_form.get_by_role("alert")).to_contain_text("check both and try again")
    expect(page.get_by_test_id("order-number")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+A")
    say(page, "fionn.daly@example.com")
    expect(chat.replies.last).to_contain_text("order FH-10547 left us on")


def person_is_asked_for(page: Page, chat: Chat) -> None:
    expect(chat.composer).to_be_focused()
    say(page, "I want to talk to a human")
    expect(chat.note).to_contain_text("A person is taking over")
    expect(chat.note).to_contain_text("keep this tab open")
