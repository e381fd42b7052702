"""Composition root: settings -> objects. The only file that knows everybody; nothing is built elsewhere.

Heavy rooms are imported inside the functions that need them, so that `madoguchi ask` starts in a moment and a
channel's library is loaded only when that channel is configured.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot import content as pack
from bot.content import Content
from bot.dialogue import Desk, Incoming, Phrase, day_in_tokyo
from bot.faq.search import Searcher
from bot.kept import fingerprint, kept
from bot.language import Language
from bot.settings import LineSettings, Settings, TelegramMode, TelegramSettings

if TYPE_CHECKING:
    import asyncio

    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from bot.arrivals import Arrivals
    from bot.auditor import Auditor
    from bot.channels.channel import BundlingChannel, Channel
    from bot.channels.line import Line
    from bot.channels.telegram import Telegram
    from bot.delivery import Delivery, Letterbox
    from bot.store.bell import Bell
    from bot.store.engine import Engine
    from bot.store.outbox import Letter
    from bot.sweeper import Sweeper
    from bot.texts import Texts
    from bot.turn import Turns
    from bot.web.health import Metric
    from bot.web.page import Front
    from bot.web.tickets import Tickets

Clock = Callable[[], datetime]

_HERE = Path(__file__).parent
_SWEEP_S = 10.0
_SWEEPS_AN_HOUR = 360
_LAST_TURNS_S = 10.0
"""How long a stop waits for turns that a slow store still holds up."""

_TICKETS_LOOKED_UP = 60
"""Tickets one caller may look up in a row; then one every two seconds."""

_COUNTER_GUESSES = 20
"""Wrong codes and tokens one caller may show in a row; then one every ten seconds."""

_COUNTERS_KEPT = timedelta(days=30)
"""As long as bookings: what counters reported, and the codes and challenges they used."""

_SEARCH = ("numpy", "sudachipy", "sudachidict_core")


def open_desk(folder: Path, cache: Path | None = None) -> Desk:
    """The content of a pack with its search index; with a `cache`, kept there until the pack or the program changes.

    Raises ContentError with every fault that keeps the pack from loading.
    """
    if cache is None or not folder.is_dir():
        return make_desk(folder)
    rooms = (_HERE / room for room in ("booking", "content", "eligibility", "faq"))
    key = fingerprint((folder, *rooms), *(_installed(name) for name in _SEARCH))
    return kept(cache, f"desk-{folder.name}", key, lambda: make_desk(folder))


def _installed(package: str) -> str:
    """Which copy of a package is installed; asking for its version would cost more than all the rest of this."""
    spec = find_spec(package)
    file = Path(spec.origin) if spec and spec.origin else None
    return f"{file}:{file.stat().st_mtime_ns}" if file else package


def make_desk(folder: Path) -> Desk:
    """The content of a pack with its search index, read and built now."""
    content = pack.load_pack(folder)
    searcher = Searcher(pack.documents(content), content.synonyms)
    searcher.prepare()
    return Desk(content, searcher)


def start_clock(settings: Settings) -> Clock:
    """The service's clock: the real one, or one that starts at MADOGUCHI_CLOCK now and runs on from there."""
    starts_at = settings.clock_starts_at
    if starts_at is None:
        return lambda: datetime.now(UTC)
    started = time.monotonic()
    return lambda: starts_at + timedelta(seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class Service:
    """The running parts. `letterboxes` are the channels that read, by name; `telegram` and `line` are None when not
    configured."""

    settings: Settings
    desk: Desk
    texts: Texts
    clock: Clock
    engine: Engine
    bell: Bell
    turns: Turns
    delivery: Delivery
    letterboxes: dict[str, Letterbox]
    tickets: Tickets
    sweeper: Sweeper | None
    auditor: Auditor | None
    telegram: Telegram | None
    line: Line | None = None
    arrivals: Arrivals | None = None
    under_way: set[asyncio.Task[object]] = field(default_factory=set)

    def hear(self, channel: str, address: str) -> None:
        """Another replica has said something: to be read here, or behind something that is being sent here."""
        if channel in self.letterboxes:
            self.letterboxes[channel].announce(address)
        else:
            self.delivery.look()


def build_service(settings: Settings) -> Service:
    """Everything, built but not started. Raises SettingsError, ContentError or StoreError."""
    from bot.delivery import Delivery, Letterbox
    from bot.store.bell import bell_at
    from bot.store.engine import engine_at
    from bot.texts import Texts
    from bot.turn import Turns
    from bot.web.tickets import Tickets

    desk = open_desk(settings.content, settings.cache)
    texts, clock = Texts(desk.content), start_clock(settings)
    engine, bell = engine_at(settings.database_url), bell_at(settings.database_url)
    tickets = Tickets(engine, texts, desk.content, clock, _domain(desk.content))
    telegram = _build_telegram(settings.telegram, clock, tickets)
    line = _build_line(settings.line, settings.public_url)
    channels: dict[str, Channel | BundlingChannel] = {one.name: one for one in (telegram, line) if one is not None}
    delivery = Delivery(engine, texts, channels, clock=clock, per_second=_rates(settings))
    letterboxes = {name: Letterbox(engine, texts, name) for name in ("webchat", "console")}

    def said(incoming: Incoming, letters: tuple[Letter, ...]) -> None:
        if incoming.channel in letterboxes:
            letterboxes[incoming.channel].announce(incoming.address)
            bell.ring(incoming.channel, incoming.address)
        elif letters:
            delivery.start(letters)
        else:
            delivery.look()
            bell.ring(incoming.channel, incoming.address)  # whoever sends what this one waits behind

    turns = Turns(
        engine,
        desk,
        clock=clock,
        keep=_retention(settings),
        pushed=frozenset(channels),
        said=said,
        keep_questions_days=settings.unanswered_days,
    )
    sweeper = _build_sweeper(desk.content, engine, clock, letterboxes)
    arrivals = _build_arrivals(desk.content, engine, texts, clock, delivery, frozenset(channels))
    return Service(
        settings,
        desk,
        texts,
        clock,
        engine,
        bell,
        turns,
        delivery,
        letterboxes,
        tickets,
        sweeper,
        _build_auditor(desk.content, engine, clock),
        telegram,
        line,
        arrivals,
    )


def _build_sweeper(content: Content, engine: Engine, clock: Clock, letterboxes: dict[str, Letterbox]) -> Sweeper | None:
    if content.booking is None:
        return None
    from bot.sweeper import Sweeper

    def announce(address: str) -> None:
        for letterbox in letterboxes.values():
            letterbox.announce(address)

    return Sweeper(engine, content.booking, clock=clock, read_channels=tuple(letterboxes), announce=announce)


def _build_auditor(content: Content, engine: Engine, clock: Clock) -> Auditor | None:
    if content.booking is None:
        return None
    from bot.auditor import Auditor

    return Auditor(engine, content.booking, clock=clock)


def _build_arrivals(
    content: Content, engine: Engine, texts: Texts, clock: Clock, delivery: Delivery, pushed: frozenset[str]
) -> Arrivals | None:
    if content.booking is None:
        return None
    from bot.arrivals import Arrivals

    return Arrivals(engine, content.booking, texts, clock=clock, pushed=pushed, said=delivery.look)


def _rates(settings: Settings) -> dict[str, float]:
    """Messages a second, of the channels that are configured."""
    named = {"telegram": settings.telegram, "line": settings.line}
    return {name: float(one.per_second) for name, one in named.items() if one is not None}


def _retention(settings: Settings) -> timedelta:
    return timedelta(days=settings.retention_days)


def _domain(content: Content) -> str:
    """The town's name on the internet, which makes its calendar entries unique in the world."""
    from urllib.parse import urlsplit

    return urlsplit(content.page.url).hostname or content.pack_id


def _build_telegram(settings: TelegramSettings | None, clock: Clock, tickets: Tickets) -> Telegram | None:
    if settings is None:
        return None
    from bot.channels.telegram import Telegram

    return Telegram(settings.token.reveal(), settings.api_url, clock=clock, files=tickets.files)


def _build_line(settings: LineSettings | None, public_url: str | None) -> Line | None:
    if settings is None:
        return None
    from bot.channels.line import Line

    return Line(
        settings.access_token.reveal(),
        settings.host,
        push_budget=settings.push_budget,
        kept_percent=settings.push_kept_percent,
        tickets_at=f"{public_url}/tickets/" if public_url else None,
    )


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

    chat = Chat(service.turns, service.letterboxes[NAME], service.clock, _retention(service.settings))
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

    return (telegram_webhook(_paced(service), service.telegram, settings.webhook_secret.reveal()),)


def _paced(service: Service) -> Callable[[Incoming], Awaitable[None]]:
    """Where a platform does not slow anybody down, the desk does: thirty events at once, then one a second."""
    from bot.web.pace import Pace, paced

    return paced(service.turns.take, Pace(burst=30, per_second=1.0))


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
    given_up = Metric("madoguchi_letters_given_up", "gauge", "Letters given up and still kept.", dead)
    return [*turns, *letters, given_up, *_line_pushes(service), *_visits(service), *_audited(service)]


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


class Running:
    """The service's background work, from `async with` to its end: delivery, Telegram, expiry."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tasks: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Service:
        service = self._service
        await service.engine.open()
        self._stack.push_async_callback(service.engine.close)
        if service.sweeper is not None:
            await service.sweeper.sweep()  # first, so that a reminder that lost its point during an outage is not sent
        self._start(service.delivery.run())
        self._start(service.bell.run(service.hear))
        self._start(_expire_hourly(service))
        if service.sweeper is not None:
            self._start(_sweep(service.sweeper, service.auditor))
        if service.line is not None:
            self._stack.push_async_callback(service.line.close)
        if service.telegram is not None and service.settings.telegram is not None:
            self._stack.push_async_callback(service.telegram.close)
            self._start(_receive(service, service.telegram, service.settings.telegram))
        return service

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        import asyncio

        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._service.under_way:
            await asyncio.wait(self._service.under_way, timeout=_LAST_TURNS_S)
        await self._service.delivery.finish()
        await self._stack.aclose()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        import asyncio

        self._tasks.add(asyncio.create_task(work))


async def _receive(service: Service, telegram: Telegram, settings: TelegramSettings) -> None:
    commands = telegram_commands(service.desk.content)
    if settings.mode is TelegramMode.POLLING:
        await telegram.poll(_paced(service), commands)
    elif settings.webhook_url and settings.webhook_secret:
        await telegram.listen(settings.webhook_url, settings.webhook_secret.reveal(), commands)


def telegram_commands(content: Content) -> dict[Language, list[tuple[str, str]]]:
    """The command menu in Telegram's two scopes: everybody (Japanese) and English speakers."""
    names = ("start", "menu", "help", "language", "forget")
    return {
        language: [(name, content.texts[language][f"command.{name}"]) for name in names]
        for language in (Language.JA, Language.EN)
    }


async def _sweep(sweeper: Sweeper, auditor: Auditor | None) -> None:
    """Every few seconds, so that an offer or a reminder is seldom late by more; once an hour what is long over goes,
    and once a night all is counted again."""
    import asyncio

    log = logging.getLogger(__name__)
    rounds = 0
    while True:
        try:
            await sweeper.sweep()
            if rounds % _SWEEPS_AN_HOUR == 0:
                await sweeper.purge()
            if auditor is not None:
                await auditor.look()
        except Exception:
            log.exception("bookings could not be swept; trying again")
        rounds += 1
        await asyncio.sleep(_SWEEP_S)


async def _expire_hourly(service: Service) -> None:
    import asyncio

    from bot.turn import expire_old, expire_questions

    log = logging.getLogger(__name__)
    while True:
        try:
            now, keep_days = service.clock(), service.settings.unanswered_days
            deleted = await expire_old(service.engine, now - _retention(service.settings))
            deleted += await expire_questions(service.engine, day_in_tokyo(now), keep_days)
            if service.arrivals is not None:
                deleted += await service.arrivals.expire_old(now - _COUNTERS_KEPT)
            log.info("expired rows=%d", deleted)
        except Exception:
            log.exception("expiry failed; trying again in an hour")
        await asyncio.sleep(3600)
