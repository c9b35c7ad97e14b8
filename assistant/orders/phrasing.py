"""Order facts in words: the templates of knowledge/orders/replies.yaml, filled from receipts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from assistant.errors import KnowledgeError
from assistant.evidence import Receipt
from assistant.orders.facts import facts
from assistant.orders.situations import SITUATIONS
from assistant.orders.words import Money, Order, OrderLine, Refund, Return, Shipment

REPLIES_FILE = "orders/replies.yaml"
NEEDED: Mapping[str, tuple[str, ...]] = {
    "order_status": SITUATIONS,
    "refund_state": SITUATIONS,
    "order_history": ("orders", "no_orders"),
}
_OTHERWISE = "otherwise"  # serves every situation of a tool that has no template of its own
_MACROS = "macros"  # written before every template
_UNWELCOME = str.maketrans("[]`", "()'")  # a product title must not become a link


class Phrasing:
    """Templates by tool and situation; each line of a filled template is one sentence."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates

    @classmethod
    def load(cls, knowledge: Path) -> Phrasing | None:
        """Read and try the templates; None where the knowledge folder has none.

        Raises:
            KnowledgeError: a situation has no template, or a template cannot be filled; names the key.
        """
        path = knowledge / REPLIES_FILE
        if not path.exists():
            return None
        written = _read(path)
        environment, macros = _environment(), written.pop(_MACROS, "")
        templates: dict[str, Template] = {}
        for tool, situation, text in _entries(written):
            key = f"{tool}.{situation}"
            templates[key] = _compile(environment, key, f"{macros}\n{text}")
            if not all(_fill(templates[key], key, sample) for sample in _samples(tool, situation)):
                raise KnowledgeError(f"{REPLIES_FILE}: {key} says nothing; write at least one sentence")
        return cls(templates)

    def phrase(self, receipt: Receipt) -> list[str]:
        """What the receipt says, one stand-alone sentence a line; empty for a tool without templates.

        Raises:
            KnowledgeError: the template cannot be filled from this receipt; names the key.
        """
        key = f"{receipt.tool}.{receipt.result.get('situation')}"
        template = self._templates.get(key)
        return _fill(template, key, receipt.result) if template else []


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, finalize=_plain, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"day": _day, "listed": _listed}
    return environment


def _plain(value: Any) -> Any:
    """A filled-in value on one line: text from the shop system can start neither a sentence nor a link."""
    return " ".join(str(value).translate(_UNWELCOME).split())


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def _listed(values: Sequence[str]) -> str:
    if not values:
        raise ValueError("an empty list has no words")
    *head, tail = values
    return f"{', '.join(head)} and {tail}" if head else tail


def _read(path: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{REPLIES_FILE} is not valid YAML: {error}") from None
    if not isinstance(written, dict):
        raise KnowledgeError(f"{REPLIES_FILE} must map each of {', '.join(NEEDED)} to its situations")
    return written


def _entries(written: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    _check_known("", written, tuple(NEEDED))
    for tool, situations in NEEDED.items():
        texts = written.get(tool)
        if not isinstance(texts, dict):
            raise KnowledgeError(f"{REPLIES_FILE}: {tool} is missing; map its situations to templates")
        _check_known(f"{tool}.", texts, (*situations, _OTHERWISE))
        for situation in situations:
            text = texts.get(situation, texts.get(_OTHERWISE))
            if not isinstance(text, str):
                raise KnowledgeError(f"{REPLIES_FILE}: {tool}.{situation} has no template; write one")
            yield tool, situation, text


def _check_known(where: str, written: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in written:
        if key not in known:
            raise KnowledgeError(f"{REPLIES_FILE}: unknown key {where}{key}; known are {', '.join(known)}")


def _compile(environment: SandboxedEnvironment, key: str, text: str) -> Template:
    try:
        return environment.from_string(text)
    except TemplateError as error:
        raise KnowledgeError(f"{REPLIES_FILE}: {key} is no Jinja template: {error}; correct it") from None


def _fill(template: Template, key: str, result: dict[str, Any]) -> list[str]:
    try:
        lines = template.render(result).splitlines()
    except (TemplateError, TypeError, ValueError, LookupError) as error:
        raise KnowledgeError(
            f"{REPLIES_FILE}: {key} cannot be filled: {error}; what the shop may not know needs an `if`"
        ) from None
    return [line.strip() for line in lines if line.strip()]


def _samples(tool: str, situation: str) -> Iterator[dict[str, Any]]:
    """Results with every fact known, with parcels and returns barely known, and with only the order known."""
    for order in (_FULL, _SPARSE, _BARE):
        found = facts(order, _DAY)
        if tool == "order_history":
            listed = [found | {"situation": each} for each in SITUATIONS]
            yield {"situation": situation, "needs_human": False, "count": len(listed), "orders": listed}
        else:
            yield found | {"situation": situation}


_DAY = date(2026, 11, 18)
_PRICE = Money(amount=Decimal(129), currency="EUR")
_BARE = Order(
    number="A-1001",
    customer_id="c",
    email="",
    state="shipped",
    placed_at=datetime(2026, 11, 18, tzinfo=UTC),
    lines=(OrderLine(sku="S", title="Sample", quantity=2, price=_PRICE),),
    total=_PRICE,
)
_PARCEL = Shipment(
    carrier="Post",
    tracking_code="T1",
    tracking_url="https://example.org/T1",
    status="in_transit",
    shipped_on=_DAY,
    expected_on=_DAY,
    delivered_on=_DAY,
    last_scan_on=_DAY,
    lines=("Sample",),
)
_FULL = _BARE.model_copy(
    update={
        "expected_on": _DAY,
        "shipments": (_PARCEL, _PARCEL),
        "refunds": (
            Refund(amount=_PRICE, state="pending", requested_on=_DAY, method="card"),
            Refund(amount=_PRICE, state="paid", requested_on=_DAY, paid_on=_DAY),
        ),
        "returns": (Return(state="received", announced_on=_DAY, received_on=_DAY, lines=("Sample",)),),
    }
)
_SPARSE = _BARE.model_copy(
    update={
        "shipments": (Shipment(carrier="", tracking_code="", status="delivered"),) * 2,
        "refunds": (Refund(amount=_PRICE, state="paid", requested_on=_DAY),),
        "returns": (Return(state="received", announced_on=_DAY),),
    }
)
