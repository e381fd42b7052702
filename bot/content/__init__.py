"""A content pack: a folder read once into frozen `Content`. No database, no clock, no wording.

Every fault of a pack is found in one reading and named by file, line and key (`ContentError`).
`load_pack` reads what the desk needs; `check_pack` also looks into templates, lengths and ways of asking.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from bot.content.pack import (
    Contact,
    Content,
    Dialogue,
    Entry,
    EntryKind,
    Formats,
    Localised,
    Notice,
    NoticeKind,
    Page,
    Source,
    Topic,
)

if TYPE_CHECKING:
    from bot.content.check import check_pack
    from bot.content.check_booking import booking_report
    from bot.content.corpus import documents, unfound_questions
    from bot.content.reading import load_pack

__all__ = [
    "Contact",
    "Content",
    "Dialogue",
    "Entry",
    "EntryKind",
    "Formats",
    "Localised",
    "Notice",
    "NoticeKind",
    "Page",
    "Source",
    "Topic",
    "booking_report",
    "check_pack",
    "documents",
    "load_pack",
    "unfound_questions",
]

_READING = {
    "booking_report": "bot.content.check_booking",
    "check_pack": "bot.content.check",
    "documents": "bot.content.corpus",
    "load_pack": "bot.content.reading",
    "unfound_questions": "bot.content.corpus",
}


def __getattr__(name: str) -> object:
    """Reading a pack needs YAML and more; a start that finds its desk kept from the last one needs neither."""
    if name not in _READING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_READING[name]), name)
