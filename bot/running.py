"""Composition root, the background: delivery, Telegram, sweeping, the nightly recount, expiry; from start to stop."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.content import Content
from bot.dialogue import Incoming, day_in_tokyo
from bot.language import Language
from bot.settings import TelegramMode, TelegramSettings

if TYPE_CHECKING:
    import asyncio

    from bot.auditor import Auditor
    from bot.channels.telegram import Telegram
    from bot.sweeper import Sweeper

from bot.wiring import Service, retention

_SWEEP_S = 10.0
_SWEEPS_AN_HOUR = 360
_LAST_TURNS_S = 10.0
"""How long a stop waits for turns that a slow store still holds up."""

_COUNTERS_KEPT = timedelta(days=30)
"""As long as bookings: what counters reported, and the codes and challenges they used."""


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
        await telegram.poll(paced_take(service), commands)
    elif settings.webhook_url and settings.webhook_secret:
        await telegram.listen(settings.webhook_url, settings.webhook_secret.reveal(), commands)


def paced_take(service: Service) -> Callable[[Incoming], Awaitable[None]]:
    """Where a platform does not slow anybody down, the desk does: thirty events at once, then one a second."""
    from bot.web.pace import Pace, paced

    return paced(service.turns.take, Pace(burst=30, per_second=1.0))


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
            deleted = await expire_old(service.engine, now - retention(service.settings))
            deleted += await expire_questions(service.engine, day_in_tokyo(now), keep_days)
            if service.arrivals is not None:
                deleted += await service.arrivals.expire_old(now - _COUNTERS_KEPT)
            log.info("expired rows=%d", deleted)
        except Exception:
            log.exception("expiry failed; trying again in an hour")
        await asyncio.sleep(3600)
