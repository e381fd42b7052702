"""Counter PCs of a town that runs: enrolled with a code, each with a clerk's page in a browser and made-up cards."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page
from starlette.types import Receive, Scope, Send

from counter_agent.training_cards import TrainingCards
from counter_agent.wiring import Built, build_live, card_desk
from tests.bot.web.served import Served
from tests.browser import opened
from tests.counter_agent.desks import CLERK, PASSWORD, PIN, cards_in, settings_of
from tests.fakes.server import Server, bound
from tests.resident import Resident
from tests.walks.clerk_keys import expect, press, scan, tick, type_pin

DAY_OF_VISIT = datetime.fromisoformat("2022-07-04T09:50:00+09:00")


class Town(Served):
    """The service with its residents' chat; its clock can be set to a later day, as if time had passed."""

    def moves_to(self, instant: datetime) -> None:
        self.stop()
        self.settings = replace(self.settings, clock_starts_at=instant)
        self.start()

    def code(self) -> str:
        """A code for one counter, as an operator has it printed."""
        environment = {
            "MADOGUCHI_DATABASE_URL": self.settings.database_url,
            "MADOGUCHI_CLOCK": (self.settings.clock_starts_at or DAY_OF_VISIT).isoformat(),
        }
        return printed_by("bot", "counter", "enrol", environment=environment).splitlines()[0]


@dataclass
class Desk:
    """A counter with its clerk in front of it. The other page is turned to the resident."""

    clerk: Page
    side: Page

    def sees(self, text: str) -> None:
        self.clerk.bring_to_front()
        expect(self.clerk.locator(".desk")).to_contain_text(text)

    def is_told(self, text: str) -> None:
        """On the list, or as the answer to what was pressed."""
        self.clerk.bring_to_front()
        expect(self.clerk.locator("body")).to_contain_text(text)

    def expects(self, ticket: str) -> None:
        self.sees(ticket)

    def scans(self, ticket: str) -> None:
        scan(self.clerk, ticket)

    def takes(self, ticket: str) -> None:
        """Checked in and called, with everything to bring at hand."""
        self.scans(ticket)
        expect(self.clerk.locator("tr.waiting")).to_contain_text(ticket)
        self.presses("F4", lambda: expect(self.clerk.locator(".items")).to_be_visible())
        tick(self.clerk, 5)
        self.presses("F8", lambda: expect(self.clerk.locator(".who h2")).to_contain_text("カードを置く"))

    def reads_the_card(self) -> None:
        """The resident lays it down and types the PIN on their own side."""
        self.lays("カードを置く")
        type_pin(self.side, PIN)
        self.side.locator("[data-enter]").click()
        self.clerk.bring_to_front()
        expect(self.clerk.locator("#payment")).to_be_visible()

    def helps(self) -> None:
        self.clerk.fill("#payment", "あおぞらペイ")
        self.clerk.keyboard.press("Enter")
        self.side.bring_to_front()
        expect(self.side.locator(".name")).to_have_text("あおぞらペイ")
        self.presses("F6", lambda: expect(self.clerk.locator(".stage")).to_contain_text("確認しました"))
        self.clerk.locator(".service").get_by_text("できた").click()
        expect(self.clerk.locator(".service .chosen")).to_contain_text("できた")

    def finishes(self) -> None:
        self.presses("F8", lambda: expect(self.clerk.locator(".evidence")).to_contain_text("カードが外れた"))
        self.lays("カードを取る")
        self.is_closed()

    def is_closed(self) -> None:
        for page in (self.side, self.clerk):
            page.bring_to_front()
        self.sees("終了しました")

    def lays(self, card: str) -> None:
        self.clerk.bring_to_front()
        self.clerk.locator(".training-cards").get_by_text(card, exact=True).click()

    def ends(self, way: str) -> None:
        self.clerk.bring_to_front()
        self.clerk.locator(".ways").get_by_text(way).click()

    def presses(self, key: str, seen: Callable[[], object]) -> None:
        press(self.clerk, key)
        seen()


