"""`counter-agent serve`: the clerk's page and the card, on an enrolled PC. Also serves `counter-agent training`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
import sys

import uvicorn

from counter_agent.errors import SettingsError
from counter_agent.settings import Settings, read_settings
from counter_agent.wiring import Built, build_live, card_desk, made_up_cards

_HOST = "127.0.0.1"
_FINISH_WITHIN_S = 2


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    settings = read_settings()
    log_to_stderr(settings.log_level)
    if options.virtual_card:
        cards = made_up_cards(settings, settings.home / "virtual")
        desk = card_desk(settings, cards, cards.watch, cards.anchors())
        return serve(settings, build_live(settings, desk, training=cards))
    return _serve_reader(settings)


def _serve_reader(settings: Settings) -> int:
    # Imported here: pyscard is needed on a counter PC with a reader, and nowhere else.
    from counter_agent.reader_jobs import ReaderJobs

    jobs = ReaderJobs(settings.reader, settings.home / "reader")
    try:
        anchors = settings.anchors.read_bytes() if settings.anchors else None
    except OSError as error:
        raise SettingsError("COUNTER_AGENT_ANCHORS", f"{settings.anchors} cannot be read") from error
    try:
        return serve(settings, build_live(settings, card_desk(settings, jobs, jobs.watch, anchors)))
    finally:
        jobs.close()


def serve(settings: Settings, built: Built) -> int:
    """Listen on this PC only, and run the counter until Ctrl-C."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, settings.port))
    except OSError as error:
        listening.close()
        raise SettingsError("COUNTER_AGENT_PORT", f"cannot listen on {settings.port} ({error.strerror})") from error
    with listening:
        listening.listen()  # whoever reads the address below and comes at once waits, and is not refused
        print(f"counter-agent: the counter's page is at http://{_HOST}:{listening.getsockname()[1]}/", flush=True)
        asyncio.run(_serve(built, listening))
    return 0


async def _serve(built: Built, listening: socket.socket) -> None:
    config = uvicorn.Config(
        built.app, log_config=None, access_log=False, timeout_graceful_shutdown=_FINISH_WITHIN_S, lifespan="off"
    )
    working = asyncio.create_task(built.agent.run())
    serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listening]))
    try:
        # Whichever ends first: a counter that no longer watches its reader must not look as if it did.
        await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        for task in (working, serving):
            task.cancel()
        await asyncio.gather(working, serving, return_exceptions=True)
        await built.close()


def log_to_stderr(level: str) -> None:
    """The program's log, of events and ids. httpx would log addresses, and uvicorn's a page's every question."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpcore", "uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
