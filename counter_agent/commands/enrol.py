"""`counter-agent enrol CODE`: turn the short-lived code of `madoguchi counter enrol` into this counter's identity."""

from __future__ import annotations

import argparse
import asyncio
import socket

from counter_agent.identity import keep_identity
from counter_agent.settings import checked_server, read_settings
from counter_agent.uplink import enrol


def run(options: argparse.Namespace) -> int:
    """Ask the server, and keep what it gives."""
    settings = read_settings()
    server = checked_server("--server", options.server) if options.server else settings.server
    enrolled = asyncio.run(enrol(server, options.code, options.name or socket.gethostname()[:60]))
    identity = keep_identity(settings.home, server, enrolled)
    print(f"counter-agent: enrolled as {identity.name!r} at {server}; the key is in {settings.home}")
    return 0
