"""Forty messages with personal data of ten kinds: what a chat model's server receives, and what the log holds."""

import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO

import pytest
from conftest import Start
from live import a_model
from model_server import Exchange, answers

from assistant.chat_models.port import ChatMessage
from assistant.chat_models.scripted import ScriptedModel
from assistant.privacy.names import NameFinder, installed
from assistant.telemetry.logs import MaskedText

QUESTION = "How long does standard delivery to Ireland take?"
EXACT = {
    "e-mail": ("zoe.q1@example.org", "ZOE_Q2@example.co.uk", "zoe+q3@mail.example.com", "zoe.q4@example.net"),
    "phone": ("+353 87 555 0101", "087 555 0102", "+44 20 7946 0103", "(303) 555-0104"),
    "card": ("4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011000990139424"),
    "iban": (
        "DE89 3704 0044 0532 0130 00",
        "IE29AIBK93115212345678",
        "GB29 NWBK 6016 1331 9268 19",
        "FR14 2004 1010 0505 0001 3M02 606",
    ),
    "national id": ("078-05-1120", "AB 12 34 56 C", "1234567T", "219-09-9999"),
    "IP address": ("203.0.113.11", "198.51.100.12", "2001:db8::8a2e:370:7313", "192.0.2.14"),
    "birth date": ("12/03/1984", "1985-04-13", "14 May 1986", "June 15th, 1987"),
    "order number of others": ("FH-77701", "FH-77702", "#77703", "FH-77704"),
}
FREE = {
    "name": ("Zuzanna Quillfeather", "Bartholomew Ashgrove", "Tomás Ó Conaill", "Priya Venkataraman"),
    "address": (
        "14 Quayside Road, Sligo, F91 A2B3",
        "Lindenstraße 21, 50674 Köln",
        "22 Fell Lane, Keswick CA12 5DQ",
        "510 Pine Street, Boulder, CO 80302",
    ),
}
SAID = {
    "e-mail": "My e-mail is {}. ",
    "phone": "Ring me on {}. ",
    "card": "I paid with {}. ",
    "iban": "My IBAN is {}. ",
    "national id": "My number is {}. ",
    "IP address": "I came from {}. ",
    "birth date": "I was born on {}. ",
    "order number of others": "A friend has order {}. ",
    "name": "{} asks you. ",
    "address": "I live at {}. ",
}


async def quotes(exchange: Exchange) -> None:
    """Answer as a model does that sees what is asked between the personal words: with sentences of the evidence."""
    material = json.loads(exchange.body["messages"][-1]["content"]) | {"question": QUESTION}
    schema = {"properties": {"sentences": {}}}
    completion = await ScriptedModel().complete([ChatMessage("user", json.dumps(material))], schema, 5)
    await answers(completion.content)(exchange)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All that any logger says, from DEBUG on, as the service writes it."""
    written = StringIO()
    output = logging.StreamHandler(written)
    output.setFormatter(MaskedText())
    root = logging.getLogger()
    level = root.level
    root.addHandler(output)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(output)
    root.setLevel(level)


def test_forty_messages_of_ten_kinds(start: Start, log: StringIO) -> None:
    values = [(kind, value) for kinds in (EXACT, FREE) for kind, group in kinds.items() for value in group]
    NameFinder().load()  # slow the first time in a process, and the service has to start in time
    with a_model(quotes) as model:
        live = start(model={"name": "m", "base_url": model.url, "api_key": "k"}, gate={"threshold": 1})
        outcomes = [live.chat().ask(f"{SAID[kind].format(value)}{QUESTION}") for kind, value in values]
    wire, logged = model.wire.decode("utf-8", "replace"), log.getvalue()

    assert (len(values), len(model.exchanges)) == (40, 40)
    assert wire.count(QUESTION) >= 40  # the question itself is asked
    kinds = Counter(str(outcome["kind"]) for outcome in outcomes)
    assert kinds["reply"] >= 36, kinds
    exact = [value for group in EXACT.values() for value in group]
    free = [value for group in FREE.values() for value in group]
    assert [value for value in exact if _stands(value, wire)] == []
    missed = [value for value in free if _stands(value, wire)]
    assert len(missed) <= (2 if installed() else 4), missed
    assert "chat/completions" in logged  # the log has something to say
    assert [value for value in exact if _stands(value, logged)] == []


def test_a_traceback_of_the_service_is_masked(log: StringIO) -> None:
    try:
        raise ValueError(f"no such card: {EXACT['card'][0]}, {EXACT['e-mail'][0]}")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("turn of %s failed", EXACT["phone"][0])
    assert "ValueError: no such card: [CARD], [EMAIL]" in log.getvalue()
    assert "turn of [PHONE] failed" in log.getvalue()


def _stands(value: str, text: str) -> bool:
    forms = (value, json.dumps(value)[1:-1], json.dumps(json.dumps(value)[1:-1])[1:-1])
    return any(form.lower() in text.lower() for form in forms)


LOOKS_FOR_NAMES = """
import socket, sys
def refused(*args, **kwargs): raise AssertionError(f"asks the network: {args}")
socket.getaddrinfo = socket.create_connection = socket.socket.connect = refused
from assistant.privacy.names import NameFinder
finder = NameFinder()
assert "spacy" not in sys.modules, "loaded before it is needed"
text = "Please send it to Priya Raman, 48 Park Row, Leeds LS1 5JL, United Kingdom, priya@example.com. Wren is warm."
print([text[found.start : found.end] for found in finder.find(text)])
"""


@pytest.mark.skipif(not installed(), reason="needs the extra `privacy`")
def test_the_language_model_needs_no_network_and_loads_when_it_is_needed() -> None:
    found = subprocess.run([sys.executable, "-c", LOOKS_FOR_NAMES], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    wanted = ["Priya Raman", "48 Park Row, Leeds LS1 5JL, United Kingdom", "priya@example.com"]
    assert found.stdout.strip() == str(wanted)
