"""Settings: where values come from, and what is said about wrong ones."""

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings, known_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults_need_nothing(empty_folder: Path) -> None:
    settings = Settings.load(environ={"PATH": "/bin"})
    assert settings.database_url == f"sqlite+aiosqlite:///{empty_folder}/.handrail/handrail.sqlite"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.model.name


def test_the_environment_wins_over_the_file_and_an_option_over_both(empty_folder: Path) -> None:
    (empty_folder / "handrail.toml").write_text('home = "a"\n[gate]\nthreshold = 0.1\n[turn]\nseconds = 5\n')
    assert Settings.load(environ={}).gate.threshold == 0.1
    settings = Settings.load(environ={"HANDRAIL_GATE_THRESHOLD": "0.2", "HANDRAIL_HOME": "b"}, home=Path("c"))
    assert (settings.gate.threshold, settings.turn.seconds, settings.home) == (0.2, 5, Path("c"))
    assert Settings.load(environ={}, home=None, gate={"threshold": 0.3}).home == Path("a")


def test_another_file_is_named(empty_folder: Path) -> None:
    (empty_folder / "other.toml").write_text("[server]\nport = 9\n")
    assert Settings.load(environ={"HANDRAIL_CONFIG": "other.toml"}).server.port == 9
    with pytest.raises(SettingsError, match=r"HANDRAIL_CONFIG names none\.toml, which does not exist"):
        Settings.load(environ={"HANDRAIL_CONFIG": "none.toml"})


def test_lists_are_separated_by_commas() -> None:
    environ = {"HANDRAIL_SERVER_ALLOWED_ORIGINS": "https://a.example, https://b.example,"}
    assert Settings.load(environ=environ).server.allowed_origins == ("https://a.example", "https://b.example")


def test_the_model_is_found_by_its_usual_variables() -> None:
    usual = {"OPENAI_BASE_URL": "http://usual/v1", "OPENAI_API_KEY": "usual"}
    model = Settings.load(environ=usual).model
    assert (model.base_url, model.api_key.get_secret_value()) == ("http://usual/v1", "usual")
    assert Settings.load(environ=usual | {"HANDRAIL_MODEL_BASE_URL": "http://own/v1"}).model.base_url == "http://own/v1"


def test_secrets_are_not_shown() -> None:
    assert "hidden" not in repr(Settings.load(environ={"OPENAI_API_KEY": "hidden"}))


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"HANDRAIL_GATE_TRESHOLD": "1"}, r"unknown setting gate\.treshold; did you mean gate\.threshold\?"),
        ({"HANDRAIL_QDRNT_URL": "x"}, r"unknown setting HANDRAIL_QDRNT_URL; did you mean qdrant\.url\?"),
        ({"HANDRAIL_GATE": "1"}, "unknown setting HANDRAIL_GATE"),
        ({"HANDRAIL_HOME_FOLDER": "x"}, "unknown setting HANDRAIL_HOME_FOLDER"),
        ({"HANDRAIL_XYZZY": "1"}, "known are home, knowledge"),
        ({"HANDRAIL_GATE_THRESHOLD": "1.1"}, "gate.threshold: .*less than or equal to 1"),
        ({"HANDRAIL_SERVER_PORT": "eighty"}, "server.port: .*integer"),
        ({"HANDRAIL_IDENTITY_KEY": "short"}, "identity.key: an HS256 secret needs at least 32 bytes"),
    ],
)
def test_what_is_wrong_is_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.load(environ=environ)


@pytest.mark.parametrize("content", ["[gate", "[gate]\nthreshold = \n", b"\xff"])
def test_a_file_that_is_no_toml(empty_folder: Path, content: str | bytes) -> None:
    (empty_folder / "handrail.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError, match=r"handrail\.toml is not valid TOML"):
        Settings.load(environ={})


def test_a_group_in_the_file_must_be_a_group(empty_folder: Path) -> None:
    for content in ("model = 1\n", "gate = 1\n", "[gate]\nthresold = 1\n"):
        (empty_folder / "handrail.toml").write_text(content)
        with pytest.raises(SettingsError, match=r"model|gate"):
            Settings.load(environ={})


def test_a_public_key_may_be_of_any_length() -> None:
    settings = Settings.load(environ={"HANDRAIL_IDENTITY_KEY": "short", "HANDRAIL_IDENTITY_ALGORITHM": "RS256"})
    assert settings.identity.algorithm == "RS256"


def test_every_setting_can_be_set_by_its_variable() -> None:
    for name in known_settings():
        try:
            Settings.load(environ={f"HANDRAIL_{name.replace('.', '_').upper()}": "1"})
        except SettingsError as error:
            assert "unknown setting" not in str(error)
