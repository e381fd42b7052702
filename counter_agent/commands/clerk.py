"""`counter-agent clerk NUMBER`: add a clerk, or give them a new password (typed, or on standard input)."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from counter_agent.screen.clerks import put_clerk
from counter_agent.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Keep the password's hash."""
    password = getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    put_clerk(read_settings().home / "clerks.json", options.number, password)
    print(f"counter-agent: clerk {options.number} may sign in")
    return 0
