"""Write docs/settings.md from assistant/settings.py: every setting, its variable, default and values."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from assistant.settings import PREFIX, ROOT, Group, Settings

PAGE = Path(__file__).with_name("settings.md")
INTRODUCTION = """# Settings

Written by `make docs` from `assistant/settings.py`; a test fails when this page is stale.

A setting comes from the environment, else from `handrail.toml` in the working directory (or the file that
`HANDRAIL_CONFIG` names), else from its default. In the file a group is a table:

```toml
[server]
port = 8080
allowed_origins = ["https://shop.example"]
```

An unknown or misspelt name stops the program and names the nearest known one. `OPENAI_BASE_URL` and `OPENAI_API_KEY`
are read where `model` or `judge` set no `base_url` or `api_key`. Secrets are masked wherever settings are printed.
"""


def settings_page() -> str:
    """The page as it should be."""
    single = {name: field for name, field in Settings.model_fields.items() if not _group_of(field)}
    groups = [(name, group) for name, field in Settings.model_fields.items() if (group := _group_of(field))]
    sections = [_section("Folders", "Where things live.", "", Settings, single)]
    sections += [
        _section(f"`{name}`", group.__doc__ or "", f"{name}.", group, group.model_fields) for name, group in groups
    ]
    return "\n".join((INTRODUCTION, *sections))


def _group_of(field: FieldInfo) -> type[Group] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Group) else None


def _section(title: str, about: str, prefix: str, group: type[Group], fields: dict[str, FieldInfo]) -> str:
    schema = group.model_json_schema()["properties"]
    rows = [
        f"| `{prefix}{name}` | `{PREFIX}{prefix.replace('.', '_').upper()}{name.upper()}` "
        f"| {_default(field)} | {_values(schema[name])} | {field.description or ''} |"
        for name, field in fields.items()
    ]
    head = "| setting | variable | default | values | meaning |\n|---|---|---|---|---|"
    return "\n".join((f"## {title}\n\n{about}\n", head, *rows, ""))


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path) and value.is_absolute():
        return f"`{value.relative_to(ROOT)}` beside the code"
    return f"`{value}`" if value not in ("", ()) else "empty"


def _values(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = {"string": "text", "array": "list", "integer": "whole number", "number": "number"}[schema["type"]]
    if schema.get("format") in ("path", "password"):
        kind = {"path": "path", "password": "secret"}[schema["format"]]
    bounds = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
    return " ".join(
        (kind, ", ".join(f"{text} {schema[key]:g}" for key, text in bounds.items() if key in schema))
    ).strip()


if __name__ == "__main__":
    PAGE.write_text(settings_page(), "utf-8")
