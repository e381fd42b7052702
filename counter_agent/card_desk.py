"""A card on a reader, for the desk: the card layer's answers in the visit's words. Holds which card was read.

What the card gave is judged here and dropped; only its fingerprint stays, in memory, until `forget`.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Protocol, TypeVar

from counter_agent import events as e
from counter_agent.card_errors import CardError, CertificateUnreadable
from counter_agent.card_port import Presence
from counter_agent.certificates import Judgement
from counter_agent.reading import (
    Evidence,
    Inspection,
    NotPresented,
    PadGaveUp,
    PinRefused,
    ReadResult,
    TokenKind,
    fingerprint,
)

T = TypeVar("T")
_log = logging.getLogger(__name__)
_KINDS = {
    TokenKind.CARD: e.CardKind.CARD,
    TokenKind.OLD_CARD: e.CardKind.OLD_CARD,
    TokenKind.ANDROID: e.CardKind.PHONE,
    TokenKind.IPHONE: e.CardKind.PHONE,
}


class Jobs(Protocol):
    """Card work on one reader; each call blocks, and raises CardError."""

    def inspect(self) -> Inspection: ...

    def read(self, pin: bytearray, challenge: bytes, *, last_try_agreed: bool) -> ReadResult: ...

    def read_on_pad(self, challenge: bytes, *, last_try_agreed: bool) -> ReadResult: ...

    def read_certificate(self) -> bytes | None: ...


Watch = Callable[[threading.Event], Iterator[Presence]]
"""What happens on the reader, blocking, until the event is set."""

Judge = Callable[[Evidence], Judgement]


class CardDesk:
    """`card_port.CardPort` over the card layer. Card work runs in threads, one piece at a time."""

    def __init__(self, jobs: Jobs, watch: Watch, judge: Judge, *, uses_pad: bool = True) -> None:
        self._jobs = jobs
        self._watch = watch
        self._judge = judge
        self._uses_pad = uses_pad
        self._mark: bytes | None = None
        self._one_at_a_time = threading.Lock()

    async def presence(self) -> AsyncIterator[Presence]:
        """What happens on the reader, from a thread that watches it."""
        queue: asyncio.Queue[Presence] = asyncio.Queue()
        loop, stop = asyncio.get_running_loop(), threading.Event()

        def watch() -> None:
            for seen in self._watch(stop):
                if stop.is_set():
                    return
                loop.call_soon_threadsafe(queue.put_nowait, seen)

        watching = threading.Thread(target=watch, name="reader-watch", daemon=True)
        watching.start()
        try:
            while True:
                yield await queue.get()
        finally:
            stop.set()

    async def inspect(self) -> e.CardPlaced | None:
        """What lies there; and if a card was read in this visit, whether it is that one."""
        found = await self._done(self._jobs.inspect)
        if found is None:
            return None
        kind = _KINDS.get(found.kind, e.CardKind.OTHER)
        is_same = await self.is_same() if self._mark is not None else None
        has_pad = found.has_pad and self._uses_pad
        return e.CardPlaced(kind, found.tries_left, found.has_certificate is not False, is_same, has_pad)

    async def read(
        self, pin: bytearray, challenge: bytes, *, last_try_agreed: bool
    ) -> e.Verdict | e.PinWrong | e.ReadFailed:
        """Present the PIN once and judge what comes back."""
        said = await self._said(lambda: self._jobs.read(pin, challenge, last_try_agreed=last_try_agreed))
        return e.ReadFailed() if isinstance(said, e.PadGaveUp) else said

    async def read_on_pad(
        self, challenge: bytes, *, last_try_agreed: bool
    ) -> e.Verdict | e.PinWrong | e.PadGaveUp | e.ReadFailed:
        """Have the PIN typed on the reader, and judge what comes back."""
        return await self._said(lambda: self._jobs.read_on_pad(challenge, last_try_agreed=last_try_agreed))

    async def _said(self, job: Callable[[], ReadResult]) -> e.Verdict | e.PinWrong | e.PadGaveUp | e.ReadFailed:
        match await self._done(job):
            case PinRefused(tries_left):
                return e.PinWrong(tries_left)
            case NotPresented(_, 0):
                return e.PinWrong(0)
            case PadGaveUp(reason):
                return e.PadGaveUp(e.NotTyped(reason.value))
            case Evidence() as evidence:
                return await self._judged(evidence)
        return e.ReadFailed()

    async def is_same(self) -> bool | None:
        """Whether the fingerprint is the one of the read; False for a card without a certificate."""
        mark = self._mark
        if mark is None:
            return None
        certificate = await self._done(lambda: (self._jobs.read_certificate(),))
        if certificate is None:
            return None
        return certificate[0] is not None and hmac.compare_digest(fingerprint(certificate[0]), mark)

    def forget(self) -> None:
        """Forget which card it was."""
        self._mark = None

    async def _judged(self, evidence: Evidence) -> e.Verdict:
        try:
            judgement = await asyncio.to_thread(self._judge, evidence)
        except CertificateUnreadable:
            # Not a card that fails to answer: asked again it would be none again, and the resident would type again.
            return e.Verdict(possession_proved=False, dates_valid=False, chain_valid=None)
        self._mark = fingerprint(evidence.certificate)
        is_for_this = judgement.key_usage_valid and judgement.policy_valid is not False
        return e.Verdict(judgement.possession_proved and is_for_this, judgement.dates_valid, judgement.chain_valid)

    async def _done(self, job: Callable[[], T]) -> T | None:
        """The job's answer; None if the card or the reader failed."""

        def alone() -> T:
            with self._one_at_a_time:
                return job()

        try:
            return await asyncio.to_thread(alone)
        except CardError as error:
            _log.warning("card work failed: %s", type(error).__name__)
            return None
