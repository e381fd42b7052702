"""`counter-agent serve` on an enrolled PC with a reader: a real pcscd, a card on vpcd, two pages in Chromium, a town."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from counter_agent.reading import read_certificate
from counter_agent.virtual_card.folder import ANCHORS, open_card
from counter_agent.virtual_card.memory import VirtualReader
from counter_agent.virtual_card.vpcd import VpcdCard
from tests.counter_agent.cards import ISSUED_ON
from tests.counter_agent.desks import PIN
from tests.counter_agent.test_screen import everything_in, traces_of
from tests.pcscd import READER, Pcscd, is_possible, running_pcscd
from tests.resident import Resident
from tests.walks.clerk_keys import expect
from tests.walks.counters import DAY_OF_VISIT, Desk, Town, booked, enrolled, hears_last, signed_in, status_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.reader,
    pytest.mark.xdist_group("pcscd"),
    pytest.mark.skipif(not is_possible(), reason="pcscd is started here as root only"),
    pytest.mark.skipif(importlib.util.find_spec("smartcard") is None, reason="pyscard is an extra"),
]
_NOTICED_WITHIN_S = 30.0


@dataclass
class ReaderDesk(Desk):
    """A counter with a reader. The cards lie in a folder; one at a time is on the reader."""

    cards: Path
    log: Path
    lying: list[tuple[VpcdCard, threading.Thread]] = field(default_factory=list)

    def lays(self, card: str) -> None:
        """As the training bar names them. A card that is not noticed is lifted fully and laid down again."""
        self.lifts()
        if card == "カードを取る":
            return
        name = {"カードを置く": "good", "別の人のカード": "other"}[card]
        for _ in range(3):
            self._places(name)
            if self._is_noticed():
                return
            self.lifts()
            time.sleep(1)  # longer than pcscd takes to look again
        raise AssertionError("the reader does not notice the card")

    def lifts(self) -> None:
        while self.lying:
            card, serving = self.lying.pop()
            card.lift()
            serving.join(30)
            assert not serving.is_alive()

    def _places(self, name: str) -> None:
        card = VpcdCard(open_card(self.cards / name, ISSUED_ON, pin=PIN))
        card.place()
        serving = threading.Thread(target=card.serve)
        serving.start()
        self.lying.append((card, serving))

    def _is_noticed(self) -> bool:
        """The clerk's page says that a card is there."""
        deadline_s = time.monotonic() + _NOTICED_WITHIN_S
        while time.monotonic() < deadline_s:
            if "カード：あり" in self.clerk.locator(".desk").inner_text():
                return True
            self.clerk.wait_for_timeout(100)
        return False


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two residents' cards, and the CA of the first."""
    folder = tmp_path_factory.mktemp("cards")
    for name in ("good", "other"):
        open_card(folder / name, ISSUED_ON, pin=PIN)
    return folder


@pytest.fixture
def pcscd(tmp_path: Path) -> Iterator[Pcscd]:
    with running_pcscd(tmp_path / "pcscd.log") as running:
        yield running


@contextmanager
def counter_pc(town: Town, browser: Browser, home: Path, cards: Path) -> Iterator[ReaderDesk]:
    """The program as a counter PC runs it, in a process of its own, with its log at its most talkative."""
    enrolled(home, town, "窓口1")
    log = home / "agent.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COUNTER_AGENT_")} | {
        "COUNTER_AGENT_HOME": str(home),
        "COUNTER_AGENT_SERVER": town.url,
        "COUNTER_AGENT_PORT": "0",
        "COUNTER_AGENT_READER": READER,
        "COUNTER_AGENT_ANCHORS": str(cards / "good" / ANCHORS),
        "COUNTER_AGENT_CLOCK": DAY_OF_VISIT.isoformat(),
        "COUNTER_AGENT_LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "counter_agent", "serve"]
    with (
        log.open("wb") as written,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=written, text=True) as running,
    ):
        try:
            assert running.stdout is not None
            address = re.search(r"http://\S+[^/\s]", running.stdout.readline())
            assert address, log.read_text(encoding="utf-8")
            with signed_in(browser, address[0]) as (clerk, side):
                desk = ReaderDesk(clerk, side, cards, log)
                try:
                    yield desk
                finally:
                    desk.lifts()
        finally:
            running.terminate()


def test_a_visit_with_a_card_on_the_reader_through_a_reader_that_is_unplugged_and_a_pcscd_that_restarts(
    browser: Browser, pcscd: Pcscd, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    home = tmp_path / "pc"
    with counter_pc(town, browser, home, cards) as desk:
        desk.expects(ticket)
        pcscd.restart(has_readers=False)
        desk.sees("読み取り機未接続")
        pcscd.restart()
        desk.sees("カード：なし")
        desk.takes(ticket)
        desk.reads_the_card()
        pcscd.restart(has_readers=False)
        desk.sees("住民の情報を画面から消しました")
        pcscd.restart()
        desk.sees("カード：なし")
        desk.lays("カードを置く")
        expect(desk.clerk.locator("#payment")).to_be_visible()
        desk.helps()
        desk.finishes()
        desk.sees("未送信なし")
        kept = everything_in(home).decode("utf-8", "replace")
    hears_last(resident, "窓口でのお手続きが終わりました")
    assert status_of(town, ticket) == "done"
    with VirtualReader(open_card(cards / "good", ISSUED_ON, pin=PIN)).connected() as connection:
        certificate = read_certificate(connection)
    assert certificate is not None
    for name, trace in traces_of(certificate).items():
        assert not re.search(trace, kept, re.IGNORECASE), name


def test_another_persons_card_on_the_reader_at_the_end_stops_the_visit(
    browser: Browser, pcscd: Pcscd, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with counter_pc(town, browser, tmp_path / "pc", cards) as desk:
        desk.expects(ticket)
        desk.takes(ticket)
        desk.reads_the_card()
        desk.helps()
        desk.lays("別の人のカード")
        desk.sees("はじめと違うカードです")
        desk.presses("F8", lambda: expect(desk.clerk.locator(".evidence")).to_be_visible())
        desk.lifts()
        desk.is_closed()
        desk.sees("未送信なし")
    hears_last(resident, "安全のため、お手続きを途中で止めました")
    assert status_of(town, ticket) == "abandoned"
