"""One address in all its spellings, and no other."""

import json

import pytest

from assistant.privacy.email_address import EmailAddress


@pytest.mark.parametrize(
    "text",
    [
        "anna.keller@example.com",
        "Write to ANNA.Keller@Example.COM.",
        "<anna.keller@example.com>,",
        "mailto:anna.keller@example.com",
        "anna.keller＠example.com",
        "ａｎｎａ.keller@example.com",
        "anna.keller (at) example (dot) com",
        "anna.keller@example.com\n",
        "My address is...anna.keller@example.com",
        "-anna.keller@example.com",
        "anna.keller@example.com- hi",
        "_anna.keller@example.com_ or __anna.keller@example.com__",
        "anna.keller @ example.com",
        "anna.keller@example.com.My parcel",
        "anna.keller@example.com.I want",
    ],
)
def test_every_spelling_is_the_address(text: str) -> None:
    assert EmailAddress("Anna.Keller@example.com ").is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "joanna.keller@example.com",
        "x-anna.keller@example.com",
        "x_anna.keller@example.com",
        "x+anna.keller@example.com",
        "jo.anna.keller@example.com",
        "anna.keller@example.com.au",
        "ANNA.KELLER@EXAMPLE.COM.AU",
        "anna.keller@example.com-x.example",
        "anna.keller",
        "@",
        "",
    ],
)
def test_another_address_is_another(text: str) -> None:
    assert not EmailAddress("anna.keller@example.com").is_in(text)


@pytest.mark.parametrize("written", ["jörg@müller.example", "JÖRG@MÜLLER.example", "jo\u0308rg@xn--mller-kva.example"])
def test_letters_of_all_alphabets(written: str) -> None:
    address = EmailAddress(written)
    for text in ("jörg@müller.example", "JO\u0308RG@xn--mller-kva.example"):
        assert address.is_in(text)


@pytest.mark.parametrize("written", ["", "anna", "@example.com", "anna@", "an na@example.com", "<anna@example.com>"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no e-mail address"):
        EmailAddress(written)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_is_replaced_in_files_also_where_json_escapes_it(ascii_only: bool) -> None:
    said = {"text": "first\njörg@müller.example, second\tJörg@Müller.Example", "other": "björg@müller.example"}
    text, count = EmailAddress("jörg@müller.example").replaced_in(json.dumps(said, ensure_ascii=ascii_only), "[erased]")
    assert count == 2
    assert json.loads(text) == {"text": "first\n[erased], second\t[erased]", "other": "björg@müller.example"}


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("o'brien@example.ie", "<p>o&#x27;brien@example.ie</p>"),
        ("o'brien@example.ie", "<p>O&#39;Brien@example.ie</p>"),
        ("r&d@example.ie", "<p>r&amp;d@example.ie</p>"),
        ("strasse@example.ch", "Write to straße@example.ch."),
        ("straße@example.ch", "Write to STRASSE@example.ch."),
        ("straße@example.ch", r'{"text": "Write to\nstra\u00dfe@example.ch"}'),
        ("jörg@example.ch", r'{"text": "J\u00d6RG@example.ch"}'),
        ("anna@example.ch", r'{"text": "is\u2026anna@example.ch"}'),
        ("anna@example.ch", "is...anna @ example.ch.My parcel"),
    ],
)
def test_it_is_found_in_files_as_their_format_writes_it(written: str, content: str) -> None:
    address = EmailAddress(written)
    assert address.stands_in(content.encode())
    text, count = address.replaced_in(content, "[erased]")
    assert (count, address.stands_in(text.encode())) == (1, False)


@pytest.mark.parametrize("written", ["a@b.ie", "jörg@müller.example", "anna.keller@example.com"])
def test_blotting_keeps_the_length(written: str) -> None:
    content = f"first {written}, then\n{written}"
    text, count = EmailAddress(written).blotted_in(content, "[erased]")
    assert (count, len(text.encode())) == (2, len(content.encode()))
    assert written not in text


def test_a_database_has_nothing_between_two_columns() -> None:
    assert EmailAddress("anna@example.ch").stands_in(b"SQLite format 3\0 Anna Kelleranna@example.ch")
