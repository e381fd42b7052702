"""`check_pack`: everything that can be wrong with a pack, in one run; for the command and the tests.

The desk's start does without it: it only reads (`reading.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from bot.content.check_asks import check_asks
from bot.content.check_booking import check_booking
from bot.content.check_eligibility import check_schemes
from bot.content.check_texts import check_language
from bot.content.faq_file import Placed
from bot.content.pack import Content, Localised, Notice
from bot.content.part import Part, did_you_mean
from bot.content.reading import Reading, no_folder, read_pack
from bot.errors import Fault
from bot.language import Language

_LONGEST_LABEL = 20
_TAGS = ("{{", "{%", "{#")


def check_pack(folder: Path, today: date | None = None) -> tuple[Fault, ...]:
    """Every fault of the pack, by file and line. With `today`, days that cannot have come yet are faults too."""
    if not folder.is_dir():
        return (no_folder(folder),)
    reading = read_pack(folder)
    check_asks(reading.placed)
    _check_files(folder, reading)
    _check_labels(reading)
    _check_told_apart(reading)
    _check_words(reading)
    _check_notices(reading)
    _check_stale(reading)
    check_schemes(folder, reading)
    check_booking(folder, reading)
    if today:
        _check_future(reading.pack.part.at("page"), today, reading.content)
    days = _days_that_matter(reading.content)
    for language in reading.content.formats:
        if days and reading.content.values:
            check_language(reading, language, days)
    return tuple(sorted(set(reading.faults)))


def _check_files(folder: Path, reading: Reading) -> None:
    """Files that look like the pack's and are never read: `texts/fr.yaml`, `faq/desk.yml`, a note."""
    known = {f"texts/{language}.yaml" for language in Language}
    for file in sorted((*folder.glob("texts/*"), *folder.glob("faq/*"))):
        name = file.relative_to(folder).as_posix()
        is_read = file.is_file() and (name in known or (file.parent.name == "faq" and file.suffix == ".yaml"))
        if not (is_read or file.name.startswith(".")):
            hint = did_you_mean(name, known) if file.parent.name == "texts" else "; topics are faq/<topic>.yaml"
            reading.faults.append(Fault(name, 0, "(file)", f"is not read; rename or delete it{hint}"))


def _days_that_matter(content: Content) -> tuple[date, ...]:
    """The page's day, and the days around each date on which something changes."""
    changes = {day for entry in content.entries.values() for day in (entry.valid_from, entry.valid_until)}
    changes |= {day for notice in content.notices for day in (notice.from_on, notice.until_on)}
    changes |= set(_dates_in(content.values))
    days = {day + timedelta(days=by) for day in changes if day and day != date.min for by in (-1, 0, 1)}
    first = content.page.updated_on
    return (first, *sorted(days - {first})) if first != date.min else tuple(sorted(days))


def _dates_in(values: object) -> Iterator[date]:
    if isinstance(values, date):
        yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _dates_in(value)


def _check_labels(reading: Reading) -> None:
    """Labels fit on a button; labels and questions are plain text, since no day changes them."""
    for topic in reading.topics:
        _check_label(topic.topic.label, topic.part.at("label"))
    for placed in reading.placed:
        _check_label(placed.entry.label, placed.part.at("label"))
        _check_plain(placed.entry.question, placed.part.at("question"))
    for file in reading.texts.values():
        for key, text in file.texts.items():
            if key.startswith("button."):
                _check_length(text, file.parts[key])


def _check_told_apart(reading: Reading) -> None:
    """Buttons that stand together say different things: a label may also be typed."""
    labels: dict[tuple[str, Language, str], Placed] = {}
    for placed in reading.placed:
        for language, text in placed.entry.label.items():
            first = labels.setdefault((placed.entry.topic, language, text), placed)
            if first.entry.id != placed.entry.id and text:
                problem = f"{text!r} is also the label of {first.part.key}; say it differently"
                placed.part.at("label", language).fault(problem)


def _check_label(label: Localised, part: Part) -> None:
    _check_plain(label, part)
    for language, text in label.items():
        _check_length(text, part.at(language))


def _check_length(text: str, part: Part) -> None:
    if len(text) > _LONGEST_LABEL:
        part.fault(f"has {len(text)} characters, at most {_LONGEST_LABEL} fit on a button; shorten it")


def _check_plain(texts: Localised, part: Part) -> None:
    for language, text in texts.items():
        if any(tag in text for tag in _TAGS):
            part.at(language).fault("is no template; write the words out")


def _check_words(reading: Reading) -> None:
    """A typed word means one command."""
    meaning: dict[str, str] = {}
    for file in reading.texts.values():
        for command, words in file.words.items():
            for word in sorted(words):
                if meaning.setdefault(word, command) != command:
                    problem = f"{word!r} already means {meaning[word]!r}; keep it in one of them"
                    file.part.at("words", command).fault(problem)


def _check_notices(reading: Reading) -> None:
    """Of one kind, one notice at a time."""
    notices = reading.pack.notices
    for place, notice in enumerate(notices):
        for earlier in notices[:place]:
            if earlier.kind is notice.kind and _overlap(earlier, notice):
                problem = f"is in force together with {earlier.text_key!r}; let one end before the other begins"
                reading.pack.notice_parts[place].fault(problem)


def _overlap(one: Notice, other: Notice) -> bool:
    ends, other_ends = one.until_on or date.max, other.until_on or date.max
    return one.from_on <= other_ends and other.from_on <= ends


def _check_stale(reading: Reading) -> None:
    page_on = reading.content.page.updated_on
    for placed in reading.placed:
        until_on = placed.entry.valid_until
        if until_on is not None and until_on < page_on:
            problem = f"ended on {until_on}, before the page's day, {page_on}; correct the day or delete the entry"
            placed.part.at("valid", "until").fault(problem)


def _check_future(page: Part, today: date, content: Content) -> None:
    for field, day in (("updated_on", content.page.updated_on), ("checked_on", content.page.checked_on)):
        if day > today:
            page.at(field).fault(f"{day} is after today, {today}; write the day it really was")
