"""A content pack: a folder read once into frozen `Content`. No database, no clock, no wording.

Every fault of a pack is found in one reading and named by file, line and key (`ContentError`).
`load_pack` reads what the desk needs; `check_pack` also looks into templates, lengths and ways of asking.
"""

from __future__ import annotations

from bot.content.check import check_pack
from bot.content.documents import documents, unfound_questions
from bot.content.pack import (
    Contact,
    Content,
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
from bot.content.reading import load_pack

__all__ = [
    "Contact",
    "Content",
    "Entry",
    "EntryKind",
    "Formats",
    "Localised",
    "Notice",
    "NoticeKind",
    "Page",
    "Source",
    "Topic",
    "check_pack",
    "documents",
    "load_pack",
    "unfound_questions",
]
