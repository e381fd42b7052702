"""A pack's folder -> `Content`, with every fault that its files show without being rendered.

What costs time (templates, ways of asking, lengths) is `check.py`'s; a start of the desk reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.booking_file import BookingFile, read_booking
from bot.content.eligibility_file import SchemeFile, read_eligibility
from bot.content.faq_file import Placed, TopicFile, read_topic
from bot.content.pack import Content, Entry
from bot.content.pack_file import PackFile, read_pack_file
from bot.content.part import Part, did_you_mean, read_yaml
from bot.content.texts_file import TextsFile, read_texts
from bot.errors import ContentError, Fault
from bot.language import Language

_PACK = "pack.yaml"
_SYNONYMS = "synonyms.yaml"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, with the places it was read from. Where `faults` are, `content` has gaps."""

    content: Content
    faults: list[Fault]
    pack: PackFile
    texts: Mapping[Language, TextsFile]
    topics: tuple[TopicFile, ...]
    unread: frozenset[str]
    """Topics whose file could not be read at all: what they hold is not known, so nothing is said to be missing."""
    schemes: tuple[SchemeFile, ...] = ()
    booking: BookingFile | None = None

    @property
    def placed(self) -> tuple[Placed, ...]:
        """All entries with their places, also those that share an id."""
        return tuple(placed for topic in self.topics for placed in topic.placed)


def load_pack(folder: Path) -> Content:
    """The pack of a folder. Raises ContentError with every fault that would keep the desk from answering from it."""
    if not folder.is_dir():
        raise ContentError((no_folder(folder),))
    reading = read_pack(folder)
    if reading.faults:
        raise ContentError(tuple(sorted(set(reading.faults))))
    return reading.content


def no_folder(folder: Path) -> Fault:
    """The one fault of a pack that is not there at all."""
    return Fault(str(folder), 0, "(folder)", "is no folder; name the folder of a content pack")


def read_pack(folder: Path) -> Reading:
    """All that can be read, and what is wrong with the rest."""
    faults: list[Fault] = []
    pack = read_pack_file(read_yaml(folder, _PACK, faults))
    texts = {language: read_texts(read_yaml(folder, f"texts/{language}.yaml", faults)) for language in Language}
    topics = tuple(_read_topics(folder, pack, faults))
    synonyms = _read_synonyms(folder, faults)
    schemes = read_eligibility(folder, faults)
    unread = frozenset(file.stem for file in folder.glob("faq/*.yaml")) - {one.topic.id for one in topics}
    booking = read_booking(folder, pack.values, faults)
    content = _content_of(pack, texts, topics, synonyms, schemes, booking)
    reading = Reading(content, faults, pack, texts, topics, unread, schemes, booking)
    _check_topics(reading)
    _check_notices(reading)
    _check_same_keys(reading)
    return reading


def _read_topics(folder: Path, pack: PackFile, faults: list[Fault]) -> list[TopicFile]:
    files = sorted(folder.glob("faq/*.yaml"))
    if not files:
        faults.append(Fault("faq", 0, "(folder)", "has no file; add faq/<topic>.yaml"))
    parts = ((file.stem, read_yaml(folder, f"faq/{file.name}", faults)) for file in files)
    return [read_topic(part, stem, pack.validity) for stem, part in parts if not part.is_absent]


def _read_synonyms(folder: Path, faults: list[Fault]) -> Mapping[str, tuple[str, ...]]:
    """A pack may do without synonyms."""
    if not (folder / _SYNONYMS).exists():
        return {}
    part = read_yaml(folder, _SYNONYMS, faults)
    if part.is_absent:
        return {}
    listed = part.fields(("synonyms",))["synonyms"]
    return {} if listed.is_absent else {word: _read_meanings(word, meanings) for word, meanings in listed.named()}


