"""One `faq/<topic>.yaml` -> a `Topic` and its entries. Sees one file: what needs the whole pack is seen elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot.content.pack import Contact, Dialogue, Entry, EntryKind, Localised, Source, Topic
from bot.content.part import Part, did_you_mean
from bot.language import Language, Script

ASKED_IN = tuple(script.value for script in Script if script is not Script.UNKNOWN)
"""The languages an entry's ways of asking are written in."""

_ENTRY_REQUIRED = ("id", "label", "question", "asks", "answer", "contact")
_ENTRY_OPTIONAL = ("kind", "source", "valid", "related", "starts")
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
_LONGEST_ID = 40
_MOST_RELATED = 3

Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when an answer holds; no `until_on`: for good."""

    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with the part it was read from."""

    entry: Entry
    part: Part


@dataclass(frozen=True, slots=True)
class TopicFile:
    """What one file holds."""

    topic: Topic
    part: Part
    placed: tuple[Placed, ...]


def read_topic(part: Part, stem: str, default: Validity) -> TopicFile:
    """The file's topic and entries. `stem` is the file's name, which `topic` must repeat."""
    fields = part.fields(required=("topic", "order", "label", "entries"))
    topic_id = fields["topic"].text() or stem
    if topic_id != stem:
        fields["topic"].fault(f"must be the file's name, {stem!r}")
    entries = fields["entries"].items()
    if not entries:
        fields["entries"].fault("has no entry; add one or delete the file")
    named = (part.named_after("id") for part in entries)
    placed = tuple(Placed(_read_entry(part, stem, frozenset({stem, topic_id}), default), part) for part in named)
    entry_ids = tuple(one.entry.id for one in placed)
    topic = Topic(stem, fields["order"].number(), read_localised(fields["label"]), entry_ids)
    return TopicFile(topic, part, placed)


def read_localised(part: Part) -> Localised:
    """A text in each language the desk answers in; a language missing is a fault."""
    fields = part.fields(required=[language.value for language in Language])
    return {language: fields[language.value].text() for language in Language}


def read_validity(part: Part, default: Validity) -> Validity:
    """`{from, until}`, each with a default; `until: null` is for good."""
    if part.is_absent:
        return default
    fields = part.fields(optional=("from", "until"))
    from_on = fields["from"].day() or default.from_on
    until_on = default.until_on
    if "until" in fields:
        until_on = None if fields["until"].is_null else fields["until"].day()
    if until_on is not None and from_on > until_on:
        part.fault(f"begins on {from_on}, after its end on {until_on}; put the days in order")
    return Validity(from_on, until_on)


def read_member(part: Part, kinds: type[Member], default: Member) -> Member:
    """One of an enumeration's words; another word is a fault."""
    if part.is_absent:
        return default
    word = part.text()
    known = {member.value for member in kinds}
    if word in known:
        return kinds(word)
    if word:
        part.fault(f"{word!r} is unknown{did_you_mean(word, known)}")
    return default


def _read_entry(part: Part, topic: str, may_begin_with: frozenset[str], default: Validity) -> Entry:
    fields = part.fields(_ENTRY_REQUIRED, _ENTRY_OPTIONAL)
    kind = read_member(fields["kind"], EntryKind, EntryKind.FACT)
    validity = read_validity(fields["valid"], default)
    return Entry(
        id=_read_id(fields["id"], topic, may_begin_with),
        topic=topic,
        kind=kind,
        label=read_localised(fields["label"]),
        question=read_localised(fields["question"]),
        asks=_read_asks(fields["asks"]),
        answer=read_localised(fields["answer"]),
        source=_read_source(fields["source"], kind),
        contact=read_member(fields["contact"], Contact, Contact.NONE),
        valid_from=validity.from_on,
        valid_until=validity.until_on,
        related=_read_related(fields["related"]),
        starts=_read_starts(fields["starts"], kind),
        line=part.line,
    )


def _read_id(part: Part, topic: str, may_begin_with: frozenset[str]) -> str:
    entry_id = part.text()
    if not entry_id:
        return ""
    if not _ID.fullmatch(entry_id):
        part.fault(f"{entry_id!r} must be topic.name: lower case, digits and _ only")
    elif entry_id.partition(".")[0] not in may_begin_with:
        part.fault(f"{entry_id!r} must begin with the topic, {topic!r}")
    if len(entry_id) > _LONGEST_ID:
        part.fault(f"{entry_id!r} has {len(entry_id)} characters, at most {_LONGEST_ID}; shorten it")
    return entry_id


def _read_asks(part: Part) -> Mapping[str, tuple[str, ...]]:
    fields = part.fields(required=ASKED_IN)
    return {code: fields[code].texts() for code in ASKED_IN if code in fields}


def _read_source(part: Part, kind: EntryKind) -> Source:
    """A source as its kind demands: a section and facts of the page, or a name and address elsewhere, or none."""
    if kind in {EntryKind.CHAT, EntryKind.ELSEWHERE, EntryKind.DIALOGUE}:
        if not (part.is_absent or part.is_null):
            part.fault(f"an entry of kind {kind} has no source; delete it")
        return Source()
    required = ("name", "url") if kind is EntryKind.GENERAL else ("section",)
    if part.is_absent:
        part.fault(f"is missing; an entry of kind {kind} names its {' and '.join((*required, 'facts'))}")
        return Source()
    return _read_named_source(part, required)


def _read_named_source(part: Part, required: tuple[str, ...]) -> Source:
    fields = part.fields((*required, "facts"))
    facts = fields["facts"].texts()
    if not facts and "facts" in fields:
        fields["facts"].fault("names no fact; say which facts the answer rests on")
    read = {name: fields[name].text() or None for name in required if name in fields}
    if (url := read.get("url")) and not url.startswith(("https://", "http://")):
        fields["url"].fault("is no address; it begins with https://")
    return Source(facts=facts, **read)


def _read_starts(part: Part, kind: EntryKind) -> Dialogue | None:
    """The dialogue an entry begins; named by entries of kind `dialogue`, and only by them."""
    if kind is not EntryKind.DIALOGUE:
        if not part.is_absent:
            part.fault("only an entry of kind dialogue begins one; delete it, or write kind: dialogue")
        return None
    if part.is_absent:
        part.fault(f"is missing; name the dialogue that begins: {', '.join(Dialogue)}")
        return None
    return read_member(part, Dialogue, Dialogue.ELIGIBILITY)


def _read_related(part: Part) -> tuple[str, ...]:
    related = () if part.is_absent else part.texts()
    if len(related) > _MOST_RELATED:
        part.fault(f"names {len(related)} entries, at most {_MOST_RELATED}; keep the nearest")
    return related
