"""What a card, a clock or a server should never send, as the desk takes it: told in words, and the counter goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from counter_agent.apdu import SW, CardConnection
from counter_agent.screen.wording import read_wording
from counter_agent.training_cards import TrainingCards
from counter_agent.virtual_card.memory import VirtualReader
from counter_agent.wire import CardRead, ConflictKind, Outcome
from tests.counter_agent.cards import Overridden
from tests.counter_agent.desks import PATIENCE_S, PIN, cards_in, desk
from tests.counter_agent.made_up import TICKET
from tests.counter_agent.served import CounterServer, served
from tests.fakes.server import until

pytestmark = pytest.mark.anyio
READ_FIRST = "00B0000000"
SIGN = "802A0080"


class OddReader(VirtualReader):
    """A reader whose card answers some commands with these."""

    def __init__(self, answers: Mapping[str, tuple[bytes, SW]]) -> None:
        super().__init__()
        self._answers = answers

    @contextmanager
    def connected(self) -> Iterator[CardConnection]:
        with super().connected() as connection:
            yield Overridden(connection, self._answers)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cards")
    cards_in(made)
    return made


def cards_with(folder: Path, answers: Mapping[str, tuple[bytes, SW]]) -> TrainingCards:
    return TrainingCards(folder, cards_in(folder).today, OddReader(answers))


@pytest.mark.parametrize("certificate", [b"\x30\x50" + bytes(80), b"\x30\x82\x00\x04" + b"none", b"\x30\x00"])
async def test_a_certificate_that_is_none_is_an_end_of_its_own_and_nobody_types_again(
    tmp_path: Path, folder: Path, certificate: bytes
) -> None:
    heard, cards = CounterServer(), cards_with(folder, {READ_FIRST: (certificate, 0x9000)})
    with served(heard) as url:
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.until("stuck")
            assert "カードを確かめられませんでした" in await browser.shows()
            assert await browser.do("end", outcome=Outcome.CARD_UNREADABLE.value) == ""
            cards.lay("off")
            await browser.until("closed")
            await until(lambda: len(heard.reports) == 4, PATIENCE_S)
    (read,) = [one for one in heard.reports if isinstance(one, CardRead)]
    assert (read.possession_proved, read.dates_valid, read.chain_valid) == (False, False, None)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ((b"", 0x6F00), "もう一度、暗証番号を押してください"),
        ((b"", 0x6982), "もう一度、暗証番号を押してください"),
        ((b"\x00" * 3, 0x9000), "カードを確かめられませんでした"),
        ((b"\xff" * 256, 0x9000), "カードを確かめられませんでした"),
    ],
)
async def test_a_signature_that_is_none_proves_nothing(
    tmp_path: Path, folder: Path, answer: tuple[bytes, SW], text: str
) -> None:
    class NoSignature(Overridden):
        def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
            return answer if bytes(apdu).startswith(bytes.fromhex(SIGN)) else super().transmit(apdu)

    class Reader(OddReader):
        @contextmanager
        def connected(self) -> Iterator[CardConnection]:
            with super().connected() as connection:
                yield NoSignature(connection, {})

    cards = TrainingCards(folder, cards_in(folder).today, Reader({}))
    with served(CounterServer()) as url:
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.until_shown(text)
            assert "あおぞらペイ" not in await browser.shows()
            assert not browser.built.agent.holds_pin


async def test_a_second_pin_while_the_first_is_read_changes_nothing(tmp_path: Path, folder: Path) -> None:
    goes_on = threading.Event()

    class Slow:
        def __init__(self, connection: CardConnection) -> None:
            self._connection = connection

        def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
            if bytes(apdu).startswith(bytes.fromhex("0020008004")):
                assert goes_on.wait(60)
            return self._connection.transmit(apdu)

    class Reader(VirtualReader):
        @contextmanager
        def connected(self) -> Iterator[CardConnection]:
            with super().connected() as connection:
                yield Slow(connection)

    cards = TrainingCards(folder, cards_in(folder).today, Reader())
    with served(CounterServer()) as url:
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.until("reading")
            assert await browser.post("/resident/pin", content=b"0000") == "not_now"
            goes_on.set()
            await browser.until("read")
            assert not browser.built.agent.holds_pin


async def test_a_clock_that_is_wrong_is_named_where_a_card_seems_expired(tmp_path: Path, folder: Path) -> None:
    heard, cards = CounterServer(), cards_in(folder)
    heard.today = heard.today.model_copy(update={"made_at": heard.today.made_at - timedelta(days=400)})
    with served(heard) as url:
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.come_to_the_card()
            assert "パソコンの時計がずれています" in await browser.shows()
            cards.lay("expired")
            await browser.until("card_on")
            await browser.post("/resident/pin", content=PIN.encode())
            await browser.until("stuck")
            assert "時計を直してから確かめてください" in await browser.shows()


@pytest.mark.parametrize("conflict", list(ConflictKind))
async def test_whatever_the_server_could_not_take_is_said_and_holds_up_nobody(
    tmp_path: Path, folder: Path, conflict: ConflictKind
) -> None:
    heard, cards = CounterServer(), cards_in(folder)
    heard.conflicts[TICKET] = conflict
    with served(heard) as url:
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.do("check-in", ticket=TICKET)
            await until(lambda: bool(browser.built.agent.notices()), PATIENCE_S)
            assert read_wording().to_clerk(f"conflict.{conflict.value}") in await browser.shows()
            assert await browser.do("call") == ""
