"""A whole card session against the bare exchange of the same commands, with the same made-up card under a real pcscd.

The session connects, finds out the token, reads the certificate, asks the tries, presents the PIN, has a challenge
signed, judges everything and disconnects. The floor connects, sends the very commands the session sent, as bytes, and
disconnects.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from smartcard import scard

from bench.report import Table, machine, percentile
from counter_agent import pcsc
from counter_agent.apdu import SW, CardConnection
from counter_agent.card_errors import CardError
from counter_agent.certificates import Anchor, judge, load_anchors
from counter_agent.reading import Evidence, read
from counter_agent.virtual_card.folder import ANCHORS
from counter_agent.worker import CardWorker
from tests.pcscd import READER, running_pcscd, wait_for

PIN = b"1234"


class Remembering:
    """Keeps the commands as they went out, PIN and all; the card is made up."""

    def __init__(self, connection: CardConnection) -> None:
        self._connection = connection
        self.commands: list[bytes] = []

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        self.commands.append(bytes(apdu))
        return self._connection.transmit(apdu)


def proved(evidence: object, challenge: bytes, anchors: tuple[Anchor, ...]) -> None:
    assert isinstance(evidence, Evidence)
    assert judge(evidence.certificate, challenge, evidence.signature, anchors, datetime.now(UTC)).holds


def whole_session(anchors: tuple[Anchor, ...]) -> None:
    challenge = secrets.token_bytes(32)
    with pcsc.open_reader(READER) as connection:
        evidence = read(connection, bytearray(PIN), challenge)
    proved(evidence, challenge, anchors)


def worker_session(worker: CardWorker, anchors: tuple[Anchor, ...]) -> None:
    challenge = secrets.token_bytes(32)
    proved(worker.read(READER, bytearray(PIN), challenge), challenge, anchors)


def bare_exchange(commands: Sequence[list[int]]) -> None:
    """What pyscard itself takes for these commands, and nothing else."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _, card, protocol = scard.SCardConnect(context, READER, scard.SCARD_SHARE_EXCLUSIVE, 3)
    control = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
    for command in commands:
        result, answer = scard.SCardTransmit(card, control, command)
        assert result == 0
        assert answer[-2:] == [0x90, 0x00] or answer[-2] == 0x63
    scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
    scard.SCardReleaseContext(context)


def milliseconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def commands_of_a_session() -> list[list[int]]:
    with pcsc.open_reader(READER) as connection:
        remembering = Remembering(connection)
        read(remembering, bytearray(PIN), bytes(32))
    return [list(command) for command in remembering.commands]


def measure(rounds: int, anchors: tuple[Anchor, ...]) -> Table:
    commands = commands_of_a_session()
    with CardWorker(pcsc.open_reader) as worker:
        worker.start()
        acts: tuple[Callable[[], None], ...] = (
            lambda: bare_exchange(commands),
            lambda: whole_session(anchors),
            lambda: worker_session(worker, anchors),
        )
        measured = [[milliseconds(act) for act in acts] for _ in range(rounds + 3)][3:]
    table = Table(
        "A card session",
        f"{machine()}. Made-up card on vpcd under pcscd, {rounds} rounds in turns, medians. The bare exchange sends the session's "
        f"own {len(commands)} commands through pyscard and does nothing else.",
        ("", "ms", "p95 ms", "ratio to the bare exchange"),
    )
    columns = list(zip(*measured, strict=True))
    bare = percentile(columns[0], 50)
    for name, column in zip(
        ("bare exchange", "whole session", "whole session in the worker process"), columns, strict=True
    ):
        median = percentile(column, 50)
        table.add(name, f"{median:.1f}", f"{percentile(column, 95):.1f}", f"{median / bare:.2f}")
    assert len(commands) <= 16
    return table


def is_card_there() -> bool:
    try:
        with pcsc.open_reader(READER):
            return True
    except CardError:
        return False


def main(arguments: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name, running_pcscd(Path(name) / "pcscd.log"):
        folder = Path(name) / "card"
        # In a process of its own, as a real card is: in this one it would take its turns from what is measured.
        place = [sys.executable, "-m", "counter_agent", "virtual-card", "--state", str(folder)]
        with subprocess.Popen(place, stdout=subprocess.DEVNULL) as on_reader:
            try:
                wait_for(is_card_there, "the card to be seen", 30)
                print(measure(20 if "--quick" in arguments else 200, load_anchors((folder / ANCHORS).read_bytes())))
            finally:
                on_reader.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
