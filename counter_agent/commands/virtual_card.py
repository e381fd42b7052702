"""`counter-agent virtual-card`: a made-up My Number Card on vpcd's virtual reader, until Ctrl-C lifts it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from counter_agent.virtual_card.folder import ANCHORS, open_card, unlock
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.model import VirtualCard
from counter_agent.virtual_card.vpcd import VpcdCard


def run(options: argparse.Namespace) -> int:
    """Place the card and answer until it is lifted or the reader goes away."""
    card = open_card(options.state, datetime.now(UTC).date(), _knobs(options), pin=options.pin)
    if options.unlock:
        unlock(options.state)
        card = open_card(options.state, datetime.now(UTC).date(), _knobs(options))
    on_reader = VpcdCard(card, host=options.host, port=options.port)
    on_reader.place()
    print(_placed(card, options), flush=True)
    try:
        on_reader.serve()
    except KeyboardInterrupt:
        on_reader.lift()
    print("virtual card: lifted", flush=True)
    return 0


def _knobs(options: argparse.Namespace) -> Knobs:
    return Knobs(
        kind=Kind(options.kind),
        expired=options.expired,
        blocked=options.blocked,
        under15=options.under15,
        first_fails=options.first_fails,
        slow_s=options.slow_ms / 1000,
        silent_after=options.silent_after,
        lifted_after=options.lifted_after,
    )


def _placed(card: VirtualCard, options: argparse.Namespace) -> str:
    return (
        f"virtual card: placed ({options.kind}, made up, no real card); tries left {card.tries_left()}; "
        f"anchors in {options.state / ANCHORS}"
    )
