"""The chat under stress: reloads, lost connections, a dead service, hostile text, small screens, other sites."""

import pytest
from playwright.sync_api import expect
from served import OtherSite, Served
from visits import PHONE, Chat, Visits, expect_no_sideways_scroll, sign_in

pytestmark = pytest.mark.e2e

QUESTION = "What waterproof rating do I need for heavy rain?"
HOSTILE = "<img src=x onerror=alert(1)> **bold** [click](https://example.com) [run](javascript:alert(1))"


def test_a_reload_in_the_middle_keeps_the_conversation(service: Served, visits: Visits) -> None:
    chat = Chat(visits.open(service.url)).open()
    chat.say(QUESTION)
    chat.page.reload()
    expect(chat.replies).to_have_count(2)
    expect(chat.questions).to_have_count(1)
    expect(chat.questions).to_contain_text(QUESTION)
    chat.ask("How do I wash a down sleeping bag?")
    expect(chat.questions).to_have_count(2)


def test_a_message_written_offline_is_kept_and_sent_again(service: Served, visits: Visits) -> None:
    visits.expect_error("net::ERR_")
    chat = Chat(visits.open(service.url)).open()
    chat.page.context.set_offline(True)
    chat.say(QUESTION)
    expect(chat.questions).to_contain_text("Not sent yet")
    chat.page.context.set_offline(False)
    expect(chat.replies).to_have_count(2)
    expect(chat.questions).to_have_count(1)
    expect(chat.questions).not_to_contain_text("Not sent yet")


def test_a_message_written_while_the_service_is_dead_is_answered_once_it_lives(service: Served, visits: Visits) -> None:
    visits.expect_error("net::ERR_")
    chat = Chat(visits.open(service.url)).open()
    service.kill()
    chat.say(QUESTION)
    expect(chat.questions).to_contain_text("Not sent yet")
    service.start_again()
    expect(chat.replies).to_have_count(2, timeout=60_000)
    chat.page.reload()
    expect(chat.questions).to_have_count(1)
    expect(chat.replies).to_have_count(2)


def test_hostile_text_stays_text(service: Served, visits: Visits) -> None:
    chat = Chat(visits.open(service.url)).open()
    chat.ask(f"I want to talk to a human {HOSTILE}")
    expect(chat.questions).to_contain_text(HOSTILE)
    expect(chat.questions.locator("img, a, strong")).to_have_count(0)

    inbox = visits.open(f"{service.url}/inbox")
    sign_in(inbox, "agent", service.passwords["agent"])
    inbox.get_by_test_id("ticket").filter(has_text="<img").click()
    said = inbox.locator(".said.customer")
    expect(said).to_contain_text(HOSTILE)
    expect(said.locator("img, a, strong")).to_have_count(0)

    inbox.get_by_test_id("suggestion").fill(HOSTILE)
    if inbox.get_by_test_id("verdict").is_visible():
        inbox.get_by_test_id("verdict").select_option("other")
    inbox.get_by_test_id("send-reply").click()
    expect(chat.of_the_team).to_contain_text("<img src=x onerror=alert(1)>")
    expect(chat.of_the_team.locator("img")).to_have_count(0)
    expect(chat.of_the_team.get_by_role("link")).to_have_count(1)  # the one whose address is https
    expect(chat.of_the_team.get_by_role("link")).to_have_attribute("href", "https://example.com/")


def test_the_chat_fits_a_phone(service: Served, visits: Visits) -> None:
    page = visits.open(service.url, **PHONE)
    expect_no_sideways_scroll(page)
    chat = Chat(page).open()
    reply = chat.ask(QUESTION)
    expect(reply.locator("table")).to_be_visible()
    reply.get_by_test_id("sources").locator("summary").click()
    expect(chat.composer).to_be_in_viewport()
    assert reply.evaluate("node => node.parentElement.parentElement.scrollWidth <= innerWidth")
    expect_no_sideways_scroll(page)
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_site_that_is_allowed_embeds_the_chat(service: Served, allowed_site: OtherSite, visits: Visits) -> None:
    chat = Chat(visits.open(allowed_site.url)).open()
    expect(chat.ask(QUESTION)).to_contain_text("20,000 mm")


def test_a_site_that_is_not_allowed_is_refused(service: Served, strange_site: OtherSite, visits: Visits) -> None:
    visits.expect_error("CORS policy|net::ERR_FAILED")
    page = visits.open(strange_site.url)
    refused = page.evaluate(
        "url => fetch(url, {method: 'POST', body: '{}'}).then(() => 'answered', () => 'refused')",
        f"{service.url}/v1/conversations",
    )
    assert refused == "refused"
    expect(page.get_by_test_id("launcher")).to_have_count(0)
