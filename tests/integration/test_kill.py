"""`handrail serve` and `handrail sync`, killed without warning."""

import os
import signal
import subprocess
from pathlib import Path

from live import HANDRAIL, Chat, a_model, environment, eventually, free_port, serving
from model_server import silence

QUESTION = "How long does standard delivery to Ireland take?"


def test_a_message_survives_the_service(only_articles: Path, tmp_path: Path) -> None:
    place = ("--knowledge", only_articles, "--home", tmp_path / "home")
    port, lenient = free_port(), {"HANDRAIL_GATE_THRESHOLD": "1"}
    with a_model(silence) as model:
        busy = {"HANDRAIL_MODEL_NAME": "m", "HANDRAIL_MODEL_BASE_URL": model.url, "HANDRAIL_MODEL_API_KEY": "k"}
        with serving(*place, cwd=tmp_path, port=port, **busy) as service:
            chat = Chat(service.http)
            assert chat.send(QUESTION, id="before-the-kill").status_code == 202
            eventually(lambda: model.exchanges, "the turn to be under way")
    with serving(*place, cwd=tmp_path, port=port, **lenient) as service:
        chat.http = service.http
        outcome = chat.outcome("before-the-kill")
        assert outcome["kind"] == "reply"
        assert "2 to 3 working days" in outcome["said"]["text"]
        assert chat.send(QUESTION, id="before-the-kill").status_code == 202
        assert chat.ask("How do I wash a down jacket?")["kind"] == "reply"
        assert [m["author"] for m in chat.read()["messages"]] == ["assistant", *["customer", "assistant"] * 2]


def test_the_last_good_snapshot_survives_a_sync(only_articles: Path, tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    place = ("--knowledge", only_articles, "--home", home)
    settings = {"HANDRAIL_GATE_THRESHOLD": "1"}
    more = tmp_path / "more"
    (more / "articles").mkdir(parents=True)
    for number in range(400):
        text = (
            f"---\nid: tent-{number}\ntitle: Tent {number}\n---\n\n"
            + f"Tent {number} weighs {number} grams and has {number} pegs. " * 30
        )
        (more / "articles" / f"tent-{number}.md").write_text(text)
    with serving(*place, cwd=tmp_path, port=port, **settings) as service:
        assert Chat(service.http).ask(QUESTION)["kind"] == "reply"
        remembered = (home / "cache" / "embeddings.sqlite").stat().st_size
        command = [str(HANDRAIL), "sync", "--knowledge", str(more), "--home", str(home)]
        sync = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
        grown = home / "cache" / "embeddings.sqlite"
        eventually(lambda: grown.stat().st_size > remembered, "the sync to be under way")
        sync.send_signal(signal.SIGKILL)
        assert sync.wait(20) == -signal.SIGKILL
        assert "2 to 3 working days" in Chat(service.http).ask(QUESTION)["said"]["text"]
        os.kill(service.pid, signal.SIGKILL)
    with serving(*place, cwd=tmp_path, port=port, **settings) as service:
        assert "2 to 3 working days" in Chat(service.http).ask(QUESTION)["said"]["text"]
