"""Composition root: settings -> objects. With `running` and `serving` the only place that knows everybody.

Heavy rooms are imported inside the functions that need them, so that `madoguchi ask` starts in a moment and a
channel's library is loaded only when that channel is configured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot import content as pack
from bot.content import Content
from bot.dialogue import Desk, Incoming
from bot.faq.search import Searcher
from bot.kept import fingerprint, kept
from bot.settings import LineSettings, Settings, TelegramSettings

if TYPE_CHECKING:
    import asyncio

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
    from bot.web.tickets import Tickets

Clock = Callable[[], datetime]

_HERE = Path(__file__).parent
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
        keep=retention(settings),
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


def retention(settings: Settings) -> timedelta:
    """How long a conversation is kept after its last event."""
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
