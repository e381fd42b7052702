"""`madoguchi migrate`: create the database or bring it to this program's version."""

from __future__ import annotations

import argparse

from bot.settings import read_settings
from bot.store.migrations import migrate


def run(options: argparse.Namespace) -> int:
    """Migrate; running it again changes nothing."""
    del options
    migrate(read_settings().database_url)
    print("The database is up to date.")
    return 0
