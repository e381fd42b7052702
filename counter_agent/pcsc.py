"""Readers and cards through pcscd. The only importer of pyscard, and imported only where a real reader is used.

Calls PC/SC's own functions: pyscard's card monitor dies with pcscd, and its exceptions lose the status. A card is
always connected EXCLUSIVE (with SHARED, a second program signed without a PIN) and powered off at the end, because a
PIN once verified survives a disconnect and a warm reset.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Any, Final

from counter_agent.apdu import SW, CardConnection
from counter_agent.card_errors import (
    BadCardData,
    CardError,
    CardInUse,
    CardRemoved,
    NoReader,
    ReaderMissing,
)

try:
    from smartcard import scard
except ImportError as error:
    raise ReaderMissing(
        "card readers need pyscard: run `script/setup reader` on this PC (gcc, libpcsclite-dev and pcscd are needed)"
    ) from error

_IN_USE: Final = frozenset({scard.SCARD_E_SHARING_VIOLATION})
_GONE: Final = frozenset(
    {
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_E_NOT_TRANSACTED,
        scard.SCARD_E_READER_UNAVAILABLE,
        scard.SCARD_F_COMM_ERROR,
    }
)
_NO_SERVICE: Final = frozenset(
    {
        scard.SCARD_E_NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED,
        scard.SCARD_E_INVALID_HANDLE,
    }
)
_GET_FEATURES: Final = scard.SCARD_CTL_CODE(3400)
_CONNECT_WITHIN_S: Final = 1.5
_BETWEEN_TRIES_S: Final = 0.05
_LOOK_MS: Final = 400
_NOBODY_THERE_S: Final = 0.4


class ReaderPresence(StrEnum):
    """What the reader saw."""

    PLACED = "placed"
    LIFTED = "lifted"
    READER_LOST = "reader_lost"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something changed at a reader; `reader` is None while none is there."""

    reader: str | None
    presence: ReaderPresence


def list_readers() -> tuple[str, ...]:
    """The readers that are plugged in. Raises `ReaderMissing` if pcscd does not run."""
    with _context() as context:
        return _readers(context)


@contextmanager
def open_reader(reader: str) -> Iterator[CardConnection]:
    """The card on a reader, for this program alone; without power again at the end.

    Raises `CardRemoved` (no card), `CardInUse` (held by another program for more than a second), `NoReader`.
    """
    with _context() as context:
        handle, protocol = _connect(context, reader)
        try:
            yield _Connection(handle, protocol)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)


def watch(pick: Callable[[tuple[str, ...]], str | None], stop: Event) -> Iterator[Seen]:
    """What happens on the reader that `pick` chooses, from what is there now on, until `stop` is set.

    Goes on through anything: pcscd stopped and started again, the reader unplugged and back. A card lifted and put
    back between two looks is told as lifted, then placed.
    """
    last: Seen | None = None
    while not stop.is_set():
        try:
            with _context() as context:
                for seen in _watched(context, pick, stop):
                    if seen != last:
                        last = seen
                        yield seen
        except CardError:
            pass
        lost = Seen(None, ReaderPresence.READER_LOST)
        if last != lost and not stop.is_set():
            last = lost
            yield lost
        stop.wait(_NOBODY_THERE_S)


class _Connection:
    def __init__(self, handle: Any, protocol: int) -> None:
        self._handle = handle
        self._protocol = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        result, answer = scard.SCardTransmit(self._handle, self._protocol, list(apdu))
        _check(result, "the card was lifted")
        if not answer:
            # pcscd calls it a success when a card is lifted in the middle of its answer.
            raise CardRemoved("the card was lifted")
        if len(answer) < 2:
            raise BadCardData("answer", "has no status word")
        return bytes(answer[:-2]), SW(answer[-2] << 8 | answer[-1])

    def features(self) -> bytes:
        """What the reader can do beyond cards; a reader that does not know the question can nothing."""
        result, answer = scard.SCardControl(self._handle, _GET_FEATURES, [])
        return bytes(answer) if result == scard.SCARD_S_SUCCESS else b""

    def control(self, code: int, sent: bytes) -> bytes:
        """One of those features, done."""
        result, answer = scard.SCardControl(self._handle, code, list(sent))
        _check(result, "the card was lifted")
        return bytes(answer)


@contextmanager
def _context() -> Iterator[Any]:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if result != scard.SCARD_S_SUCCESS:
        raise ReaderMissing("pcscd does not answer; start it (systemctl start pcscd) or install it")
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _connect(context: Any, reader: str) -> tuple[Any, int]:
    """Another program that only looks at a new card (a desktop's own agent) is waited for a moment."""
    deadline_s = time.monotonic() + _CONNECT_WITHIN_S
    while True:
        result, handle, protocol = scard.SCardConnect(
            context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if result not in _IN_USE or time.monotonic() > deadline_s:
            break
        time.sleep(_BETWEEN_TRIES_S)
    if result in (scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_NO_READERS_AVAILABLE):
        raise NoReader("the reader is not there", _readers(context))
    _check(result, "there is no card on the reader")
    return handle, protocol


def _check(result: int, gone: str) -> None:
    """Success, or the error in words a technician can use. A card that went away is told in several numbers."""
    if result == scard.SCARD_S_SUCCESS:
        return
    if result in _IN_USE:
        raise CardInUse("another program holds the card; close it, or lift the card fully")
    if result in _NO_SERVICE:
        raise ReaderMissing("pcscd was stopped or restarted in the middle")
    if result in _GONE:
        raise CardRemoved(gone)
    raise CardRemoved(f"{gone}, or the reader fails: {scard.SCardGetErrorMessage(result)}")


def _readers(context: Any) -> tuple[str, ...]:
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE:
        return ()
    if result != scard.SCARD_S_SUCCESS:
        raise ReaderMissing("pcscd does not list its readers")
    return tuple(names)


def _watched(context: Any, pick: Callable[[tuple[str, ...]], str | None], stop: Event) -> Iterator[Seen]:
    """Changes as one context sees them; ends when it is of no use any more, or the reader has gone."""
    reader = pick(_readers(context))
    if reader is None:
        return
    known = scard.SCARD_STATE_UNAWARE
    while not stop.is_set():
        result, states = scard.SCardGetStatusChange(context, _LOOK_MS, [(reader, known)])
        if result == scard.SCARD_E_TIMEOUT:
            continue
        if result != scard.SCARD_S_SUCCESS:
            return
        state = states[0][1]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE):
            return
        yield from changes(reader, known, state)
        known = state & ~scard.SCARD_STATE_CHANGED


def changes(reader: str, before: int, now: int) -> Iterator[Seen]:
    """What a new state means. Its upper half counts insertions and removals."""
    was_there, is_there = (bool(state & scard.SCARD_STATE_PRESENT) for state in (before, now))
    if was_there and is_there and before >> 16 != now >> 16:
        yield Seen(reader, ReaderPresence.LIFTED)
    yield Seen(reader, ReaderPresence.PLACED if is_there else ReaderPresence.LIFTED)
