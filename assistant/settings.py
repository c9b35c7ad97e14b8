"""Settings: one nested model, read from `handrail.toml` and the environment; an unknown key is an error.

`HANDRAIL_<GROUP>_<NAME>` sets one value (`HANDRAIL_QDRANT_URL`, `HANDRAIL_LIMITS_MESSAGE_CHARACTERS`) and wins over
the file. OPENAI_BASE_URL and OPENAI_API_KEY are read where `model` or `judge` name none.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from assistant.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "HANDRAIL_"
OTHER_VARIABLES = {"HANDRAIL_CONFIG", "HANDRAIL_BENCHMARKS"}


class Group(BaseModel):
    """Base of all settings groups: frozen, unknown names refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(Group):
    """Where the service listens and which sites may embed the widget."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = Field("", description="address customers see; empty: http://host:port")
    allowed_origins: tuple[str, ...] = Field((), description="origins of the shop's pages, comma-separated")
    trusted_proxies: tuple[str, ...] = Field((), description="addresses whose X-Forwarded-For is believed")
    stop_seconds: float = Field(5.0, ge=0, description="what turns in progress get to finish when the service stops")


class Storage(Group):
    """The database of conversations, turns and tickets."""

    url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder")


class Qdrant(Group):
    """A Qdrant server for the passage index; without a URL the embedded engine serves."""

    url: str = ""
    api_key: SecretStr = SecretStr("")
    alias: str = Field("handrail", description="alias that points at the current snapshot's collection")


class Embedder(Group):
    """The sentence-transformers model that turns text into vectors."""

    name: str = Field("all-MiniLM-L6-v2", description="name or folder; the default's weights come with the install")


class Model(Group):
    """An OpenAI-compatible chat model; without a name replies are extractive."""

    name: str = Field("", description="model name; empty: extractive replies. `scripted` is the test model")
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    seconds: float = Field(12.0, gt=0, description="time limit of one call, retries included")
    retries: int = Field(1, ge=0, le=5)
    context_tokens: int = Field(
        0, ge=0, description="tokens of prompt and answer together; 0: learned from what the server refuses"
    )
    wording: Literal["own", "quoted"] = Field(
        "own", description="`quoted`: it only picks sentences of the articles, right for small models"
    )


class Judge(Group):
    """A model whose opinion of replies the evals report (ragas); pin its version, as in `gpt-4.1-mini-2025-04-14`."""

    name: str = Field("", description="model name; empty: no judged metrics")
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    seconds: float = Field(60.0, gt=0, description="time limit of one call, retries included")
    replies: int = Field(40, ge=1, description="replies it is shown in a run, about 14 calls each")
    total_seconds: float = Field(900.0, gt=0, description="time limit for all of them")


class Identity(Group):
    """How the shop's site proves who a customer is. The algorithm comes from here, never from the token."""

    algorithm: Literal["HS256", "RS256"] = "HS256"
    key: SecretStr = Field(SecretStr(""), description="HS256 secret (32 bytes or more) or RS256 public key in PEM")
    issuer: str = "shop"
    audience: str = "handrail"
    max_age_seconds: int = Field(600, gt=0, description="the oldest token accepted, whatever its expiry says")


class Gate(Group):
    """When to step aside."""

    threshold: float = Field(0.33, ge=0, le=1, description="highest risk that is sent alone while a topic is on trial")


class Turn(Group):
    """One turn."""

    seconds: float = Field(20.0, gt=0, description="budget from the message to its outcome")
    passages: int = Field(10, ge=1, le=100, description="passages that a reply may rest on")


class Limits(Group):
    """What one customer may send, and how much is done at once."""

    message_characters: int = Field(4_000, ge=1)
    body_bytes: int = Field(64_000, ge=1_000)
    messages_per_minute: int = Field(12, ge=1, description="per conversation")
    messages_per_minute_per_address: int = Field(60, ge=1)
    conversations_per_minute_per_address: int = Field(20, ge=1)
    order_tries: int = Field(5, ge=1, description="wrong order look-ups per conversation, address and order number")
    order_window_seconds: int = Field(900, ge=1)
    sign_ins_per_minute: int = Field(10, ge=1, description="per address and per account")
    streams: int = Field(1_000, ge=1, le=10_000, description="event streams open at once in one process")
    streams_per_conversation: int = Field(8, ge=1, description="event streams open at once, such as one per tab")
    turns: int = Field(50, ge=1, description="turns worked at once in one process; further messages wait in line")


