"""What is held about a person, in the database, the demo shop and the home folder's files: told to them, or erased."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.evidence import now
from assistant.storage.erased import ERASED

if TYPE_CHECKING:
    from assistant.orders.demo import DemoShop
    from assistant.privacy.email_address import EmailAddress
    from assistant.storage.store import Store

LARGEST_FILE = 64 * 2**20  # bytes; a larger one is searched, piece by piece, but not rewritten
PIECE, _OVERLAP = 4 * 2**20, 2**10  # bytes; the overlap is longer than an address with all its letters escaped may be
_DATABASES = {f"{name}.sqlite{part}" for name in ("handrail", "demo_shop") for part in ("", "-wal", "-shm", "-journal")}


@dataclass
class Forgotten:
    """What was erased, or with a dry run would be.

    `verified` and `mentioned` count conversations, `rows` the rows by table, `customers` and `orders` those of the demo
    shop. `files` (reports of evals, logs) were rewritten; `left` hold the address still: the owner's own or made from
    them, other databases, files too large to rewrite. `repeat` says what kept old bytes on disk: the same command is to
    be run again.
    """

    verified: int = 0
    mentioned: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    customers: int = 0
    orders: int = 0
    files: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    repeat: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything was held."""
        return bool(self.verified or self.mentioned or self.customers or self.orders or self.files)


async def export(email: EmailAddress, store: Store, demo: DemoShop | None) -> dict[str, Any]:
    """Everything held about a person, as JSON."""
    links = await store.held(email.is_in, *(demo.held(email.is_in) if demo else ()))
    conversations = [{"found_by": link} | await store.rows(id_) for id_, link in links.items()]
    shop = demo.export(email.is_in) if demo else {}
    return {"email": email.folded, "exported_at": now(), "conversations": conversations, "demo_shop": shop}


async def forget(
    email: EmailAddress, store: Store, demo: DemoShop | None, home: Path, knowledge: Path, *, dry_run: bool = False
) -> Forgotten:
    """Erase a person from everything that Handrail writes; a second time finds nothing.

    Raises:
        StorageUnavailable: the database does not answer; what was not erased yet is still there.
        ShopUnreachable: the file of the demo shop cannot be read or written.
    """
    customers, orders = demo.held(email.is_in) if demo else (set(), set())
    links = await store.held(email.is_in, customers, orders)
    found = Forgotten(customers=len(customers), orders=len(orders))
    for conversation_id, link in links.items():
        found.verified += link == "verified"
        found.mentioned += link == "mentioned"
        found.rows.update(await (store.count if dry_run else store.erase)(conversation_id))
    if demo and customers | orders and not dry_run:
        await asyncio.to_thread(demo.erase, email.is_in)
    for path in _holding(email, home, {home / name for name in _DATABASES}):
        ours = path.is_relative_to(home / "evals") or path.suffix == ".log"
        (found.files if ours and _rewrite(path, email, dry_run) else found.left).append(path)
    found.left += _holding(email, knowledge)
    found.repeat = "" if dry_run else await store.compact()
    return found


def _holding(email: EmailAddress, folder: Path, ours: Collection[Path] = ()) -> Iterator[Path]:
    """The files of a folder, without `ours`, in which the address stands."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in ours and any(map(email.stands_in, _pieces(path))):
            yield path


def _pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces, each of which begins with the end of the one before."""
    with path.open("rb") as file:
        piece = b""
        while fresh := file.read(PIECE):
            piece = piece[-_OVERLAP:] + fresh
            yield piece


def _rewrite(path: Path, email: EmailAddress, dry_run: bool) -> bool:
    """Take the address out of a text file; False for one that is no text, or too large.

    A report is replaced all at once. A log may have a running writer, so that its bytes are overwritten where they are.
    """
    if path.stat().st_size > LARGEST_FILE:
        return False
    change = email.blotted_in if path.suffix == ".log" else email.replaced_in
    try:
        text, count = change(path.read_bytes().decode("utf-8"), ERASED)
    except UnicodeDecodeError:
        return False
    if count and not dry_run:
        (_overwrite if path.suffix == ".log" else _replace)(path, text.encode("utf-8"))
    return bool(count)


def _overwrite(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.write(content)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{uuid4().hex}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    shutil.copymode(path, fresh)
    os.replace(fresh, path)  # noqa: PTH105 - atomic on every platform
