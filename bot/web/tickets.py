"""A booking's own page: the ticket to print, its QR code, its calendar file. Who has the number may see them: no name
is on them. Guessing is slowed down, and a number that cannot be one is not even looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.booking.bookings import SEATED, Booking, Status
from bot.booking.tickets import Misread, parse
from bot.content import Content
from bot.dialogue import Conversation, File, Kind, Phrase, Say, day_in_tokyo
from bot.handlers import booked
from bot.language import Language
from bot.store import booking_rows
from bot.store.engine import Engine
from bot.texts import Texts
from bot.web.pace import Pace
from bot.web.problems import Problem
from bot.web.ticket_files import TicketCard, calendar_file, qr_png, qr_svg

PATH: Final = "/tickets/{ticket}"
_SPOKEN = {Language.JA: "ja", Language.JA_EASY: "ja", Language.EN: "en"}
_CALENDAR = "text/calendar"


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets as residents take them away. `domain` makes calendar entries unique in the world."""

    engine: Engine
    texts: Texts
    content: Content
    clock: Callable[[], datetime]
    domain: str

    async def find(self, ticket: str) -> Booking | None:
        """The booking of a ticket that was given out; None for a hold, a place in line, or no booking at all."""
        typed = parse(ticket)
        if isinstance(typed, Misread):
            return None
        found = await self.engine.read(booking_rows.by_ticket(typed))
        return found if found and found.status in SEATED - {Status.HELD, Status.OFFERED} else None

    async def files(self, ticket: str) -> Sequence[File]:
        """What goes with a ticket on a channel that sends files: the QR code and the calendar entry."""
        booking = await self.find(ticket)
        if booking is None:
            return ()
        return (
            File(f"{booking.ticket}.png", "image/png", qr_png(booking.ticket)),
            File(f"{booking.ticket}.ics", _CALENDAR, self.calendar(booking)),
        )

    def calendar(self, booking: Booking) -> bytes:
        """The booking's calendar file, in its language."""
        language = booking.language

        def word(key: str) -> str:
            return self.texts.word(Phrase(key), language, day_in_tokyo(self.clock()))

        card = TicketCard(
            ticket=booking.ticket,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            title=word(f"booking.service.{booking.service}.name"),
            place=word(f"booking.service.{booking.service}.place"),
            notes=self.worded(booking, language),
            url=self.content.page.url,
            version=booking.version,
            changed_at=booking.changed_at,
            is_cancelled=booking.status is Status.CANCELLED,
        )
        return calendar_file(card, self.domain)

    def worded(self, booking: Booking, language: Language) -> str:
        """The ticket in words, as the chat says it."""
        plan = self.content.booking
        if plan is None:
            return ""
        (said,) = booked.ticket(Conversation(), booking, plan, "shown").says
        return self.texts.render(Say(Kind.TICKET, said.phrases), language, day_in_tokyo(self.clock())).text


def ticket_routes(tickets: Tickets, pace: Pace) -> list[Route]:
    """`/tickets/NUMBER`, `…/qr.svg`, `…/visit.ics`."""
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("ticket.html")

    async def booking_of(request: Request) -> Booking:
        who = request.client.host if request.client else ""
        if wait_s := pace.wait_s(who):
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_fast", "slow down", retry_after_s=wait_s)
        booking = await tickets.find(request.path_params["ticket"])
        if booking is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no_such_ticket", "there is no such ticket")
        return booking

    async def page(request: Request) -> Response:
        booking = await booking_of(request)
        asked = request.query_params.get("lang")
        language = Language(asked) if asked in tuple(Language) else booking.language

        def word(key: str) -> str:
            return tickets.texts.word(Phrase(key), language, day_in_tokyo(tickets.clock()))

        seen = {
            "booking": booking,
            "is_cancelled": booking.status is Status.CANCELLED,
            "language": language.value,
            "spoken": _SPOKEN[language],
            "title": tickets.content.title[language],
            "paragraphs": [part.split("\n") for part in tickets.worded(booking, language).split("\n\n")],
            "word": word,
        }
        return HTMLResponse(template.render(seen), headers={"Content-Language": _SPOKEN[language]})

    async def picture(request: Request) -> Response:
        booking = await booking_of(request)
        return Response(qr_svg(booking.ticket), media_type="image/svg+xml")

    async def calendar(request: Request) -> Response:
        booking = await booking_of(request)
        headers = {"Content-Disposition": f'attachment; filename="{booking.ticket}.ics"'}
        return Response(tickets.calendar(booking), media_type=_CALENDAR, headers=headers)

    return [
        Route(PATH, page, methods=["GET"]),
        Route(f"{PATH}/qr.svg", picture, methods=["GET"]),
        Route(f"{PATH}/visit.ics", calendar, methods=["GET"]),
    ]
