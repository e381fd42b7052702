"""The card layer and the made-up card under a real pcscd, with OpenSC as the stranger who must agree."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_agent.card_errors import CardError, CardInUse, CardRemoved, CardSilent, NoReader, ReaderMissing
from counter_agent.certificates import Chain, Dates, judge, load_anchors
from counter_agent.reading import (
    Evidence,
    Inspection,
    NotPresented,
    PinRefused,
    ReadResult,
    TokenKind,
    WhyNot,
    inspect,
    read,
)
from counter_agent.virtual_card.folder import ANCHORS, open_card
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.model import VirtualCard
from counter_agent.virtual_card.vpcd import VpcdCard
from counter_agent.worker import CardWorker
from tests.counter_agent.cards import CHALLENGE, WRONG, card_folder, made_card, pin
from tests.pcscd import PORTS, READER, Pcscd, is_possible, running_pcscd, wait_for

pytest.importorskip("smartcard.scard", reason="pyscard is the extra madoguchi[reader]")
pcsc = importlib.import_module("counter_agent.pcsc")
pytestmark = [
    pytest.mark.reader,
    pytest.mark.xdist_group("pcscd"),
    pytest.mark.skipif(not is_possible(), reason="pcscd is started here as root only"),
]


_LAID_DOWN = 2
"""How often a card that is not noticed is laid down again."""


@pytest.fixture
def pcscd(tmp_path: Path) -> Iterator[Pcscd]:
    with running_pcscd(tmp_path / "pcscd.log") as running:
        yield running


def is_card_there() -> bool:
    try:
        with pcsc.open_reader(READER):
            return True
    except CardInUse:
        return True
    except CardError:
        return False


@contextmanager
def placed(card: VirtualCard, port: int = PORTS[0]) -> Iterator[VpcdCard]:
    """A card on the virtual reader, from when pcscd has seen it."""
    on_reader = VpcdCard(card, port=port)
    on_reader.place()
    serving = threading.Thread(target=on_reader.serve)
    serving.start()
    try:
        yield on_reader
    finally:
        on_reader.lift()
        serving.join(30)
        assert not serving.is_alive()


@contextmanager
def readable(card: VirtualCard) -> Iterator[VpcdCard]:
    """A card the reader can use. One it does not notice is lifted fully and laid down again, as a clerk does."""
    with ExitStack() as lying:
        on_reader = lying.enter_context(placed(card))
        for _ in range(_LAID_DOWN):
            with suppress(TimeoutError):
                wait_for(is_card_there, "the card to be seen", 5)
                break
            lying.close()
            time.sleep(1)  # longer than pcscd takes to look again
            on_reader = lying.enter_context(placed(card))
        wait_for(is_card_there, "the card to be seen")
        card.recorded.clear()
        yield on_reader


def read_once(secret: bytes = b"1234", *, last_try_agreed: bool = False) -> ReadResult:
    with pcsc.open_reader(READER) as connection:
        return read(connection, pin(secret), CHALLENGE, last_try_agreed=last_try_agreed)


class Watching:
    """The reader as `watch` tells it, from a thread."""

    def __init__(self, pick: Callable[[tuple[str, ...]], str | None]) -> None:
        self.seen: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(pick,))
        self._thread.start()

    def _watch(self, pick: Callable[[tuple[str, ...]], str | None]) -> None:
        for one in pcsc.watch(pick, self._stop):
            self.seen.append(one.presence.value)

    def wait_for(self, *presences: str) -> None:
        wait_for(lambda: self.seen == list(presences), f"{presences}, seen {self.seen}")

    def end(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@contextmanager
def watching(pick: Callable[[tuple[str, ...]], str | None] | None = None) -> Iterator[Watching]:
    watched = Watching(pick or (lambda readers: READER if READER in readers else None))
    try:
        yield watched
    finally:
        watched.end()


def test_a_card_is_inserted_and_read(pcscd: Pcscd, tmp_path: Path) -> None:
    card = open_card(card_folder(tmp_path), datetime.now(UTC).date())
    with readable(card):
        with pcsc.open_reader(READER) as connection:
            assert inspect(connection) == Inspection(TokenKind.CARD, has_certificate=True, tries_left=3, has_pad=False)
        card.recorded.clear()
        evidence = read_once()
        assert len(card.recorded) <= 16
    assert isinstance(evidence, Evidence)
    anchors = load_anchors((card_folder(tmp_path) / ANCHORS).read_bytes())
    at = datetime(2022, 7, 1, tzinfo=UTC)
    assert judge(evidence.certificate, CHALLENGE, evidence.signature, anchors, at).holds
    assert pcsc.list_readers() == (READER, "Virtual PCD 00 01")


def test_wrong_pin_then_last_try_then_lock(pcscd: Pcscd, tmp_path: Path) -> None:
    card = made_card(tmp_path)
    with readable(card):
        assert read_once(WRONG) == PinRefused(2, 3)
        assert read_once(WRONG) == PinRefused(1, 2)
        assert read_once() == NotPresented(WhyNot.LAST_TRY, 1, TokenKind.CARD)
        assert read_once(WRONG, last_try_agreed=True) == PinRefused(0, 1)
        assert read_once(last_try_agreed=True) == NotPresented(WhyNot.LOCKED, 0, TokenKind.CARD)
        assert sum("masked" in command for command in card.recorded) == 3
    assert made_card(tmp_path).tries_left() == 0


@pytest.mark.parametrize("after", [1, 5, 11])
def test_a_card_lifted_in_the_middle_is_told_and_the_next_is_read(pcscd: Pcscd, tmp_path: Path, after: int) -> None:
    with watching() as watched:
        with readable(made_card(tmp_path, Knobs(lifted_after=after))), pytest.raises(CardRemoved):
            read_once()
        # A card put back before pcscd has looked again can wedge the reader: the clerk lifts it fully.
        wait_for(lambda: watched.seen[-2:] == ["placed", "lifted"], "the card to be gone")
        with readable(made_card(tmp_path)):
            assert isinstance(read_once(), Evidence)


def test_a_slow_card_is_read(pcscd: Pcscd, tmp_path: Path) -> None:
    with readable(made_card(tmp_path, Knobs(slow_s=0.1))):
        assert isinstance(read_once(), Evidence)


def test_a_silent_card_is_given_up_and_once_lifted_the_next_is_read(pcscd: Pcscd, tmp_path: Path) -> None:
    with CardWorker(pcsc.open_reader, deadline_s=6.0) as worker, watching() as watched:
        with readable(made_card(tmp_path, Knobs(silent_after=4))):
            with pytest.raises(CardSilent):
                worker.read(READER, pin(), CHALLENGE)
            with pytest.raises((CardSilent, CardInUse)):
                worker.inspect(READER)
            wait_for(lambda: watched.seen[-1:] == ["placed"], "the card to be told")
        wait_for(lambda: watched.seen[-1:] == ["lifted"], "the card to be gone")
        with readable(made_card(tmp_path)):
            assert isinstance(worker.read(READER, pin(), CHALLENGE), Evidence)


SECOND = """
import sys
from smartcard import scard
result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
result, card, protocol = scard.SCardConnect(context, sys.argv[1], scard.SCARD_SHARE_SHARED, 3)
if result != 0:
    sys.exit("no connection")
