"""A port for a server that is killed and started again where it was."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_MOST = 12_000


def steady_port() -> int:
    """A free port below those the kernel gives to outgoing connections: none of them takes it while the server is away."""
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    ports = random.SystemRandom().sample(range(max(1024, first_outgoing - _MOST), first_outgoing), 100)
    return next(port for port in ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
