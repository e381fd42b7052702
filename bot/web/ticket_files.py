"""What a resident takes away from a booking: the ticket as a QR code and as a calendar file. No database, no words."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import segno
from icalendar import Calendar, Event

_TOKYO = ZoneInfo("Asia/Tokyo")
_MARGIN = 4
"""Modules of white around a QR code, as its standard asks for."""


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A booking as its files show it: worded already, in the resident's language.

    `version` grows with every change, so that a calendar that has the appointment moves it.
    """

    ticket: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    notes: str
    url: str
    version: int
    changed_at: datetime
    is_cancelled: bool = False


def qr_png(ticket: str, *, scale: int = 8) -> bytes:
    """The ticket number as a QR code that a scanner types in at the counter; nothing but the number is in it."""
    out = io.BytesIO()
    _code(ticket).save(out, kind="png", scale=scale, border=_MARGIN)
    return out.getvalue()


def qr_svg(ticket: str) -> bytes:
    """As `qr_png`, as a picture that prints sharply at any size. Black on white whatever the page's colours are."""
    out = io.BytesIO()
    _code(ticket).save(out, kind="svg", scale=8, border=_MARGIN, light="#fff", dark="#000", xmldecl=False, nl=False)
    return out.getvalue()


def calendar_file(card: TicketCard, domain: str) -> bytes:
    """The appointment for the resident's own calendar (iCalendar, Asia/Tokyo).

    `domain` makes the appointment's id unique in the world: the same ticket replaces its earlier version.
    """
    event = Event()
    event.add("uid", f"{card.ticket}@{domain}")
    event.add("dtstamp", card.changed_at.astimezone(UTC))
    event.add("sequence", card.version)
    event.add("dtstart", card.starts_at.astimezone(_TOKYO))
    event.add("dtend", card.ends_at.astimezone(_TOKYO))
    event.add("summary", card.title)
    event.add("location", card.place)
    event.add("description", card.notes)
    event.add("url", card.url)
    event.add("status", "CANCELLED" if card.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//madoguchi//desk//JA")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _code(ticket: str) -> segno.QRCode:
    return segno.make(ticket, error="q", micro=False)
