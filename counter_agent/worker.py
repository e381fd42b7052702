"""Card work in a process of its own, with a deadline: a silent card never gives a call back, and only killing helps.

The process stays for the next job and is replaced after it was killed. The PIN crosses in a frame of its own, into
memory that is wiped; it is never pickled.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final, Self, TypeVar

from counter_agent.apdu import CardConnection, wipe
from counter_agent.card_errors import CardError, CardSilent
from counter_agent.pin_pad import WAITS_S
from counter_agent.reading import (
    PIN_DIGITS,
    Inspection,
    NotPresented,
    ReadResult,
    WhyNot,
    inspect,
    is_pin,
    read,
    read_on_pad,
)
from counter_agent.reading import read_certificate as read_certificate_of

Opener = Callable[[str], AbstractContextManager[CardConnection]]
"""Opens the card on the reader of a name; must be picklable (a function of a module, or a `partial` of one)."""

DEADLINE_S: Final = 20.0
_DIGITS_TYPED: Final = PIN_DIGITS + 1
"""And Enter: each may take its time."""
_STARTED_WITHIN_S: Final = 20.0
_ENDED_WITHIN_S: Final = 2.0
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Inspect:
    reader: str


@dataclass(frozen=True, slots=True)
class _ReadCertificate:
    reader: str


@dataclass(frozen=True, slots=True)
class _Read:
    """The PIN follows in a frame of its own."""

    reader: str
    challenge: bytes = field(repr=False)
    last_try_agreed: bool


@dataclass(frozen=True, slots=True)
class _ReadOnPad:
    reader: str
    challenge: bytes = field(repr=False)
    last_try_agreed: bool


_Job = _Inspect | _ReadCertificate | _Read | _ReadOnPad
_Done = Inspection | ReadResult | bytes | None


class CardWorker:
    """One job at a time; raises what the job raised, and `CardSilent` when the deadline has passed."""

    def __init__(self, opener: Opener, deadline_s: float = DEADLINE_S) -> None:
        self._opener = opener
        self._deadline_s = deadline_s
        self._turn = threading.Lock()
        self._running: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Have the process ready before the first card comes; not needed, but the first job is then quicker."""
        with self._turn:
            self._pipe()

    def inspect(self, reader: str) -> Inspection:
        """What lies on the reader, and the tries left; costs none."""
        return _as(Inspection, self._run(_Inspect(reader)))

    def read(self, reader: str, pin: bytearray, challenge: bytes, *, last_try_agreed: bool = False) -> ReadResult:
        """`reading.read` on the reader's card. `pin` is wiped, whatever happens."""
        try:
            if not is_pin(pin):
                return NotPresented(WhyNot.NOT_FOUR_DIGITS)
            done = self._run(_Read(reader, challenge, last_try_agreed), pin)
        finally:
            wipe(pin)
        return _as_result(done)

    def read_on_pad(self, reader: str, challenge: bytes, *, last_try_agreed: bool = False) -> ReadResult:
        """`reading.read_on_pad`; the deadline begins when the holder has had the time that the pad gives."""
        patience_s = _DIGITS_TYPED * WAITS_S
        return _as_result(self._run(_ReadOnPad(reader, challenge, last_try_agreed), patience_s=patience_s))

    def read_certificate(self, reader: str) -> bytes | None:
        """The certificate of the card on the reader, without a PIN; None if it has none."""
        done = self._run(_ReadCertificate(reader))
        return None if done is None else _as(bytes, done)

    def close(self) -> None:
        """End the process; a job that is under way is cut off and raises `CardSilent`."""
        running, self._running = self._running, None
        if running is not None:
            _end(*running)

    def _run(self, job: _Job, pin: bytearray | None = None, *, patience_s: float = 0.0) -> _Done:
        with self._turn:
            pipe = self._pipe()
            try:
                pipe.send(job)
                if pin is not None:
                    pipe.send_bytes(pin)
                if pipe.poll(self._deadline_s + patience_s):
                    return _opened(pipe.recv())
            except (EOFError, OSError) as error:
                self.close()
                raise CardError("the card worker ended in the middle") from error
            self.close()
            raise CardSilent(self._deadline_s)

    def _pipe(self) -> Connection:
        if self._running is not None and not self._running[0].is_alive():
            self.close()
        if self._running is None:
            self._running = _start(self._opener)
        return self._running[1]


def _start(opener: Opener) -> tuple[BaseProcess, Connection]:
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_work, args=(opener, theirs), name="card-worker", daemon=True)
    process.start()
    theirs.close()
    if not ours.poll(_STARTED_WITHIN_S):
        _end(process, ours)
        raise CardError("the card worker did not start")
    ours.recv()
    return process, ours


def _end(process: BaseProcess, pipe: Connection) -> None:
    process.kill()
    process.join(_ENDED_WITHIN_S)
    pipe.close()
    if process.exitcode is not None:
        process.close()


def _work(opener: Opener, pipe: Connection) -> None:
    """The process: job after job until the other end closes."""
    with suppress(EOFError, OSError, KeyboardInterrupt):
        pipe.send(None)
        while True:
            pipe.send(_result(opener, pipe.recv(), pipe))


def _result(opener: Opener, job: _Job, pipe: Connection) -> _Done | CardError:
    pin = bytearray(PIN_DIGITS)
    try:
        if isinstance(job, _Read):
            pipe.recv_bytes_into(pin)
        with opener(job.reader) as connection:
            return _done(connection, job, pin)
    except CardError as error:
        # Its cause is this process's own; only the error itself crosses.
        error.__cause__ = error.__context__ = None
        return error
    finally:
        wipe(pin)


def _done(connection: CardConnection, job: _Job, pin: bytearray) -> _Done:
    match job:
        case _Inspect():
            return inspect(connection)
        case _ReadCertificate():
            return read_certificate_of(connection)
        case _Read():
            return read(connection, pin, job.challenge, last_try_agreed=job.last_try_agreed)
        case _ReadOnPad():
            return read_on_pad(connection, job.challenge, last_try_agreed=job.last_try_agreed)


def _opened(answer: _Done | CardError) -> _Done:
    if isinstance(answer, CardError):
        raise answer
    return answer


def _as_result(done: _Done) -> ReadResult:
    if done is None or isinstance(done, (bytes, Inspection)):
        raise CardError("the card worker answered another job")
    return done


def _as(kind: type[Answer], done: object) -> Answer:
    if not isinstance(done, kind):
        raise CardError("the card worker answered another job")
    return done
