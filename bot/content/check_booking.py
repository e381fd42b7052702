"""Faults of the booking folder: what needs the rest of the pack, and what is odd about the plan as a whole.

A plan whose own files have a fault is not there to be looked at (`booking_file.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.booking.calendar import ClosedReason
from bot.booking.days import Mark
from bot.booking.lint import findings
from bot.booking.report import report
from bot.booking.rules import Reason
from bot.booking.services import ServiceKind, after_visit, label_of_item, text_of_item
from bot.booking.tickets import Slip
from bot.content.booking_file import CALENDAR, FOLDER, SERVICES, BookingFile
from bot.content.part import Part, did_you_mean
from bot.content.reading import Reading, read_pack
from bot.errors import Fault
from bot.language import Language

_FILES = frozenset({SERVICES, CALENDAR})
_LONGEST_LABEL = 20


def check_booking(folder: Path, reading: Reading) -> None:
    """Note what is wrong with the pack's booking folder."""
    for file in sorted((folder / FOLDER).glob("*")):
        name = file.relative_to(folder).as_posix()
        if name not in _FILES and not file.name.startswith("."):
            reading.faults.append(
                Fault(name, 0, "(file)", f"is not read; rename or delete it{did_you_mean(name, _FILES)}")
            )
    if reading.booking is None:
        return
    _check_sections(reading.booking, reading)
    _check_texts(reading.booking, reading)
    _check_help(reading.booking, reading)
    for finding in findings(reading.booking.plan):
        top = reading.booking.services if finding.file == "services" else reading.booking.calendar
        _below(top, finding.key).fault(finding.problem)


def booking_report(folder: Path) -> tuple[str, ...]:
    """What the pack's booking plan comes to, in lines; none where there is no plan or it has a fault."""
    booking = read_pack(folder).booking
    return report(booking.plan) if booking else ()


def _check_sections(booking: BookingFile, reading: Reading) -> None:
    known = reading.pack.page.sections
    for section, part in booking.sections:
        if known and section and section not in known:
            part.fault(f"the page has no section {section!r} in pack.yaml{did_you_mean(section, known)}")


def _check_help(booking: BookingFile, reading: Reading) -> None:
    """What a desk is said to help with is a next step of some result; else its button never comes."""
    schemes = (file.scheme for file in reading.schemes)
    steps = {
        step.rpartition(".")[2]
        for scheme in schemes
        for version in scheme.versions
        for benefit in version.benefits
        for case in benefit.cases
        for step in case.steps
    }
    for service in booking.plan.services.values():
        for step in service.helps_with:
            if step not in steps:
                part = booking.services.at("services", service.id, "helps_with")
                part.fault(f"no result of eligibility/ has the step {step!r}{did_you_mean(step, steps)}")


def _check_texts(booking: BookingFile, reading: Reading) -> None:
    """Everything the dialogue says by a key of the plan has a text; what stands on buttons fits there."""
    ours = reading.texts[Language.JA]
    if ours.part.is_absent:
        return
    for key, part in _keys_needed(booking):
        if key not in ours.texts:
            part.fault(f"there is no text {key!r}; write it in texts/*.yaml")
    labels = {service.text_keys[0] for service in booking.plan.services.values()}
    for texts in reading.texts.values():
        for key in sorted(labels & set(texts.texts)):
            if len(text := texts.texts[key]) > _LONGEST_LABEL:
                problem = f"has {len(text)} characters, at most {_LONGEST_LABEL} fit on a button; shorten it"
                texts.parts[key].fault(problem)


def _keys_needed(booking: BookingFile) -> Iterator[tuple[str, Part]]:
    """Text keys with the place that needs them."""
    for service in booking.plan.services.values():
        part = booking.services.at("services", service.id)
        yield from ((key, part) for key in service.text_keys)
        yield from ((text_of_item(item), part.at("bring")) for item in service.bring)
        yield from ((label_of_item(item), part.at("at_counter", "items")) for item in service.at_counter.items)
        if service.kind is ServiceKind.DESK:
            yield after_visit(service.id), part
    for number, closure in enumerate(booking.plan.calendar.closures, start=1):
        yield closure.note_key, _below(booking.calendar, ("closures", str(number), "note"))
    for group, members in (("closed", ClosedReason), ("refused", Reason), ("misread", Slip), ("mark", Mark)):
        yield from ((f"booking.{group}.{member}", booking.calendar) for member in members)


def _below(part: Part, key: tuple[str, ...]) -> Part:
    """The part at that key, items of a list counted from 1; the nearest one above where there is none."""
    for name in key:
        items = part.items() if name.isdecimal() else ()
        part = items[int(name) - 1] if items else part.at(name)
    return part
