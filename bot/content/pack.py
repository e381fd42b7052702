"""What a content pack holds, once read: frozen types, nothing else. Dates are days in Japan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.booking.plan import Plan
from bot.eligibility.rules import Scheme
from bot.language import Language

Localised = Mapping[Language, str]
"""One text in each language of the pack."""


class EntryKind(StrEnum):
    """What an answer rests on; see docs/content.md."""

    FACT = "fact"
    NOT_ON_PAGE = "not_on_page"
    GENERAL = "general"
    CHAT = "chat"
    ELSEWHERE = "elsewhere"
    DIALOGUE = "dialogue"


class Dialogue(StrEnum):
    """A dialogue that an entry of kind `dialogue` begins."""

    ELIGIBILITY = "eligibility"
    BOOKING = "booking"
    BOOKINGS = "bookings"
    WHICH_BOOKING = "which_booking"


class Contact(StrEnum):
    """Whom an answer names to call."""

    HOTLINE = "hotline"
    CITY = "city"
    BOTH = "both"
    OPERATOR = "operator"
    NONE = "none"


class NoticeKind(StrEnum):
    """CLOSING stands instead of answers that no longer hold; BANNER goes before answers."""

    BANNER = "banner"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer rests on: a section of the pack's page, or a named public source elsewhere."""

    section: str | None = None
    facts: tuple[str, ...] = ()
    name: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer. `asks` is by language code, also of languages only understood.

    `starts` is the dialogue that begins in place of the answer. `line` is where the entry begins in
    `faq/<topic>.yaml`, for whoever reports a fault in it.
    """

    id: str
    topic: str
    kind: EntryKind
    label: Localised
    question: Localised
    asks: Mapping[str, tuple[str, ...]]
    answer: Localised
    source: Source
    contact: Contact
    valid_from: date
    valid_until: date | None
    related: tuple[str, ...] = ()
    starts: Dialogue | None = None
    line: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether the answer still holds on `day` (both ends included; before the page's day, it does)."""
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading of the menu. `order` 0 keeps it out of the menu."""

    id: str
    order: int
    label: Localised
    entry_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that changes what is said between two days (both included; no `until_on`: for good)."""

    text_key: str
    kind: NoticeKind
    from_on: date
    until_on: date | None

    def in_force_on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Page:
    """The official page the pack rests on. `sections` maps a short id to the page's heading."""

    title: str
    number: str
    publisher: str
    url: str
    updated_on: date
    checked_on: date
    sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language words dates, times and numbers. `patterns` are small templates by name (docs/content.md);
    `months` begin with January, `weekdays` with Monday."""

    reiwa: str
    heisei: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    am: str
    pm: str
    patterns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole pack, checked. `texts` is by language, then dotted key; `words` are the typed commands
    (`menu`, `help`, …) in all languages, normalised; `synonyms` maps a resident's word to the town's words; `schemes`
    are the programmes whose rules the desk knows, by id; `booking` says which visits can be booked (None: none)."""

    pack_id: str
    title: Localised
    languages: tuple[Language, ...]
    page: Page
    values: Mapping[str, object]
    topics: tuple[Topic, ...]
    entries: Mapping[str, Entry]
    texts: Mapping[Language, Mapping[str, str]]
    words: Mapping[str, frozenset[str]]
    notices: tuple[Notice, ...]
    synonyms: Mapping[str, tuple[str, ...]]
    formats: Mapping[Language, Formats] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    booking: Plan | None = None

    def notice_on(self, day: date, kind: NoticeKind) -> Notice | None:
        """The notice of that kind in force on `day`."""
        return next((n for n in self.notices if n.kind is kind and n.in_force_on(day)), None)