@contextmanager
def counter_in(town: Town, browser: Browser, home: Path, cards: Path, *, name: str = "窓口1") -> Iterator[Desk]:
    """A PC enrolled at the town, running, with a clerk signed in."""
    enrolled(home, town, name)
    settings = settings_of(home, clock=DAY_OF_VISIT.isoformat())
    laid = TrainingCards(cards, cards_in(cards).today)
    built = build_live(settings, card_desk(settings, laid, laid.watch, laid.anchors()), training=laid)
    with serving(built) as url, signed_in(browser, url) as (clerk, side):
        yield Desk(clerk, side)


def enrolled(home: Path, town: Town, name: str) -> None:
    """A counter PC known to the town, with one clerk."""
    _runs(home, town.url, "enrol", town.code(), "--name", name)
    _runs(home, town.url, "clerk", CLERK, typed=PASSWORD)


def _runs(home: Path, server: str, *words: str, typed: str = "") -> None:
    environment = {"COUNTER_AGENT_HOME": str(home), "COUNTER_AGENT_SERVER": server}
    printed_by("counter_agent", *words, environment=environment, typed=typed)


def printed_by(program: str, *words: str, environment: dict[str, str], typed: str = "") -> str:
    """What a command prints; one that fails fails the test in its own words."""
    command = [sys.executable, "-m", program, *words]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(built: Built) -> Iterator[str]:
    """A counter at work on a port of its own; its address. Afterwards nothing of it is left running or open."""
    working = _AtWork(built)
    listening = bound()
    server = Server(working, listening)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        working.leave()
        server.stop()


class _AtWork:
    """The pages, whose first request starts the agent on the loop that serves it."""

    def __init__(self, built: Built) -> None:
        self._built = built
        self._started: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._started is None:
            loop = asyncio.get_running_loop()
            self._started = loop, loop.create_task(self._built.agent.run())
        await self._built.app(scope, receive, send)

    def leave(self) -> None:
        """Stop the agent where it runs, and close what it had open."""
        if self._started is None:
            asyncio.run(self._built.close())
            return
        loop, task = self._started

        async def stop() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._built.close()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(timeout=60)


@contextmanager
def signed_in(
    browser: Browser, url: str, *, number: str = CLERK, password: str = PASSWORD
) -> Iterator[tuple[Page, Page]]:
    """The clerk's page and the resident's, of a counter at this address."""
    with opened(browser, f"{url}/sign-in", size=(1366, 768)) as clerk:
        clerk.fill("#number", number)
        clerk.fill("#password", password)
        clerk.keyboard.press("Enter")
        expect(clerk.locator(".desk")).to_be_visible()
        clerk.wait_for_load_state()  # from here on the page listens to keys
        side = clerk.context.new_page()
        side.goto(f"{url}/resident")
        yield clerk, side


def books(resident: Resident) -> str:
    """A slot on the day of the visit, in the chat; the ticket."""
    says = ("窓口サポートを予約したいです", "ポイントの申込", "全部そろう", "1人", "7/4", "10:00", "予約する")
    for place, said in enumerate(says, start=2):
        resident.types(said)
        resident.hears(place)
    found = re.search(r"【受付番号】(\S+)", resident.desk.last.inner_text())
    assert found
    return found[1]


def booked(resident: Resident, town: Town) -> str:
    """The ticket of a booking of today: booked in the chat, and then the day came."""
    ticket = books(resident)
    town.moves_to(DAY_OF_VISIT)
    return ticket


def status_of(town: Town, ticket: str) -> str:
    with closing(sqlite3.connect(database_of(town))) as connection:
        (row,) = connection.execute("SELECT status FROM bookings WHERE ticket = ?", (ticket,)).fetchall()
        return str(row[0])


def database_of(town: Town) -> Path:
    return Path(town.settings.database_url.removeprefix("sqlite+aiosqlite:///"))


def hears_last(resident: Resident, text: str) -> None:
    resident.page.bring_to_front()
    expect(resident.desk.last).to_contain_text(text)
