"""docker-compose.yml and Dockerfile, as far as they can be checked without a running engine."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def filled(value: str) -> str:
    """A value as compose would fill it in with only the password set."""
    value = re.sub(r"\$\{POSTGRES_PASSWORD:\?[^}]*\}", "s3cret", value)
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def final_stage() -> list[str]:
    return DOCKERFILE.rsplit("\nFROM ", 1)[1].splitlines()


def test_the_three_services_are_there() -> None:
    assert set(SERVICES) == {"handrail", "qdrant", "postgres"}
    assert set(COMPOSE) <= {"name", "services", "networks", "volumes", "x-service"}


# The keys of a service in the Compose specification, as far as they are used here.
KEYS = {
    "build": str,
    "cap_add": list,
    "cap_drop": list,
    "depends_on": dict,
    "deploy": dict,
    "environment": dict,
    "healthcheck": dict,
    "image": str,
    "init": bool,
    "logging": dict,
    "networks": list,
    "ports": list,
    "read_only": bool,
    "restart": str,
    "security_opt": list,
    "shm_size": str,
    "stop_grace_period": str,
    "tmpfs": list,
    "volumes": list,
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_key_is_one_of_the_specification_and_of_its_type(name: str) -> None:
    service = SERVICES[name]
    assert not {key: value for key, value in service.items() if not isinstance(value, KEYS.get(key, ()))}
    assert ("build" in service) != ("image" in service)
    assert all(re.fullmatch(r"\d+(s|m)", service[key]) for key in ("stop_grace_period", "shm_size") if key in service)
    assert all(isinstance(value, str) for value in service.get("environment", {}).values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    limits = service["deploy"]["resources"]["limits"]
    assert re.fullmatch(r"\d+(\.\d+)?", limits["cpus"])
    assert re.fullmatch(r"\d+[MG]", limits["memory"])
    assert limits["pids"] > 0
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_root_file_system_is_read_only_where_it_can_be() -> None:
    assert [name for name, service in SERVICES.items() if service["read_only"]] == ["handrail", "postgres"]
    assert "/tmp" in SERVICES["handrail"]["tmpfs"]


def test_what_must_be_set_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    example = (ROOT / ".env.example").read_text("utf-8")
    required = set(re.findall(r"\$\{(\w+):\?", text))
    optional = set(re.findall(r"\$\{(\w+):-", text))
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == required
    assert set(re.findall(r"^#(\w+)=", example, re.MULTILINE)) == optional


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_when_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        assert any(line.startswith("HEALTHCHECK") for line in final_stage())
    else:
        assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_everything_a_service_names_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    mounts = [mount.split(":")[0] for mount in service["volumes"]]
    assert {mount for mount in mounts if not mount.startswith(".")} <= set(COMPOSE["volumes"])
    assert all((ROOT / mount).is_dir() for mount in mounts if mount.startswith("."))
    for condition in service.get("depends_on", {}).values():
        assert condition == {"condition": "service_healthy"}


def test_what_is_written_is_kept_in_named_volumes() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]}
    assert used >= set(COMPOSE["volumes"])


def test_images_are_pinned_and_fit_the_client() -> None:
    images = {name: service["image"].split(":")[1] for name, service in SERVICES.items() if "image" in service}
    assert all(re.match(r"v?\d+\.\d+", tag) for tag in images.values())
    client = re.search(r"^qdrant-client==(\d+\.\d+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert client
    assert images["qdrant"].startswith(f"v{client[1]}.")


def test_only_the_service_is_published_and_only_on_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["handrail"]
    assert SERVICES["handrail"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert COMPOSE["networks"]["back"] == {"internal": True}


def test_nothing_runs_as_root() -> None:
    users = [line.split()[1] for line in final_stage() if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert SERVICES["qdrant"]["image"].endswith("-unprivileged")


def test_no_password_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert not re.search(r"\$\{\w*(PASSWORD|KEY|SECRET)\w*:-[^}]", text)


def test_the_service_gets_settings_it_knows() -> None:
    environment = {name: filled(value) for name, value in SERVICES["handrail"]["environment"].items()}
    image = dict(re.findall(r"(HANDRAIL_\w+)=(\S+)", DOCKERFILE))
    settings = Settings.load(image | environment)
    assert settings.storage.url == "postgresql://handrail:s3cret@postgres/handrail"
    assert settings.qdrant.url == "http://qdrant:6333"
    assert (settings.server.host, settings.server.port) == ("0.0.0.0", 8000)
    assert settings.server.stop_seconds < int(SERVICES["handrail"]["stop_grace_period"].removesuffix("s"))
    assert settings.logs.format == "json"
    assert settings.server.trusted_proxies == ()


def test_the_image_holds_what_the_wheel_needs() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
    names = {name for sources in copied for name in sources.split()}
    assert names >= {"assistant", "ingestion", "evals", "prompts", "knowledge", "constraints.txt", "pyproject.toml"}
    assert all((ROOT / name).exists() for name in names)


def has_compose() -> bool:
    try:
        return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not has_compose(), reason="docker has no compose plugin here")
def test_compose_itself_accepts_the_file() -> None:
    done = subprocess.run(
        ["docker", "compose", "config", "--quiet"],
        cwd=ROOT,
        env={**os.environ, "POSTGRES_PASSWORD": "s3cret"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
