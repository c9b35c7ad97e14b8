"""Start the service: first accounts, a free port, the addresses, then serve until stopped."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from assistant.app import Assistant, create_app, first_sign_ins
from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.telemetry import set_up_logs


def serve_forever(assistant: Assistant, out: Console) -> None:
    """Serve until a signal says stop; prints where, and on the first run how to sign in.

    Raises:
        SettingsError: the address is taken or not ours.
    """
    listening = _listen(assistant.settings)
    server = assistant.settings.server.model_copy(update={"port": listening.getsockname()[1]})
    settings = assistant.settings.model_copy(update={"server": server})
    set_up_logs(settings.logs)
    _announce(settings, asyncio.run(first_sign_ins(settings)), out)
    service(replace(assistant, settings=settings)).run(sockets=[listening])


def service(assistant: Assistant) -> uvicorn.Server:
    """The service, to be run. Whose X-Forwarded-For is believed is `server.trusted_proxies`, and nobody else's."""
    app = create_app(assistant)
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=3
    )
    return Service(config, app)


class Service(uvicorn.Server):
    """A server that ends its event streams first when it stops; they would hold it up."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: end the streams, finish the requests under way, then what the app itself has under way."""
        self._app.state.services.bell.close()
        await super().shutdown(sockets)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from None


def _announce(settings: Settings, passwords: dict[str, str], out: Console) -> None:
    url = settings.public_url
    out.print("\n[bold]Handrail is running[/] (stop with Ctrl+C)\n", highlight=False)
    for name, path in (
        ("Demo shop and chat", "/"),
        ("Inbox", "/inbox"),
        ("Studio", "/studio"),
        ("API", "/docs"),
    ):
        out.print(f"  {name:<20}{url}{path}", highlight=False, markup=False)
    out.print(f"  {'Chat model':<20}{_model(settings)}", highlight=False, markup=False)
    if passwords:
        out.print("\n  First sign-in, shown this once:", highlight=False)
        for name, password in passwords.items():
            out.print(f"  {name:<20}{password}", highlight=False, markup=False)
    else:
        out.print("\n  Forgot a password? handrail reset-password agent (or owner)", highlight=False)


def _model(settings: Settings) -> str:
    """The chat model's name and where it answers, without a password that the address may hold."""
    model = settings.model
    if not model.name:
        return "none: replies are extractive"
    where = urlsplit(model.base_url).netloc.rpartition("@")[2]
    return f"{model.name} at {where}" if where else model.name