def _read_meanings(word: str, part: Part) -> tuple[str, ...]:
    meanings = part.texts()
    if not meanings:
        part.fault("has no word of the town's; write at least one")
    if word in meanings:
        part.fault(f"{word!r} means itself; delete it from the list")
    return meanings


def _content_of(
    pack: PackFile,
    texts: Mapping[Language, TextsFile],
    topics: tuple[TopicFile, ...],
    synonyms: Mapping[str, tuple[str, ...]],
    schemes: tuple[SchemeFile, ...],
    booking: BookingFile | None,
) -> Content:
    entries = [placed.entry for topic in topics for placed in topic.placed]
    return Content(
        pack_id=pack.pack_id,
        title=pack.title,
        languages=tuple(Language),
        page=pack.page,
        values=pack.values,
        topics=tuple(topic.topic for topic in topics),
        entries={entry.id: entry for entry in entries if entry.id},
        texts={language: file.texts for language, file in texts.items()},
        words=_all_words(texts),
        notices=pack.notices,
        synonyms=synonyms,
        formats={language: file.formats for language, file in texts.items() if file.formats},
        schemes={file.scheme.id: file.scheme for file in schemes},
        booking=booking.plan if booking else None,
    )


def _all_words(texts: Mapping[Language, TextsFile]) -> Mapping[str, frozenset[str]]:
    words: dict[str, frozenset[str]] = {}
    for file in texts.values():
        for command, listed in file.words.items():
            words[command] = words.get(command, frozenset()) | listed
    return words


def _check_topics(reading: Reading) -> None:
    """Ids are unique; sections and related entries exist; two topics do not claim one place in the menu."""
    first: dict[str, Placed] = {}
    for placed in reading.placed:
        entry, part = placed.entry, placed.part
        if entry.id in first and entry.id:
            where = first[entry.id].part
            part.at("id").fault(f"is also the id of the entry at {where.file}:{where.line}; choose another")
        first.setdefault(entry.id, placed)
        _check_section(entry, part, reading.pack)
        _check_related(entry, part, reading)
    _check_orders(reading)


def _check_section(entry: Entry, part: Part, pack: PackFile) -> None:
    section, known = entry.source.section, pack.page.sections
    if section and known and section not in known:
        problem = f"the page has no section {section!r} in pack.yaml{did_you_mean(section, known)}"
        part.at("source", "section").fault(problem)


def _check_related(entry: Entry, part: Part, reading: Reading) -> None:
    known = reading.content.entries
    for related in entry.related:
        if related == entry.id:
            part.at("related").fault("names the entry itself; delete it")
        elif related not in known and related.partition(".")[0] not in reading.unread:
            part.at("related").fault(f"there is no entry {related!r}{did_you_mean(related, known)}")


def _check_orders(reading: Reading) -> None:
    taken: dict[int, str] = {}
    for file in reading.topics:
        topic = file.topic
        if topic.order in taken:
            file.part.at("order").fault(f"{topic.order} is the place of topic {taken[topic.order]!r}; choose another")
        if topic.order:
            taken[topic.order] = topic.id


def _check_notices(reading: Reading) -> None:
    texts = {key for file in reading.texts.values() for key in file.texts}
    for notice, part in zip(reading.pack.notices, reading.pack.notice_parts, strict=True):
        if texts and notice.text_key and notice.text_key not in texts:
            part.at("text").fault(f"there is no text {notice.text_key!r}{did_you_mean(notice.text_key, texts)}")


def _check_same_keys(reading: Reading) -> None:
    """Each text and each command is there in each language whose file could be read."""
    read = [file for file in reading.texts.values() if not file.part.is_absent]
    keys = {key for file in read for key in file.texts}
    commands = {command for file in read for command in file.words}
    for file in read:
        for key in sorted(keys - set(file.texts)):
            file.part.child(key).fault("is missing here, but another language has it; write it")
        for command in sorted(commands - set(file.words)):
            file.part.at("words").child(command).fault("is missing here, but another language has it; write its words")
