"""What the doctor says of settings and folders; it leaves everything as it is."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from assistant.doctor import connections, examine, installed, kept, knowledge
from assistant.doctor.finding import Finding, looked_at
from assistant.errors import KnowledgeError
from assistant.settings import ROOT, Settings
from assistant.storage import Store
from assistant.storage.inspection import inspect

LONG = "a-key-of-many-different-characters-0123456789"


def states(found: Iterator[Finding]) -> list[str]:
    return [finding.state for finding in found]


def settings(**groups: object) -> Settings:
    return Settings.load(environ={}, **groups)


def everything_in(folder: Path) -> dict[str, float]:
    return {path.as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_is_made_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.doctor.LOOKS", [look for look in all_looks() if look[0] != "port"])
    found = list(examine(None, tmp_path / "home"))
    assert not (tmp_path / "home").exists()
    assert [finding.subject for finding in found if not finding.fine] == ["snapshot"]
    assert all(finding.remedy for finding in found if finding.state != "ok")


def all_looks() -> tuple[tuple[str, object, str], ...]:
    from assistant.doctor import LOOKS

    return LOOKS


def test_settings_that_cannot_be_read_are_the_only_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_GATE_TRESHOLD", "1")
    (found,) = examine(None, None)
    assert (found.state, "gate.threshold" in found.what) == ("wrong", True)


@pytest.mark.parametrize("error", [KnowledgeError("broken"), ZeroDivisionError("broken")])
def test_a_look_that_fails_is_a_finding(error: Exception) -> None:
    def look() -> Iterator[Finding]:
        raise error

    (found,) = looked_at("something", look, "mend it")
    assert (found.state, "broken" in found.what, found.remedy) == ("wrong", True, "mend it")


# --- the database ---------------------------------------------------------------------------------------


async def test_a_database_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'home' / 'handrail.sqlite'}"
    assert inspect(url) is None
    store = await Store.open(url)
    while_open = inspect(url)
    await store.close()
    before = everything_in(tmp_path)
    found = inspect(url)
    assert everything_in(tmp_path) == before
    assert while_open and found
    assert (found.revision, found.damage, found.kind) == (found.newest, "", "SQLite")
    assert (while_open.revision, found.size > 0) == (found.revision, True)


async def test_an_older_database_is_not_migrated_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "handrail.sqlite"
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    chosen = settings(home=tmp_path)
    assert states(kept.database(chosen)) == ["ok"]
    for revision, state in (("9999", "wrong"), (None, "advice")):
        with sqlite3.connect(file) as database:
            database.execute(
                "DELETE FROM alembic_version" if revision is None else "UPDATE alembic_version SET version_num = '9999'"
            )
        database.close()
        assert states(kept.database(chosen)) == [state]
        with sqlite3.connect(file) as database:
            assert [row[0] for row in database.execute("SELECT version_num FROM alembic_version")] == [revision][
                : bool(revision)
            ]
        database.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "handrail.sqlite").write_bytes(b"no database at all" * 100)
    (found,) = looked_at("database", lambda: kept.database(settings(home=tmp_path)), "check it")
    assert found.state == "wrong"


# --- folders --------------------------------------------------------------------------------------------


def test_a_home_that_others_can_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    assert "advice" in states(kept.home(settings(home=home)))
    home.chmod(0o750)
    assert "advice" not in states(kept.home(settings(home=home)))
    (tmp_path / "file").write_text("")
    assert states(kept.home(settings(home=tmp_path / "file"))) == ["wrong"]


def test_articles_due_for_review_and_not_in_force(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, line in (("late", "review_by: 2020-01-01"), ("over", "effective_to: 2020-01-01"), ("fine", "owner: me")):
        (articles / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name}\n{line}\n---\n\nText\n")
    (articles / "broken.md").write_text("---\nid: [\n---\n")
    found = list(knowledge.articles(settings(knowledge=tmp_path)))
    assert [(f.state, next((n for n in ("broken", "late", "over") if n in f.what), "")) for f in found] == [
        ("ok", ""), ("wrong", "broken"), ("advice", "late"), ("ok", "over"),
    ]  # fmt: skip


def test_a_topic_that_is_not_declared(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("---\nid: a\ntitle: a\ntopic: unknown\n---\n\nText\n")
    (tmp_path / "topics.yaml").write_text("topics: [{id: known}]")
    assert states(knowledge.topics(settings(knowledge=tmp_path))) == ["ok", "wrong"]


@pytest.mark.parametrize(
    "second", ["id: a\ntitle: b", "id: b\ntitle: b\ncolour: red", "id: [1]\ntitle: b", "id: b\ntitle: 7"]
)
def test_macros_that_the_service_refuses(tmp_path: Path, second: str) -> None:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "a.md").write_text("---\nid: a\ntitle: a\n---\nText\n")
    (tmp_path / "macros" / "b.md").write_text(f"---\n{second}\n---\nText\n")
    (found,) = looked_at("macros", lambda: knowledge.macros(settings(knowledge=tmp_path)), "correct it")
    assert (found.state, "macros/b.md" in found.what) == ("wrong", True)


def test_the_shipped_knowledge_is_fine() -> None:
    chosen = settings(knowledge=ROOT / "knowledge")
    for look in (
        knowledge.articles,
        knowledge.shop,
        knowledge.topics,
        knowledge.rules,
        knowledge.macros,
        knowledge.cases,
    ):
        assert "wrong" not in states(look(chosen))


# --- addresses and keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "state"),
    [
        ({}, "ok"),
        ({"public_url": "help.example.com"}, "wrong"),
        ({"public_url": "http://help.example.com"}, "advice"),
        ({"public_url": "https://help.example.com"}, "advice"),  # behind which proxy?
        ({"public_url": "https://help.example.com", "trusted_proxies": ["10.0.0.7"]}, "ok"),
        ({"trusted_proxies": ["10.0.0.0/8"]}, "wrong"),
        ({"allowed_origins": ["http://shop.example"]}, "ok"),
        ({"allowed_origins": ["http://shop.example/"]}, "wrong"),
        ({"allowed_origins": ["shop.example"]}, "wrong"),
        ({"allowed_origins": ["https://shop.example"]}, "wrong"),  # a page over https loads no widget over http
        ({"host": "0.0.0.0"}, "advice"),
    ],
)
def test_addresses_go_together(server: dict[str, object], state: str) -> None:
    found = states(connections.addresses(settings(server=server)))
    assert max(found, key=["ok", "advice", "wrong"].index) == state


def pem(bits: int, *, private: bool = False) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    if private:
        form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return key.private_bytes(serialization.Encoding.PEM, form, none).decode()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def test_identity_keys_are_judged() -> None:
    for identity, state in (
        ({}, "ok"),
        ({"key": LONG}, "ok"),
        ({"key": "x" * 40}, "wrong"),
        ({"algorithm": "RS256", "key": pem(2048)}, "ok"),
        ({"algorithm": "RS256", "key": pem(1024)}, "wrong"),
        ({"algorithm": "RS256", "key": pem(2048, private=True)}, "wrong"),
        ({"algorithm": "RS256", "key": LONG}, "wrong"),
    ):
        assert states(connections.identity_key(settings(identity=identity))) == [state], identity


def test_pages_that_lack_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(installed.pages(settings())) == ["ok"]
    monkeypatch.setattr(installed, "WEB", tmp_path)
    (tmp_path / "a.html").write_text('<script src="/assets/gone.js"></script>')
    (found,) = installed.pages(settings())
    assert (found.state, "gone.js" in found.what) == ("wrong", True)


def test_packages_other_than_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(installed.packages(settings())) == ["ok"]
    (tmp_path / "constraints.txt").write_text("typer==0.0.1\nnot-installed==1\n")
    monkeypatch.setattr(installed, "PINS", tmp_path / "constraints.txt")
    (found,) = installed.packages(settings())
    assert (found.state, "pinned 0.0.1" in found.what, "not-installed" in found.what) == ("advice", True, False)
