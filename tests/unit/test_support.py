"""The support check: what is carried by its evidence and what is not, kind of fact by kind of fact."""

import pytest

from assistant.answering.support import check
from assistant.evidence import (
    Citation,
    Draft,
    Evidence,
    Inquiry,
    Passage,
    Receipt,
    ScoredPassage,
    Sentence,
    SentenceSupport,
)

TEXT = (
    "Delivery to Ireland takes 2 to 3 working days and costs €4.90."
    " Orders over €1,200.00 go free from 18 November 2026."
    " We’ll send the tracking link once your parcel has shipped. Sale items cannot be returned."
)
ORDER = {"number": "FH-10001", "situation": "in_transit", "expected_on": "2026-11-20", "total": "129.00 EUR"}


def support(text: str, cites: str = "p", quote: str = "Delivery to Ireland takes") -> SentenceSupport:
    passage = Passage(id="p", article_id="a", title="Delivery", text=TEXT)
    receipt = Receipt(id="r", tool="order_status", arguments={}, result=ORDER)
    asked = Inquiry(message="?", question="?", parts=("?",), topic="shipping")
    evidence = Evidence(inquiry=asked, passages=(ScoredPassage(passage=passage, score=1),), receipts=(receipt,))
    citations = (Citation(evidence_id=cites, quote=quote),) if cites else ()
    draft = Draft(sentences=(Sentence(text=text, citations=citations),), answers_question=True)
    (found,) = check(draft, evidence).sentences
    assert found.why
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Delivery to Ireland takes 2 to 3 working days.",
        "Delivery to Ireland takes two to three working days.",
        "Delivery costs 4.90 EUR.",
        "Delivery costs €4,90.",
        "Orders over 1200 euros go free.",
        "Orders go free from 2026-11-18.",
        "Orders go free from Nov 18.",
        "Your parcel has shipped.",
    ],
)
def test_carried_by_the_passage(text: str) -> None:
    assert support(text).carried, support(text)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Delivery to Ireland takes 2 to 4 working days.", "4 does not stand"),
        ("Delivery to Ireland takes two to five working days.", "5 does not stand"),
        ("Delivery costs $4.90.", "4.9 USD does not stand"),
        ("Delivery costs €4.95.", "does not stand"),
        ("Orders go free from 19 November 2026.", "19 of month 11"),
        ("Orders go free from 18 November 2027.", "2027-11-18"),
        ("Your parcel was delivered.", "the state 'delivered'"),
        ("Penguins adore swimming among icebergs near Ireland.", "of its words"),
    ],
)
def test_not_carried_by_the_passage(text: str, missing: str) -> None:
    found = support(text)
    assert not found.carried
    assert missing in found.why


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("Your order FH-10001 is in transit and arrives on 20 November.", True),
        ("Your order FH-10001 is in transit and arrives on 21 November.", False),
        ("Your order FH-10002 is in transit.", False),
        ("Your order FH-10001 is delivered.", False),
        ("You paid €129 for it.", False),  # that it is paid is not said
        ("It costs €129.", True),
        ("It costs €128.", False),
    ],
)
def test_receipts_carry_what_the_shop_said(text: str, carried: bool) -> None:
    assert support(text, cites="r", quote="").carried is carried, support(text, cites="r", quote="")


@pytest.mark.parametrize(
    ("quote", "carried"),
    [
        ("We'll send the tracking link", True),
        ("WE’LL   send the\ntracking link", True),
        ("We will send the tracking link", False),
        ("", False),
        ("  ", False),
    ],
)
def test_a_quote_stands_word_for_word(quote: str, carried: bool) -> None:
    assert support("We send the tracking link.", quote=quote).carried is carried


def test_what_was_not_retrieved_carries_nothing() -> None:
    assert "not retrieved" in support("Delivery takes 2 days.", cites="other").why
    assert support("Delivery takes 2 days.", cites="").why == "it cites nothing"
