"""Composition root, the web: the service's routes, its health and its numbers.

What only `serve` needs is imported where it is used, as in `wiring`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.dialogue import Phrase, day_in_tokyo
from bot.language import Language

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from bot.web.health import Metric
    from bot.web.page import Front

from bot.running import Running, paced_take
from bot.wiring import Service, retention

_TICKETS_LOOKED_UP = 60
"""Tickets one caller may look up in a row; then one every two seconds."""

_COUNTER_GUESSES = 20
"""Wrong codes and tokens one caller may show in a row; then one every ten seconds."""


def build_app(service: Service) -> Starlette:
    """The web application; its lifespan runs the service's background work."""
    from bot.channels.webchat import NAME
    from bot.web import app
    from bot.web.health import Operators
    from bot.web.webchat import Chat

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with Running(service):
            yield

    chat = Chat(service.turns, service.letterboxes[NAME], service.clock, retention(service.settings))
    operators = Operators(is_ready=lambda: _is_ready(service), measure=lambda: _measure(service))
    return app.build_app(
        _front(service), chat, operators, extra_routes=(*_ticket_routes(service), *_routes(service)), lifespan=lifespan
    )


def _front(service: Service) -> Front:
    from bot.web.page import Front

    content, texts = service.desk.content, service.texts

    def word(key: str, language: Language) -> str:
        return texts.word(Phrase(key), language, day_in_tokyo(service.clock()))

    contacts = {name: word(f"number.{name}", Language.JA) for name in ("hotline", "city")}
    is_demo = service.settings.clock_starts_at is not None
    return Front(
        word=word,
        title=content.title,
        city=content.page.publisher,
        contacts=contacts,
        source_url=content.page.url,
        demo_date=(lambda language: word("number.today", language)) if is_demo else None,
    )


def _ticket_routes(service: Service) -> Sequence[BaseRoute]:
    if service.desk.content.booking is None:
        return ()
    from bot.web.pace import Pace
    from bot.web.tickets import ticket_routes

    return ticket_routes(service.tickets, Pace(burst=_TICKETS_LOOKED_UP, per_second=0.5))


def _routes(service: Service) -> Sequence[BaseRoute]:
    return (*_telegram_routes(service), *_line_routes(service), *_counter_routes(service))


def _counter_routes(service: Service) -> Sequence[BaseRoute]:
    if service.arrivals is None:
        return ()
    from starlette.routing import Mount

    from bot.web.counter_api import counter_app
    from bot.web.pace import Pace
    from counter_agent.wire import PREFIX

    return (Mount(PREFIX, counter_app(service.arrivals, Pace(burst=_COUNTER_GUESSES, per_second=0.1))),)


def _line_routes(service: Service) -> Sequence[BaseRoute]:
    settings = service.settings.line
    if service.line is None or settings is None:
        return ()
    from bot.web.webhooks import line_webhook

    secret = settings.channel_secret.reveal()
    door = line_webhook(service.turns.take, service.line, secret, clock=service.clock, under_way=service.under_way)
    return (door,)


def _telegram_routes(service: Service) -> Sequence[BaseRoute]:
    settings = service.settings.telegram
    if service.telegram is None or settings is None or settings.webhook_secret is None:
        return ()
    from bot.web.webhooks import telegram_webhook

    return (telegram_webhook(paced_take(service), service.telegram, settings.webhook_secret.reveal()),)


async def _is_ready(service: Service) -> bool:
    """Ready when the database answers."""
    from bot.errors import StoreError
    from bot.store import outbox

    try:
        await service.engine.read(outbox.dead(1))
    except StoreError:
        return False
    return True


async def _measure(service: Service) -> Sequence[Metric]:
    """Counts since the start, and the letters given up; nothing about a person."""
    from bot.store import outbox
    from bot.web.health import Metric

    turns = [
        Metric("madoguchi_turns_total", "counter", "Events taken.", count, {"channel": channel})
        for channel, count in sorted(service.turns.taken.items())
    ]
    letters = [
        Metric(
            "madoguchi_letters_total",
            "counter",
            "Letters handed to a platform, by outcome.",
            count,
            {"outcome": outcome},
        )
        for outcome, count in sorted(service.delivery.outcomes.items())
    ]
    dead = len(await service.engine.read(outbox.dead(1000)))
    broken = Metric("madoguchi_turns_broken_total", "counter", "Events answered with an apology.", service.turns.broken)
    given_up = Metric("madoguchi_letters_given_up", "gauge", "Letters given up and still kept.", dead)
    return [
        *turns,
        *letters,
        broken,
        given_up,
        *_line_pushes(service),
        *_visits(service),
        *_reminders(service),
        *_audited(service),
    ]


def _reminders(service: Service) -> Sequence[Metric]:
    """Reminders that came to nothing since the start, because their visit had begun."""
    from bot.web.health import Metric

    if service.sweeper is None:
        return ()
    dropped = service.sweeper.dropped
    return (Metric("madoguchi_reminders_dropped_total", "counter", "Reminders that had lost their point.", dropped),)


def _audited(service: Service) -> Sequence[Metric]:
    """What the last night's recount of bookings found."""
    from bot.web.health import Metric

    found = service.auditor.found if service.auditor else None
    if found is None:
        return ()
    return (Metric("madoguchi_booking_audit_findings", "gauge", "Disagreements in the last nightly recount.", found),)


def _visits(service: Service) -> Sequence[Metric]:
    """What counters reported since the start: how visits ended, and what reading cards proved."""
    from bot.web.health import Metric

    if service.arrivals is None:
        return ()
    ended = sorted(service.arrivals.ended.items())
    read = sorted(service.arrivals.read.items())
    return (
        *(Metric("madoguchi_visits_total", "counter", "Visits ended.", n, {"outcome": one}) for one, n in ended),
        *(Metric("madoguchi_cards_total", "counter", "Cards read.", n, {"verdict": one}) for one, n in read),
    )


def _line_pushes(service: Service) -> Sequence[Metric]:
    """This month's pushes as last heard of; nothing until the first one."""
    from bot.web.health import Metric

    month = service.line.known_month if service.line else None
    if month is None:
        return ()
    used = Metric("madoguchi_line_pushes_used", "gauge", "Messages pushed over LINE this month.", month.used)
    if month.most is None:
        return (used,)
    return (used, Metric("madoguchi_line_pushes_most", "gauge", "Messages that may be pushed a month.", month.most))
