"""`counter-agent training`: the whole counter with made-up cards and residents, and no line to any server."""

from __future__ import annotations

import argparse

from counter_agent.commands.serve import log_to_stderr, serve
from counter_agent.settings import read_settings
from counter_agent.wiring import build_training


def run(_options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    settings = read_settings()
    log_to_stderr(settings.log_level)
    return serve(settings, build_training(settings))
