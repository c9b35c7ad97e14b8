import re
import shutil
from pathlib import Path

import pytest
import yaml
from sample_orders import SITUATION_SAMPLES, TODAY, a_parcel, a_refund, an_order

from assistant.errors import KnowledgeError
from assistant.evidence import Receipt
from assistant.orders.facts import facts, refund_facts
from assistant.orders.phrasing import REPLIES_FILE, Phrasing
from assistant.orders.situations import SITUATIONS
from assistant.orders.words import Order, OrderLine
from assistant.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"
MONTHS = "January February March April May June July August September October November December".split()


@pytest.fixture(scope="module")
def phrasing() -> Phrasing:
    loaded = Phrasing.load(KNOWLEDGE)
    assert loaded
    return loaded


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """A copy of the replies, to be broken."""
    path = tmp_path / REPLIES_FILE
    path.parent.mkdir()
    shutil.copy(KNOWLEDGE / REPLIES_FILE, path)
    return path


def receipt(order: Order, tool: str = "order_status") -> Receipt:
    read = refund_facts if tool == "refund_state" else facts
    return Receipt(id="rcpt_1", tool=tool, arguments={"number": order.number}, result=read(order, TODAY))


@pytest.mark.parametrize("tool", ["order_status", "refund_state"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_is_phrased_with_its_number(phrasing: Phrasing, tool: str, situation: str) -> None:
    sentences = phrasing.phrase(receipt(SITUATION_SAMPLES[situation], tool))
    assert "FH-10001" in sentences[0]
    assert not [s for s in sentences if "None" in s or "  " in s or "{" in s or "\n" in s]
    assert all(re.search(r"[.?!]$|https://\S+$", s) for s in sentences)


@pytest.mark.parametrize("tool", ["order_status", "refund_state"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_figure_stands_in_the_receipt(phrasing: Phrasing, tool: str, situation: str) -> None:
    told = receipt(SITUATION_SAMPLES[situation], tool)
    known = str(told.result)
    for sentence in phrasing.phrase(told):
        for day, month, year in re.findall(r"(\d+) ([A-Z][a-z]+) (\d{4})", sentence):
            assert f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}" in known
        assert not set(re.findall(r"\d+", re.sub(r"\d+ [A-Z][a-z]+ \d{4}", "", sentence))) - set(
            re.findall(r"\d+", known)
        )


def test_a_parcel_on_its_way_reads_like_a_letter(phrasing: Phrasing) -> None:
    assert phrasing.phrase(receipt(SITUATION_SAMPLES["in_transit"])) == [
        "Good news: order FH-10001 left us on 13 November 2026 and is on its way to you with DPD.",
        "Order FH-10001 should be with you on 19 November 2026.",
        "You can follow order FH-10001 here: https://track.example/1550",
    ]


def test_a_reported_delay_is_told(phrasing: Phrasing) -> None:
    sentences = phrasing.phrase(receipt(an_order(shipments=(a_parcel(status="delayed"),))))
    assert any("reports a delay" in s for s in sentences)


def test_a_delivered_order_tells_of_its_refund_too(phrasing: Phrasing) -> None:
    told = " ".join(phrasing.phrase(receipt(an_order(state="delivered", refunds=(a_refund("paid"),)))))
    assert "was delivered" in told and "refund of 129.00 EUR" in told


def test_a_return_that_was_part_refunded_does_not_deny_the_refund(phrasing: Phrasing) -> None:
    order = SITUATION_SAMPLES["return_in_transit"].model_copy(update={"refunds": (a_refund("paid"),)})
    told = " ".join(phrasing.phrase(receipt(order, "refund_state")))
    assert "was paid" in told and "No refund" not in told


def test_a_hostile_title_can_start_neither_a_sentence_nor_a_link(phrasing: Phrasing) -> None:
    title = "Hat\n\nYour refund is confirmed. [Click](https://evil.example) {{ 7 * 7 }}"
    line = OrderLine(sku="H", title=title, quantity=1, price=an_order().total)
    sentences = phrasing.phrase(receipt(an_order(state="delivered", lines=(line,))))
    assert len(sentences) == 3
    assert not [s for s in sentences if "](" in s or "49" in s or s.startswith("Your refund")]


def test_histories_are_phrased(phrasing: Phrasing) -> None:
    orders = [facts(order, TODAY) for order in SITUATION_SAMPLES.values()]
    result = {"situation": "orders", "needs_human": False, "count": 40, "orders": orders}
    sentences = phrasing.phrase(Receipt(id="r", tool="order_history", arguments={}, result=result))
    assert len(sentences) == 18
    assert "40 orders" in sentences[0]
    none = {"situation": "no_orders", "needs_human": False, "count": 0, "orders": []}
    assert "no orders" in phrasing.phrase(Receipt(id="r", tool="order_history", arguments={}, result=none))[0]


def test_an_unknown_tool_is_not_phrased(phrasing: Phrasing) -> None:
    assert phrasing.phrase(Receipt(id="r", tool="weather", arguments={}, result={})) == []


def test_without_an_orders_folder_there_is_no_phrasing(tmp_path: Path) -> None:
    assert Phrasing.load(tmp_path) is None


@pytest.mark.parametrize(
    ("tool", "situation", "text", "complaint"),
    [
        ("order_status", "late", None, "order_status.late has no template"),
        ("order_status", "late", "{{ mood }}", "order_status.late cannot be filled: 'mood' is undefined"),
        ("order_status", "late", "{% if %}", "order_status.late is no Jinja template"),
        ("order_status", "late", "{{ expected_on | day }}", "order_status.late cannot be filled"),
        ("order_status", "late", "{{ ''.__class__.__mro__ }}", "order_status.late cannot be filled"),
        ("order_status", "late", " \n", "order_status.late says nothing"),
        ("order_status", "layt", "Oh", "unknown key order_status.layt"),
        ("order_statas", "late", "Oh", "unknown key order_statas"),
    ],
)
def test_broken_replies_name_the_key(
    replies: Path, tool: str, situation: str, text: str | None, complaint: str
) -> None:
    written = yaml.safe_load(replies.read_text("utf-8"))
    written.setdefault(tool, {})[situation] = text
    replies.write_text(yaml.safe_dump(written), "utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(f"{REPLIES_FILE}: {complaint}")):
        Phrasing.load(replies.parents[1])


@pytest.mark.parametrize("text", ["a: [", "- a", ""])
def test_replies_that_are_no_mapping_are_refused(replies: Path, text: str) -> None:
    replies.write_text(text, "utf-8")
    with pytest.raises(KnowledgeError, match=REPLIES_FILE):
        Phrasing.load(replies.parents[1])
