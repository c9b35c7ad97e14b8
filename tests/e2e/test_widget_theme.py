"""A shop dresses the chat in its own colours and words, and it stays readable."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from served import Served
from test_accessibility import serious
from visits import Chat, Visits

pytestmark = pytest.mark.e2e

DRESS = """([attributes, properties]) => {
  const chat = document.querySelector('handrail-chat').cloneNode();
  for (const [name, value] of Object.entries(attributes)) chat.setAttribute(name, value);
  for (const [name, value] of Object.entries(properties)) chat.style.setProperty(name, value);
  document.querySelector('handrail-chat').replaceWith(chat);
}"""


def dressed(service: Served, visits: Visits, attributes: dict[str, str], **properties: str) -> Page:
    page = visits.open(service.url)
    expect(page.get_by_test_id("launcher")).to_be_visible()
    page.evaluate(DRESS, [attributes, {f"--handrail-{name.replace('_', '-')}": v for name, v in properties.items()}])
    return page


def colour(part: Locator, name: str) -> str:
    return str(part.evaluate("(node, name) => getComputedStyle(node)[name]", name))


@pytest.mark.parametrize(
    ("accent", "wished", "ink"),
    [
        ("#ffe14d", "#ffffff", "rgb(12, 18, 15)"),  # white on yellow cannot be read
        ("oklch(35% 0.15 300)", "", "rgb(255, 255, 255)"),
        ("#0a3d91", "#ffe14d", "rgb(255, 225, 77)"),  # enough contrast: as the shop wishes
        ("no colour", "", "rgb(255, 255, 255)"),  # then it is our own
    ],
)
def test_text_on_any_accent_can_be_read(accent: str, wished: str, ink: str, service: Served, visits: Visits) -> None:
    page = dressed(service, visits, {}, accent=accent, accent_ink=wished)
    chat = Chat(page).open()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not serious(page)
    page.emulate_media(color_scheme="light")
    assert colour(page.get_by_test_id("send"), "color") == ink
    expect(chat.composer).to_be_focused()


def test_place_shape_and_words_are_the_shops(service: Served, visits: Visits) -> None:
    names = {"position": "left", "title": "Ask Fellhollow", "launcher-label": "Help", "scheme": "dark"}
    page = dressed(service, visits, names, radius="0px", side="48px")
    launcher = page.get_by_test_id("launcher")
    expect(launcher).to_have_accessible_name("Help")
    box = launcher.bounding_box()
    assert box and box["x"] == 48
    Chat(page).open()
    panel = page.get_by_role("dialog", name="Ask Fellhollow")
    expect(panel).to_have_css("border-radius", "0px")
    expect(panel).to_have_css("background-color", "rgb(26, 33, 30)")
    box = panel.bounding_box()
    assert box and box["x"] == 48


def test_an_unread_reply_is_told_on_the_launcher_and_in_the_title(service: Served, visits: Visits) -> None:
    page = visits.open(service.url)
    title = page.title()
    chat = Chat(page).open()
    chat.say("What waterproof rating do I need for heavy rain?")
    page.get_by_role("button", name="Close chat").click()
    launcher = page.get_by_test_id("launcher")
    expect(launcher).to_have_accessible_name("Chat with us, 1 new message")
    expect(page).to_have_title(re.compile(rf"^\(1\) {re.escape(title)}$"))
    launcher.click()
    expect(chat.replies.last).to_be_in_viewport()
    expect(launcher).to_have_accessible_name("Chat with us")
    expect(page).to_have_title(title)
