"""The demo shop: an order source over SQLite, built from knowledge/orders/demo_shop.yaml.

Days are stored as offsets and become dates when they are read, so the demo never ages.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from assistant.errors import OrderNotFound, ShopNonsense, ShopUnreachable
from assistant.orders.demo_entries import DEMO_FILE, DemoEntries
from assistant.orders.numbers import number_key
from assistant.orders.words import CustomerProfile, Order

_SCHEMA = """
CREATE TABLE built_from (digest TEXT NOT NULL);
CREATE TABLE customers (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE orders (
    key TEXT PRIMARY KEY, number TEXT NOT NULL, customer_id TEXT NOT NULL, placed INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX orders_of_customer ON orders (customer_id, placed DESC, number DESC);
"""
_FRIDAY = 4
_ERASED = "[erased]"


class DemoShop:
    """Implements OrderSource. Each read opens the file anew, so a rebuild by another process does no harm."""

    def __init__(self, path: Path, today: Callable[[], date], zone: tzinfo) -> None:
        self._path = path
        self._today = today
        self._zone = zone

    @classmethod
    def open(cls, knowledge: Path, home: Path, today: Callable[[], date], zone: tzinfo = UTC) -> DemoShop | None:
        """Open `home/demo_shop.sqlite`, built anew where the YAML has changed; None where there is no YAML.

        Args:
            knowledge: the knowledge folder.
            home: where the database goes; created where missing.
            today: the current day in the shop's time zone.
            zone: the shop's time zone.

        Raises:
            KnowledgeError: the YAML is broken; names the file and the entry.
        """
        source, path = knowledge / DEMO_FILE, home / "demo_shop.sqlite"
        if not source.exists():
            return None
        digest = hashlib.sha256(_SCHEMA.encode() + source.read_bytes()).hexdigest()
        if _built_from(path) != digest:
            _build(DemoEntries.read(source), digest, path)
        return cls(path, today, zone)

    async def order(self, number: str) -> Order:
        """One order; `FH-10234`, `fh10234`, `#10234` and `10234` are the same."""
        rows = await self._rows("SELECT number, body FROM orders WHERE key = ?", number_key(number))
        if not rows or not _same_spelling(number, rows[0][0]):
            raise OrderNotFound(f"the shop has no order {number[:40]!r}; check the number")
        return self._order(rows[0][1])

    async def orders(self, customer_id: str) -> list[Order]:
        """A customer's orders, newest first; empty for an unknown customer."""
        rows = await self._rows(
            "SELECT body FROM orders WHERE customer_id = ? ORDER BY placed DESC, number DESC", customer_id
        )
        return [self._order(body) for (body,) in rows]

    async def profile(self, customer_id: str) -> CustomerProfile:
        """A customer's profile."""
        rows = await self._rows("SELECT body FROM customers WHERE id = ?", customer_id)
        if not rows:
            raise OrderNotFound("the shop has no such customer")
        return CustomerProfile.model_validate(_dated(json.loads(rows[0][0]), self._today()))

    def held(self, is_theirs: Callable[[str], bool]) -> tuple[set[str], set[str]]:
        """The ids of the customers, and the numbers of the orders, whose e-mail address is somebody's."""
        customers, orders = _rows_of(self._path, is_theirs)
        return {row["id"] for row in customers}, {row["number"] for row in orders}

    def export(self, is_theirs: Callable[[str], bool]) -> dict[str, list[dict[str, Any]]]:
        """The same customers and orders, whole."""
        customers, orders = _rows_of(self._path, is_theirs)
        return {"customers": customers, "orders": orders}

    def erase(self, is_theirs: Callable[[str], bool]) -> None:
        """Take name, e-mail address, postal address and notes out of the same customers and orders.

        An erased order has no e-mail address, so no form opens it. The YAML behind the file is not changed; when it is,
        the file is built anew from it.

        Raises:
            ShopUnreachable: the file cannot be written.
        """
        customers, orders = _rows_of(self._path, is_theirs)
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute("BEGIN IMMEDIATE")
                for row in customers:
                    body = json.dumps(row | {"name": _ERASED, "email": ""})
                    database.execute("UPDATE customers SET body = ? WHERE id = ?", (body, row["id"]))
                for row in orders:
                    body = json.dumps(row | {"email": "", "ship_to": _ERASED, "note": ""})
                    database.execute("UPDATE orders SET body = ? WHERE number = ?", (body, row["number"]))
                database.execute("COMMIT")
                database.execute("VACUUM")
        except sqlite3.Error as error:
            raise ShopUnreachable(f"{self._path} cannot be written ({error}); try again") from None

    async def close(self) -> None:
        """Nothing stays open between reads."""

    async def _rows(self, query: str, value: str) -> list[Any]:
        try:
            return await asyncio.to_thread(_read, self._path, query, value)
        except sqlite3.Error as error:
            raise ShopUnreachable(f"{self._path} cannot be read ({error}); restart to build it again") from None

    def _order(self, body: str) -> Order:
        try:
            row = _dated(json.loads(body), self._today())
            at = time.fromisoformat(row.pop("placed_time"))
            row["placed_at"] = datetime.combine(row.pop("placed_on"), at, self._zone)
            return Order.model_validate(row)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise ShopNonsense(f"{self._path} holds something that is no order: {error}") from None


def _read(path: Path, query: str, value: str) -> list[Any]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(query, (value.encode("utf-8", "replace").decode(),)).fetchall()


def _rows_of(path: Path, is_theirs: Callable[[str], bool]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of customers and of orders with an e-mail address that is theirs."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            customers, orders = (
                [row for (body,) in database.execute(query) if is_theirs((row := json.loads(body))["email"])]
                for query in ("SELECT body FROM customers", "SELECT body FROM orders")
            )
    except sqlite3.Error as error:
        raise ShopUnreachable(f"{path} cannot be read ({error}); restart to build it again") from None
    return customers, orders


def _built_from(path: Path) -> str | None:
    try:
        return str(_read(path, "SELECT digest FROM built_from WHERE ? = ''", "")[0][0])
    except (sqlite3.Error, IndexError):
        return None


def _build(entries: DemoEntries, digest: str, path: Path) -> None:
    """Write the database beside `path` and move it there at once: a reader sees the old or the new one."""
    orders = [(number_key(row["number"]), row) for row in entries.order_rows()]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        with closing(sqlite3.connect(draft)) as database, database:
            database.executescript(_SCHEMA)
            database.executemany(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
                [(key, r["number"], r["customer_id"], r["placed_on"], json.dumps(r)) for key, r in orders],
            )
            database.executemany(
                "INSERT INTO customers VALUES (?, ?)", [(c["id"], json.dumps(c)) for c in _profiles(entries)]
            )
            database.execute("INSERT INTO built_from VALUES (?)", (digest,))
        os.replace(draft, path)  # noqa: PTH105 - atomic on every platform
    finally:
        draft.unlink(missing_ok=True)


def _profiles(entries: DemoEntries) -> list[dict[str, Any]]:
    return [customer.model_dump(exclude={"country", "address"}) for customer in entries.customers]


def _same_spelling(asked: str, number: str) -> bool:
    """Whether `asked` is `number` with or without its prefix: `XY-10234` is not `FH-10234`."""
    written = "".join(filter(str.isalnum, asked.casefold()))
    return written in (number_key(number), "".join(filter(str.isalnum, number.casefold())))


def _dated(value: Any, today: date) -> Any:
    """`value` with every offset (a whole number under `since` or `…_on`) as a date."""
    if isinstance(value, list):
        return [_dated(item, today) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _day(item, today, due=key == "expected_on")
        if isinstance(item, int) and (key == "since" or key.endswith("_on"))
        else _dated(item, today)
        for key, item in value.items()
    }


def _day(offset: int, today: date, *, due: bool) -> date:
    """The day of an offset. Nothing happens at weekends: what is due moves to Monday, the rest to Friday."""
    day = today + timedelta(days=offset)
    beyond_friday = max(0, day.weekday() - _FRIDAY)
    return day + timedelta(days=(7 - day.weekday()) if due else -beyond_friday) if beyond_friday else day
