"""Start the service: first accounts, a free port, the addresses, then serve until stopped."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from rich.console import Console

from assistant.app import create_app, first_sign_ins
from assistant.errors import SettingsError
from assistant.settings import Settings


def serve_forever(settings: Settings, out: Console) -> None:
    """Serve until a signal says stop; prints where, and on the first run how to sign in.

    Raises:
        SettingsError: the address is taken or not ours.
    """
    listening = _listen(settings)
    port = listening.getsockname()[1]
    settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})
    _announce(settings, asyncio.run(first_sign_ins(settings)), out)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=3))
    server.run(sockets=[listening])


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
        out.print(f"  {name:<20}{url}{path}", highlight=False)
    if passwords:
        out.print("\n  First sign-in, shown this once:", highlight=False)
        for name, password in passwords.items():
            out.print(f"  {name:<20}{password}", highlight=False, markup=False)
    else:
        out.print("\n  Forgot a password? handrail reset-password agent (or owner)", highlight=False)
