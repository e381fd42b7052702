"""Composition: settings -> a counter that runs. The only file that knows everybody.

Training has a folder, a spool and an action log of its own and no uplink at all: it cannot touch live data.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from counter_agent.agent import Agent, Parts
from counter_agent.auditlog import AuditLog
from counter_agent.card_desk import CardDesk, Jobs, Watch
from counter_agent.card_port import CardPort
from counter_agent.certificates import judge, load_anchors
from counter_agent.errors import AgentError
from counter_agent.identity import read_identity
from counter_agent.pages import Pages
from counter_agent.screen.app import Screen, Training, build_screen
from counter_agent.screen.clerks import Clerks, put_clerk
from counter_agent.screen.sessions import Sessions
from counter_agent.screen.wording import read_wording
from counter_agent.sending import Sending
from counter_agent.settings import Settings, is_loopback
from counter_agent.spool import Spool
from counter_agent.training_cards import LABELS, TrainingCards
from counter_agent.training_day import training_day
from counter_agent.uplink import Uplink
from counter_agent.wire import CHALLENGE_BYTES

TRAINING_CLERK: Final = "training"
"""Number and password of training's only clerk, shown on its sign-in page."""

_TOKYO = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Built:
    """A counter, its pages, and what to close at the end."""

    agent: Agent
    app: Starlette
    spool: Spool
    uplink: Uplink | None

    async def close(self) -> None:
        """Let go of the network and the file."""
        async with AsyncExitStack() as stack:
            stack.callback(self.spool.close)
            if self.uplink is not None:
                await self.uplink.close()


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The real clock, or one that starts where the demonstration's does."""
    if settings.clock_starts_at is None:
        return lambda: datetime.now(UTC)
    starts_at, begun_s = settings.clock_starts_at, time.monotonic()
    return lambda: starts_at + timedelta(seconds=time.monotonic() - begun_s)


def build_live(settings: Settings, card: CardPort, *, training: TrainingCards | None = None) -> Built:
    """The counter of an enrolled PC. With made-up cards only against a server on this very PC: the demonstration."""
    identity = read_identity(settings.home)
    if training is not None and not is_loopback(identity.server):
        raise AgentError(
            f"made-up cards are for a server on this PC only, and this PC is enrolled at {identity.server}"
        )
    uplink = Uplink(identity.server, identity.token)
    return _build(settings, settings.home, card, identity.name, uplink, training)


def build_training(settings: Settings) -> Built:
    """A counter with made-up cards and residents, that no server hears of."""
    home = settings.home / "training"
    cards = made_up_cards(settings, home)
    put_clerk(home / "clerks.json", TRAINING_CLERK, TRAINING_CLERK)
    built = _build(settings, home, card_desk(settings, cards, cards.watch, cards.anchors()), "training", None, cards)
    built.spool.keep_today(training_day(clock_of(settings)()))
    return built


def made_up_cards(settings: Settings, home: Path) -> TrainingCards:
    """The made-up cards kept in a home."""
    return TrainingCards(home / "cards", clock_of(settings)().astimezone(_TOKYO).date())


def card_desk(settings: Settings, jobs: Jobs, watch: Watch, anchors: bytes | None) -> CardDesk:
    """Card work, judged by these anchors (PEM; None: no chain is checked, and the screen says so)."""
    trusted = load_anchors(anchors) if anchors else ()
    clock = clock_of(settings)
    return CardDesk(
        jobs,
        watch,
        lambda evidence: judge(
            evidence.certificate,
            evidence.challenge,
            evidence.signature,
            trusted,
            clock(),
            policy_oid=settings.policy_oid,
        ),
        uses_pad=settings.uses_pad,
    )


def _build(
    settings: Settings,
    home: Path,
    card: CardPort,
    name: str,
    uplink: Uplink | None,
    cards: TrainingCards | None,
) -> Built:
    clock = clock_of(settings)
    spool, pages = Spool(home / "spool.db"), Pages(time.monotonic)
    spool.forget_before(clock())
    sending = Sending(spool, uplink, clock=clock, changed=pages.changed) if uplink is not None else None
    parts = Parts(
        spool=spool,
        sending=sending,
        audit=AuditLog(home / "actions.log"),
        card=card,
        pages=pages,
        clock=clock,
        new_id=lambda: uuid.uuid4().hex,
        challenge=lambda: secrets.token_bytes(CHALLENGE_BYTES),
        counter_name=name,
    )
    agent = Agent(parts)
    screen = Screen(
        desk=agent,
        wording=read_wording(),
        clerks=Clerks(home / "clerks.json", time.monotonic),
        sessions=Sessions(time.monotonic),
        scrambled=settings.is_scrambled,
        training=Training(LABELS, cards.lay, is_live=uplink is not None) if cards else None,
    )
    return Built(agent, build_screen(screen), spool, uplink)
