"""`madoguchi content check`: every fault of a pack in one run, by file, line and key."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.content import booking_report, check_pack, unfound_questions
from bot.dialogue import day_in_tokyo
from bot.errors import ContentError, Fault
from bot.faq.entries import Found, Outcome
from bot.settings import read_settings
from bot.wiring import open_desk


def run(options: argparse.Namespace) -> int:
    """Print the faults and return 1, or say that there are none and return 0."""
    folder = options.pack or read_settings().content
    # The real day, also in a demonstration: it is compared with the days on which people checked facts.
    faults = check_pack(folder, day_in_tokyo(datetime.now(UTC)))
    unfound = _unfound(folder)
    for line in booking_report(folder):
        print(line, file=sys.stderr)
    for fault in sorted({*faults, *(unfound or ())}):
        print(fault)
    if unfound is None:
        print(f"{folder}: cannot be loaded; whether questions find their entries was not tried", file=sys.stderr)
    number = len(faults) + len(unfound or ())
    print(f"{folder}: {number} fault(s)" if number else f"{folder}: no faults", file=sys.stderr)
    return 1 if number else 0


def _unfound(folder: Path) -> tuple[Fault, ...] | None:
    """The questions that do not find their entries; None where the pack has faults that keep it from loading."""
    try:
        desk = open_desk(folder)
    except ContentError:
        return None
    return unfound_questions(desk.content, lambda text: _answered_by(desk.searcher.find(text)))


def _answered_by(found: Found) -> str | None:
    return found.matches[0].id if found.outcome is Outcome.ANSWER else None
