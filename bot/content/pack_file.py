"""`pack.yaml` -> the pack's name, page, values, notices and default validity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.content.faq_file import Validity, read_localised, read_member, read_validity
from bot.content.pack import Localised, Notice, NoticeKind, Page
from bot.content.part import Part
from bot.language import Language

_REQUIRED = ("id", "languages", "title", "page", "valid", "values", "notices")
_PAGE = ("title", "number", "publisher", "url", "updated_on", "checked_on", "sections")
_TAKEN = frozenset({"page", "today"})
"""Names that templates know besides `values`."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class PackFile:
    """What `pack.yaml` holds. `notice_parts` are the places of `notices`, in the same order."""

    part: Part
    pack_id: str
    title: Localised
    page: Page
    validity: Validity
    values: Mapping[str, object]
    notices: tuple[Notice, ...]
    notice_parts: tuple[Part, ...]


def read_pack_file(part: Part) -> PackFile:
    """The whole file; faults are noted."""
    fields = part.fields(_REQUIRED)
    _check_languages(fields["languages"])
    page = _read_page(fields["page"])
    notice_parts = () if fields["notices"].is_absent else fields["notices"].items()
    return PackFile(
        part=part,
        pack_id=fields["id"].text(),
        title=read_localised(fields["title"]),
        page=page,
        validity=read_validity(fields["valid"], Validity(page.updated_on, None)),
        values=_read_values(fields["values"]),
        notices=tuple(_read_notice(notice) for notice in notice_parts),
        notice_parts=notice_parts,
    )


def _check_languages(part: Part) -> None:
    if part.is_absent:
        return
    missing = {language.value for language in Language} - set(part.texts())
    unknown = set(part.texts()) - {language.value for language in Language}
    for code in sorted(missing):
        part.fault(f"{code} is missing; every pack answers in {', '.join(Language)}")
    for code in sorted(unknown):
        part.fault(f"the desk does not answer in {code!r}; delete it")


def _read_page(part: Part) -> Page:
    fields = part.fields(_PAGE)
    updated_on, checked_on = fields["updated_on"].day(), fields["checked_on"].day()
    if updated_on and checked_on and checked_on < updated_on:
        fields["checked_on"].fault(f"{checked_on} is before the page's day, {updated_on}; check the page again")
    sections = {} if fields["sections"].is_absent else dict(fields["sections"].named())
    return Page(
        title=fields["title"].text(),
        number=fields["number"].text(),
        publisher=fields["publisher"].text(),
        url=fields["url"].text(),
        updated_on=updated_on or date.min,
        checked_on=checked_on or date.min,
        sections={name: section.text() for name, section in sections.items()},
    )


def _read_values(part: Part) -> Mapping[str, object]:
    if part.is_absent:
        return {}
    groups = dict(part.named())
    for name, group in groups.items():
        _check_group(name, group)
    return {name: group.plain() for name, group in groups.items()}


def _check_group(name: str, group: Part) -> None:
    if name in _TAKEN or not _NAME.fullmatch(name):
        group.fault("cannot be a template's variable; use another name, lower case with _")
    if name == "hours":
        for _, spans in group.named():
            _check_spans(spans)


def _check_spans(part: Part) -> None:
    """Opening hours are a list of ["08:30", "11:00"], in order and apart."""
    clocks = [clock for span in part.items() for clock in _clocks_of(span)]
    if clocks != sorted(set(clocks)):
        part.fault("the times are not in order; write them as the day goes")


def _clocks_of(span: Part) -> tuple[str, ...]:
    clocks = span.texts()
    if len(clocks) != 2 or not all(_CLOCK.fullmatch(clock) for clock in clocks):
        span.fault('must be two times, as in ["08:30", "11:00"]')
        return ()
    return clocks


def _read_notice(part: Part) -> Notice:
    fields = part.fields(("text", "kind", "from", "until"))
    from_on = fields["from"].day()
    until_on = None if fields["until"].is_null else fields["until"].day()
    if from_on and until_on and from_on > until_on:
        part.fault(f"begins on {from_on}, after its end on {until_on}; put the days in order")
    kind = read_member(fields["kind"], NoticeKind, NoticeKind.BANNER)
    return Notice(fields["text"].text(), kind, from_on or date.min, until_on)
