"""What erasure does to the files of a home folder, and that it names what it leaves."""

import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.privacy import erasure
from assistant.privacy.email_address import EmailAddress
from assistant.privacy.erasure import Forgotten
from assistant.storage import Store

ADDRESS = "anna.keller@example.com"
EMAIL = EmailAddress(ADDRESS)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "evals").mkdir(parents=True)
    (tmp_path / "knowledge").mkdir()
    return tmp_path / "home"


@pytest.fixture
async def store(home: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{home / 'handrail.sqlite'}")
    yield opened
    await opened.close()


async def forget(home: Path, store: Store, *, dry_run: bool = False) -> Forgotten:
    return await erasure.forget(EMAIL, store, None, home, home.parent / "knowledge", dry_run=dry_run)


async def test_a_rewritten_report_keeps_its_mode(home: Path, store: Store) -> None:
    report = home / "evals" / "report.html"
    report.write_text(f"<p>{ADDRESS}</p>")
    report.chmod(0o600)
    found = await forget(home, store)
    assert (found.files, found.left) == ([report], [])
    assert report.read_text() == "<p>[erased]</p>"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert list(report.parent.iterdir()) == [report]


async def test_a_log_is_rewritten_where_its_writer_has_it_open(home: Path, store: Store) -> None:
    log = home / "service.log"
    with log.open("a", encoding="utf-8") as writer:
        writer.write(f"first {ADDRESS} ends\n")
        writer.flush()
        assert (await forget(home, store)).files == [log]
        writer.write("second\n")
    assert log.read_text().split() == ["first", "[erased]", "ends", "second"]
    assert not (await forget(home, store)).anything


async def test_a_log_too_large_to_rewrite_is_named(home: Path, store: Store) -> None:
    large = home / "service.log"
    with large.open("wb") as file:
        file.seek(erasure.LARGEST_FILE)
        file.write(f"\nfirst {ADDRESS} ends\n".encode())
    (home / "other.log").write_text("\n")
    found = await forget(home, store)
    assert (found.files, found.left) == ([], [large])


@pytest.mark.parametrize("before", [-30, -10, -1, 0, 3])
async def test_an_address_between_two_pieces_is_found(home: Path, store: Store, before: int) -> None:
    left = home / "notes.txt"
    left.write_bytes(b"\n" * (erasure.PIECE + before) + ADDRESS.encode() + b"\n")
    assert (await forget(home, store)).left == [left]


async def test_another_database_is_named_and_our_own_is_not(home: Path, store: Store) -> None:
    backup = home / "backup.sqlite"
    for path in (backup, home / "demo_shop.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE people (name TEXT, email TEXT)")
            database.execute("INSERT INTO people VALUES (?, ?)", ("Anna Keller", ADDRESS))
            database.commit()
    assert (await forget(home, store, dry_run=True)).left == [backup]
    assert (await forget(home, store)).left == [backup]
