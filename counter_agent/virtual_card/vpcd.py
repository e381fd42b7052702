"""The made-up card on vpcd's virtual reader, so that pcscd and every program behind it see a card.

vpcd listens and the card connects. A frame is a length of two bytes and a payload; a payload of one byte is a control.
vpcd's port listens on every address: for demonstrations and tests, never on a counter PC.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Final

from counter_agent.card_errors import ReaderMissing
from counter_agent.virtual_card.model import VirtualCard

PORT: Final = 35_963
ATR: Final = bytes.fromhex("3B80800101")
_BETWEEN_CALLS_S: Final = 0.1


class Control(IntEnum):
    """The controls vpcd sends."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


class VpcdCard:
    """A card on a virtual reader until it is lifted, by `lift` from any thread or by its own knob."""

    def __init__(self, card: VirtualCard, *, host: str = "127.0.0.1", port: int = PORT) -> None:
        self._card = card
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._lifted = False

    def place(self, within_s: float = 10.0) -> None:
        """Connect to the reader; a pcscd that is just starting is waited for. Raises `ReaderMissing`."""
        deadline_s = time.monotonic() + within_s
        while not self._lifted:
            try:
                self._socket = socket.create_connection(self._address, timeout=within_s)
                break
            except OSError as error:
                if time.monotonic() > deadline_s:
                    host, port = self._address
                    raise ReaderMissing(f"no virtual reader at {host}:{port}; is pcscd running with vpcd?") from error
                time.sleep(_BETWEEN_CALLS_S)
        if self._socket is not None:
            self._socket.settimeout(None)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self) -> None:
        """Answer until the card is lifted or the reader goes away."""
        try:
            while (frame := self._receive()) is not None:
                answer = self._answer(frame)
                if answer is not None:
                    self._send(answer)
        except OSError:
            # The reader went away (pcscd stopped), or the card was lifted while it answered.
            return
        finally:
            self.lift()

    def lift(self) -> None:
        """Take the card off the reader. May be called twice."""
        self._lifted = True
        connected, self._socket = self._socket, None
        if connected is not None:
            _close(connected)

    def _answer(self, frame: bytes) -> bytes | None:
        if len(frame) == 1:
            return self._control(frame[0])
        knobs, number = self._card.knobs, self._card.commands_since_power_on
        if knobs.lifted_after is not None and number >= knobs.lifted_after:
            raise ConnectionAbortedError("lifted by its knob")
        if knobs.silent_after is not None and number >= knobs.silent_after:
            return None
        time.sleep(knobs.slow_s)
        body, sw = self._card.answer(frame)
        return body + struct.pack(">H", sw)

    def _control(self, control: int) -> bytes | None:
        actions: dict[int, Callable[[], None]] = {
            Control.POWER_OFF: self._card.power_off,
            Control.POWER_ON: self._card.power_on,
            Control.RESET: self._card.reset,
        }
        if control == Control.ATR:
            return ATR
        if control in actions:
            actions[control]()
        return None

    def _receive(self) -> bytes | None:
        head = self._exactly(2)
        return None if head is None else self._exactly(int.from_bytes(head, "big"))

    def _exactly(self, length: int) -> bytes | None:
        received = b""
        while len(received) < length:
            connected = self._socket
            if connected is None:
                return None
            # Without it every command costs 44 ms: vpcd writes length and payload apart (Nagle + delayed ACK).
            if hasattr(socket, "TCP_QUICKACK"):
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            more = connected.recv(length - len(received))
            if not more:
                return None
            received += more
        return received

    def _send(self, payload: bytes) -> None:
        connected = self._socket
        if connected is not None:
            connected.sendall(struct.pack(">H", len(payload)) + payload)


def _close(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It was cut from the other side.
        pass
    finally:
        connected.close()
