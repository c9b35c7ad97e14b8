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
    ],
)
def test_every_spelling_is_the_address(text: str) -> None:
    assert EmailAddress("Anna.Keller@example.com ").is_in(text)


@pytest.mark.parametrize(
    "text",
    ["joanna.keller@example.com", "x-anna.keller@example.com", "anna.keller@example.com.au", "anna.keller", "@", ""],
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
