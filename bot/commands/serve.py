"""`madoguchi serve`: the web chat and the configured channels, until it is told to stop."""

from __future__ import annotations

import argparse
import errno
import logging
import socket
import sys

from bot.errors import SettingsError
from bot.serving import build_app
from bot.settings import Settings, read_settings
from bot.store.migrations import migrate
from bot.web.server import Server
from bot.wiring import build_service


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; what is being answered is finished first."""
    del options
    settings = read_settings()
    _log_to_stderr(settings.log_level)
    with _listen(settings) as listening:
        service = build_service(settings)
        migrate(settings.database_url)
        print(_address(settings, listening), flush=True)
        Server(build_app(service), settings.trusted_proxies).run(sockets=[listening])
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything else starts, so that a taken port is one clear line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise _not_listening(settings, error) from error
    return listening


def _not_listening(settings: Settings, error: OSError) -> SettingsError:
    """Whichever of the two it lies at: a name nobody knows or an address of another machine, or the port."""
    where = f"cannot listen on {settings.host}:{settings.port} ({error.strerror})"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return SettingsError("MADOGUCHI_HOST", f"{where}; set it to an address of this machine")
    return SettingsError("MADOGUCHI_PORT", f"{where}; choose another port or stop what uses it")


def _address(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    where = f"Madoguchi: the web chat is at http://{host}:{listening.getsockname()[1]}/"
    if settings.clock_starts_at is None:
        return where
    return f"{where}\nThe clock is a demonstration's: it started at {settings.clock_starts_at.isoformat()}."


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # httpx logs whole URLs at INFO, and Telegram's hold the bot's token.
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # python-telegram-bot logs an update that it cannot parse whole, and with it what a resident wrote.
    logging.getLogger("telegram.Bot").setLevel(logging.CRITICAL + 1)
