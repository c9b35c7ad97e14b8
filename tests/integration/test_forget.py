"""Erasing a person while a service runs: no byte of theirs stays in the home folder."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import jwt
from conftest import Start
from live import IN_TRANSIT, KEY, PARTLY_SHIPPED, Live, handrail

from assistant.app import export_person, forget_person
from assistant.privacy.email_address import EmailAddress
from assistant.privacy.erasure import Forgotten

NAME, PHONE = "Zuzanna Quillfeather", "+353 87 555 0199"
GUEST = EmailAddress("Zuzanna.Quillfeather@example.org")
WORDS = f"My name is {NAME}, {GUEST.folded}, ring {PHONE}.\nHow long does delivery to Ireland take?"
THEIRS = (GUEST.folded, NAME, "Quillfeather", PHONE, "ring +353", "purple dachshund")


def traces(home: Path, words: tuple[str, ...]) -> list[str]:
    """Where words stand in the files of a folder: as UTF-8, as UTF-16, or as JSON escapes them; case aside."""
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        held = path.read_bytes().replace(bytes(4096), b"").lower()  # the index reserves files full of zeros
        for word in words:
            forms = (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), json.dumps(word)[1:-1].encode())
            if any(form.lower() in held for form in forms):
                found.append(f"{word} in {path.relative_to(home)}")
    return found


def forget(live: Live, email: EmailAddress, *, dry_run: bool = False) -> Forgotten:
    return asyncio.run(forget_person(live.settings, email, dry_run=dry_run))


def a_day_of_talk(live: Live) -> str:
    """Conversations of one person that leave something in every table; the id of the last one."""
    claims = {"sub": "c-77", "email": GUEST.folded.upper(), "name": NAME, "aud": "handrail", "iss": "shop"}
    claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60}
    signed_in = live.chat(identity_token=jwt.encode(claims, KEY, "HS256"))
    signed_in.ask("How long does delivery to Ireland take, for my purple dachshund?")
    chat = live.chat()
    reply = chat.ask(WORDS)
    feedback = {"message_id": reply["reply_id"], "helpful": False, "comment": f"No, says {NAME}"}
    assert chat.http.post(f"{chat.path}/feedback", json=feedback, headers=chat.headers).status_code == 204
    chat.ask(f"I want to speak to a human. {NAME}, {PHONE}, purple dachshund")
    agent = live.colleague("agent")
    ticket = agent.ticket_of(chat.id)
    sent = agent.post(
        f"/v1/inbox/tickets/{ticket['id']}/replies", {"text": f"Dear {NAME}, yes.", "verdict": "incomplete"}
    )
    assert sent.status_code < 300, sent.text
    return chat.id


def test_no_byte_stays_in_the_home_folder_of_a_running_service(start: Start) -> None:
    live = start()
    home = live.settings.home
    (home / "evals").mkdir(exist_ok=True)
    (home / "evals" / "run_1.json").write_text(json.dumps({"case": f"a\n{GUEST.folded}"}))
    a_day_of_talk(live)
    stranger = live.chat()
    stranger.ask("I am bo.stranger@example.org. How long does delivery to Ireland take?")
    assert len({trace.rsplit(" in ", 1)[0] for trace in traces(home, THEIRS)}) == len(THEIRS)

    first = forget(live, GUEST, dry_run=True)
    assert (first.verified, first.mentioned, len(first.files)) == (1, 1, 1)
    assert traces(home, THEIRS)
    erased = forget(live, GUEST)
    assert (erased.rows, erased.files, erased.repeat) == (first.rows, first.files, "")
    assert set(erased.rows) == {"conversations", "messages", "events", "turns", "tickets", "verdicts", "feedback"}
    assert traces(home, THEIRS) == []
    assert len(traces(home, ("bo.stranger@example.org",))) > 0
    assert not forget(live, GUEST).anything
    assert live.chat().ask("How long does delivery to Ireland take?")["kind"] == "reply"


def test_a_verified_order_leads_to_its_person_who_is_told_nothing_of_it(start: Start) -> None:
    live = start()
    chat = live.chat()
    chat.ask("Where is my parcel?")
    chat.answered_after_identity(IN_TRANSIT)
    assert IN_TRANSIT["email"] not in json.dumps([chat.read(), chat.seen("customer")])
    other = live.chat()
    other.ask("Where is my parcel?")
    other.answered_after_identity(PARTLY_SHIPPED)

    email = EmailAddress(IN_TRANSIT["email"])
    found = forget(live, email)
    assert (found.verified, found.mentioned, found.customers) == (1, 0, 1)
    assert found.orders >= 1
    assert traces(live.settings.home, (IN_TRANSIT["email"], "Fionn Daly", "Parnell Street")) == []
    assert [path.name for path in found.left if path.name == "demo_shop.yaml"] == ["demo_shop.yaml"]
    assert chat.read()["customer"] == {"verified_by": "nobody", "name": None, "order_number": None}
    for guess in ("   ", "[erased]", IN_TRANSIT["email"]):
        assert chat.identify(IN_TRANSIT["order_number"], guess).status_code in (403, 404, 422)
    assert other.read()["customer"]["order_number"] == PARTLY_SHIPPED["order_number"]


def test_a_busy_reader_is_waited_for_or_named(start: Start) -> None:
    live = start()
    a_day_of_talk(live)
    path = live.settings.home / "handrail.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        busy = forget(live, GUEST)
        assert busy.anything
        assert busy.repeat
        reader.execute("COMMIT")
    again = forget(live, GUEST)
    assert (again.anything, again.repeat) == (False, "")
    assert traces(live.settings.home, THEIRS) == []


def test_an_export_holds_what_is_held(start: Start) -> None:
    live = start()
    a_day_of_talk(live)
    held = asyncio.run(export_person(live.settings, GUEST))
    assert len(held["conversations"]) == 2
    said = json.dumps(held, default=str, ensure_ascii=False)
    for words in (WORDS.splitlines()[0], "purple dachshund", f"No, says {NAME}", f"Dear {NAME}, yes."):
        assert words in said
    assert "token_digest" not in said


def test_the_command_says_what_it_did(start: Start, tmp_path: Path) -> None:
    live = start()
    a_day_of_talk(live)
    place = ("--home", live.settings.home)
    asked = handrail("forget", "no address", *place, cwd=tmp_path)
    assert (asked.returncode, "name@example.com" in asked.stderr.replace("\n", " ")) == (2, True)
    exported = handrail("export", GUEST.folded, "--out", tmp_path / "held.json", *place, cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr
    assert len(json.loads((tmp_path / "held.json").read_text("utf-8"))["conversations"]) == 2
    done = handrail("forget", "ZUZANNA.quillfeather@Example.org", *place, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 verified as theirs, 1 with the address in their words" in " ".join(done.stdout.split())
    assert traces(live.settings.home, THEIRS) == []
