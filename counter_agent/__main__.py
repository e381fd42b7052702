"""The command line of `counter-agent`. The card reader's work is not built yet; this says so and nothing else."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the version, or say plainly that this version has no card work yet (exit 2)."""
    parser = argparse.ArgumentParser(prog="counter-agent", description="The counter PC's program.")
    parser.add_argument("--version", action="version", version=f"counter-agent {version('madoguchi')}")
    parser.parse_args(arguments)
    print("counter-agent: this version has no card reading yet; only --version is available.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