control = scard.SCARD_PCI_T1 if protocol == 2 else scard.SCARD_PCI_T0
for command in ("00A4040C0AD392F000260100000001", "00A4020C020017", "802A0080020102" + "00"):
    result, answer = scard.SCardTransmit(card, control, list(bytes.fromhex(command)))
print(bytes(answer[-2:]).hex() if result == 0 else hex(result))
"""


def second_program() -> subprocess.CompletedProcess[str]:
    """Another process that tries to sign without a PIN, with a shared connection."""
    return subprocess.run([sys.executable, "-c", SECOND, READER], capture_output=True, text=True, timeout=30)


def test_a_second_program_cannot_use_the_verified_card(pcscd: Pcscd, tmp_path: Path) -> None:
    with readable(made_card(tmp_path)):
        with pcsc.open_reader(READER) as connection:
            assert isinstance(read(connection, pin(), CHALLENGE), Evidence)
            during = second_program()
        after = second_program()
    assert during.returncode == 1
    assert "no connection" in during.stderr
    assert after.stdout.strip() == "6982"


@contextmanager
def held_shared() -> Iterator[None]:
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    result, card, _ = scard.SCardConnect(context, READER, scard.SCARD_SHARE_SHARED, 3)
    assert result == scard.SCARD_S_SUCCESS
    try:
        yield
    finally:
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)


def test_a_card_another_program_holds_is_not_shared(pcscd: Pcscd, tmp_path: Path) -> None:
    with readable(made_card(tmp_path)), held_shared(), pytest.raises(CardInUse):
        read_once()


def test_no_card_no_reader_and_no_pcscd_are_told_apart(pcscd: Pcscd) -> None:
    with pytest.raises(CardRemoved), pcsc.open_reader(READER):
        raise AssertionError
    with pytest.raises(NoReader) as raised, pcsc.open_reader("No Such Reader 00 00"):
        raise AssertionError
    assert raised.value.readers == (READER, "Virtual PCD 00 01")
    pcscd.stop()
    with pytest.raises(ReaderMissing, match="pcscd"):
        pcsc.list_readers()


def test_cards_that_come_and_go_are_told(pcscd: Pcscd, tmp_path: Path) -> None:
    with watching() as watched:
        watched.wait_for("lifted")
        with placed(made_card(tmp_path)):
            watched.wait_for("lifted", "placed")
            with pcsc.open_reader(READER) as connection:
                inspect(connection)
        watched.wait_for("lifted", "placed", "lifted")


def test_a_restart_of_pcscd_is_survived(pcscd: Pcscd, tmp_path: Path) -> None:
    with watching() as watched:
        with placed(made_card(tmp_path)):
            wait_for(lambda: watched.seen[-1:] == ["placed"], "the card")
            pcscd.restart()
            wait_for(lambda: watched.seen[-2:] == ["reader_lost", "lifted"], "the reader to be back")
        with placed(made_card(tmp_path)):
            wait_for(lambda: watched.seen[-1:] == ["placed"], "the card to be seen again")
            assert isinstance(read_once(), Evidence)


def test_a_worker_goes_on_after_a_restart_of_pcscd(pcscd: Pcscd, tmp_path: Path) -> None:
    with CardWorker(pcsc.open_reader) as worker:
        with readable(made_card(tmp_path)):
            worker.inspect(READER)
            pcscd.stop()
            with pytest.raises(ReaderMissing):
                worker.inspect(READER)
            pcscd.start()
        with readable(made_card(tmp_path)):
            assert worker.inspect(READER).tries_left == 3


def test_an_unplugged_reader_is_told_and_found_again(pcscd: Pcscd, tmp_path: Path) -> None:
    with watching() as watched:
        watched.wait_for("lifted")
        pcscd.restart(has_readers=False)
        watched.wait_for("lifted", "reader_lost")
        assert pcsc.list_readers() == ()
        with pytest.raises(NoReader), pcsc.open_reader(READER):
            raise AssertionError
        pcscd.restart()
        watched.wait_for("lifted", "reader_lost", "lifted")
        with readable(made_card(tmp_path)):
            assert isinstance(read_once(), Evidence)


def test_a_card_lifted_and_put_back_between_two_looks_is_told_as_both() -> None:
    present, changed = 0x20, 0x02
    seen = [one.presence.value for one in pcsc.changes(READER, 3 << 16 | present, 5 << 16 | present | changed)]
    assert seen == ["lifted", "placed"]
    assert [one.presence.value for one in pcsc.changes(READER, 0, 5 << 16 | present | changed)] == ["placed"]
    same = pcsc.changes(READER, 5 << 16 | present, 5 << 16 | present | 0x100 | changed)
    assert [one.presence.value for one in same] == ["placed"]


def test_watching_begins_before_pcscd_does(pcscd: Pcscd) -> None:
    pcscd.stop()
    with watching() as watched:
        watched.wait_for("reader_lost")
        pcscd.start()
        watched.wait_for("reader_lost", "lifted")


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_told_apart_under_pcscd(pcscd: Pcscd, tmp_path: Path, kind: Kind) -> None:
    expected = {Kind.OLD: "old_card"}.get(kind, kind.value)
    with readable(made_card(tmp_path, Knobs(kind=kind))), pcsc.open_reader(READER) as connection:
        assert inspect(connection).kind == expected


def test_an_expired_card_is_told(pcscd: Pcscd, tmp_path: Path) -> None:
    with readable(made_card(tmp_path, Knobs(expired=True))):
        evidence = read_once()
    assert isinstance(evidence, Evidence)
    anchors = load_anchors((card_folder(tmp_path) / ANCHORS).read_bytes())
    verdict = judge(evidence.certificate, CHALLENGE, evidence.signature, anchors, datetime(2022, 7, 1, tzinfo=UTC))
    assert (verdict.dates, verdict.chain, verdict.holds) == (Dates.EXPIRED, Chain.VALID, False)


# OpenSC: a client written by others.


class OpenSc:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        configuration = folder / "opensc.conf"
        configuration.write_text("app default { card_drivers = jpki; }\n")
        self._environment = os.environ | {"OPENSC_CONF": str(configuration)}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_opensc_uses_the_card(pcscd: Pcscd, tmp_path: Path) -> None:
    opensc = OpenSc(tmp_path)
    (tmp_path / "message").write_bytes(b"madoguchi")
    with readable(made_card(tmp_path)):
        assert opensc.run("opensc-tool", "--name").strip() == "jpki"
        listed = opensc.run("pkcs15-tool", "-D")
        (tmp_path / "card.pem").write_text(opensc.run("pkcs15-tool", "--read-certificate", "1"))
        (tmp_path / "ca.pem").write_text(opensc.run("pkcs15-tool", "--read-certificate", "3"))
        opensc.run("openssl", "dgst", "-sha256", "-binary", "-out", "digest", "message")
        opensc.run(
            *("pkcs15-crypt", "--sign", "--pkcs1", "--sha-256", "-k", "1", "--pin", "1234", "--raw"),
            *("--input", "digest", "--output", "signature"),
        )
    assert "Tries left     : 3" in listed
    assert "User Authentication Certificate" in listed
    opensc.run("openssl", "x509", "-in", "card.pem", "-pubkey", "-noout", "-out", "key.pem")
    verified = opensc.run("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message")
    assert "Verified OK" in verified
    at = str(int(datetime(2022, 7, 1, tzinfo=UTC).timestamp()))
    assert "OK" in opensc.run("openssl", "verify", "-attime", at, "-CAfile", "ca.pem", "card.pem")


# The command, as a technician runs it.


def card_command(tmp_path: Path, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COUNTER_AGENT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "counter_agent", "card", "--json", *arguments]
    return subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, timeout=60)


def test_the_technicians_command(pcscd: Pcscd, tmp_path: Path) -> None:
    folder = tmp_path / "today"
    card = open_card(folder, datetime.now(UTC).date())
    anchors = ("--anchors", str(folder / ANCHORS))
    with readable(card):
        several = card_command(tmp_path)
        looked = card_command(tmp_path, "--reader", READER, "--remember")
        proved = card_command(tmp_path, "--pin-stdin", *anchors, typed="1234\n")
        unanchored = card_command(tmp_path, "--pin-stdin", typed="1234\n")
        wrong = card_command(tmp_path, "--pin-stdin", *anchors, typed="9999\n")
        long = card_command(tmp_path, "--pin-stdin", *anchors, typed="12345\n")
    empty = card_command(tmp_path)
    assert [one.returncode for one in (several, looked, proved, unanchored, wrong, long, empty)] == [
        1,
        0,
        0,
        1,
        1,
        1,
        1,
    ]
    assert '"chain": "valid"' in proved.stdout
    assert '"challenge_signature_verified": true' in proved.stdout
    assert '"revocation": "not checked"' in proved.stdout
    assert '"problem": "chain_no_anchors"' in unanchored.stdout
    assert '"tries_left": 2' in wrong.stdout
    assert '"problem": "not_four_digits"' in long.stdout
    assert card.tries_left() == 2
    everything = "".join(one.stdout + one.stderr for one in (several, looked, proved, unanchored, wrong, long, empty))
    secret = (folder / "card.json").read_text()
    number = secret.partition('"number": ')[2].partition(",")[0]
    for hidden in ("1234", "9999", number, str(int(number) * 2), f"{int(number) * 2:x}", "BEGIN CERT", "MII"):
        assert hidden not in everything


def test_the_virtual_card_command_and_a_knob_that_lifts_it(pcscd: Pcscd, tmp_path: Path) -> None:
    folder = card_folder(tmp_path)
    command = [sys.executable, "-m", "counter_agent", "virtual-card", "--state", str(folder), "--lifted-after", "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        wait_for(is_card_there, "the card to be seen")
        with pytest.raises(CardRemoved):
            read_once()
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "made up" in said
    assert "lifted" in said


def test_a_virtual_card_without_a_reader_says_so(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ReaderMissing, match="vpcd"):
        VpcdCard(made_card(tmp_path), port=port).place(within_s=0.2)
