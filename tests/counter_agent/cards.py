"""Made-up cards for the tests: their keys are made once a process, and each test has a copy of its own."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from counter_agent.apdu import SW, CardConnection, masked
from counter_agent.virtual_card.folder import open_card
from counter_agent.virtual_card.knobs import Knobs
from counter_agent.virtual_card.memory import VirtualReader
from counter_agent.virtual_card.model import VirtualCard

ISSUED_ON = date(2022, 2, 1)
PIN = b"1234"
WRONG = b"9999"
CHALLENGE = bytes(range(32))


def pin(digits: bytes = PIN) -> bytearray:
    return bytearray(digits)


@cache
def _template(number: int) -> Path:
    parent = Path(tempfile.mkdtemp(prefix="madoguchi-cards-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    folder = parent / str(number)
    open_card(folder, ISSUED_ON)
    return folder


def card_folder(tmp_path: Path, number: int = 0) -> Path:
    """A folder with a card of the made-up holder of this number."""
    folder = tmp_path / f"card-{number}"
    if not folder.exists():
        shutil.copytree(_template(number), folder)
    return folder


def made_card(tmp_path: Path, knobs: Knobs | None = None, number: int = 0) -> VirtualCard:
    return open_card(card_folder(tmp_path, number), ISSUED_ON, knobs)


def on_reader(tmp_path: Path, knobs: Knobs | None = None) -> VirtualReader:
    return VirtualReader(made_card(tmp_path, knobs))


class Overridden:
    """A card that answers some commands, by how they begin, otherwise than the made-up card."""

    def __init__(self, connection: CardConnection, answers: Mapping[str, tuple[bytes, SW]]) -> None:
        self._connection = connection
        self._answers = {bytes.fromhex(begin): answer for begin, answer in answers.items()}
        self.sent: list[str] = []

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        self.sent.append(masked(apdu))
        for begin, answer in self._answers.items():
            if bytes(apdu) == begin or (len(begin) > 4 and bytes(apdu).startswith(begin)):
                return answer
        return self._connection.transmit(apdu)


class Babbling:
    """A card that answers whatever bytes it is given, one answer a command, and then the last for ever."""

    def __init__(self, answers: list[tuple[bytes, SW]]) -> None:
        self._answers = answers
        self.sent = 0

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        answer = self._answers[min(self.sent, len(self._answers) - 1)]
        self.sent += 1
        return answer
