"""`counter-agent audit verify`: whether the action log is as it was written, line by line."""

from __future__ import annotations

import argparse
import sys

from counter_agent.auditlog import verify
from counter_agent.errors import AuditError
from counter_agent.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Say how far the log goes; exit 1 at the first line that does not fit."""
    path = options.file or read_settings().home / "actions.log"
    if not path.exists():
        print(f"counter-agent: there is no action log at {path}", file=sys.stderr)
        return 2
    try:
        head = verify(path)
    except AuditError as error:
        print(f"counter-agent: {path}: {error}", file=sys.stderr)
        return 1
    print(f"{path}: {head.lines} lines, unbroken; last hash {head.hash}")
    return 0