class Logs(Group):
    """What is written to the log, personal data masked."""

    format: Literal["text", "json"] = Field("text", description="a line for people, or a JSON object, per record")
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Group):
    """Who may read `/metrics`."""

    token: SecretStr = Field(SecretStr(""), description="bearer token of the scraper; empty: this machine only")


class Settings(Group):
    """All settings of one process."""

    home: Path = Field(Path(".handrail"), description="where index, database and reports live")
    knowledge: Path = Field(ROOT / "knowledge", description="articles/ and what belongs to them")
    prompts: Path = Field(ROOT / "prompts", description="the prompts, as files")
    server: Server = Server()
    storage: Storage = Storage()
    qdrant: Qdrant = Qdrant()
    embedder: Embedder = Embedder()
    model: Model = Model()
    judge: Judge = Judge()
    identity: Identity = Identity()
    gate: Gate = Gate()
    turn: Turn = Turn()
    limits: Limits = Limits()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()

    @model_validator(mode="after")
    def _keys_are_strong(self) -> "Settings":
        key = self.identity.key.get_secret_value()
        if key and self.identity.algorithm == "HS256" and len(key.encode()) < 32:
            raise ValueError("identity.key: an HS256 secret needs at least 32 bytes")
        return self

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.storage.url or f"sqlite+aiosqlite:///{(self.home / 'handrail.sqlite').resolve()}"

    @property
    def public_url(self) -> str:
        """The address that customers and agents see."""
        return self.server.public_url or f"http://{self.server.host}:{self.server.port}"

    @classmethod
    def load(cls, environ: dict[str, str] | None = None, **overrides: Any) -> "Settings":
        """Read `handrail.toml` (or the file HANDRAIL_CONFIG names), then the environment, then `overrides`.

        Raises:
            SettingsError: a key is unknown (with the nearest known one) or a value out of range.
        """
        environ = dict(os.environ) if environ is None else environ
        values = _from_file(environ.get("HANDRAIL_CONFIG"))
        _merge(values, _from_environment(environ))
        _merge(values, {name: value for name, value in overrides.items() if value is not None})
        usual = {"base_url": environ.get("OPENAI_BASE_URL", ""), "api_key": environ.get("OPENAI_API_KEY", "")}
        for group in ("model", "judge"):
            if isinstance(found := values.get(group, {}), dict):
                values[group] = usual | found
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _from_file(named: str | None) -> dict[str, Any]:
    path = Path(named or "handrail.toml")
    if not path.exists():
        if named:
            raise SettingsError(f"HANDRAIL_CONFIG names {path}, which does not exist")
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _from_environment(environ: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES:
            continue
        key = variable.removeprefix(PREFIX).lower()
        group, _, name = key.partition("_")
        field = Settings.model_fields.get(group)
        if field is None or (name and not _is_group(group)) or (not name and _is_group(group)):
            raise SettingsError(f"unknown setting {variable}{_nearest(key.replace('_', '.', 1))}")
        if not name:
            values[group] = value
            continue
        values.setdefault(group, {})[name] = (
            [part.strip() for part in value.split(",") if part.strip()] if _is_list(group, name) else value
        )
    return values


def _group(name: str) -> type[BaseModel]:
    annotation = Settings.model_fields[name].annotation
    assert isinstance(annotation, type)  # noqa: S101
    return annotation


def _is_group(name: str) -> bool:
    return issubclass(_group(name), BaseModel)


def _is_list(group: str, name: str) -> bool:
    field = _group(group).model_fields.get(name)
    return field is not None and "tuple" in str(field.annotation)


def known_settings() -> list[str]:
    """Every setting as `group.name`, in order."""
    names = []
    for group in Settings.model_fields:
        names += [f"{group}.{name}" for name in _group(group).model_fields] if _is_group(group) else [group]
    return names


def _nearest(key: str) -> str:
    near = difflib.get_close_matches(key, known_settings(), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known_settings())}"


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown setting {key}{_nearest(key)}")
        else:
            lines.append(f"{key}: {problem['msg'].removeprefix('Value error, ')}".lstrip(": "))
    return "\n".join(lines)
