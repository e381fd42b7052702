"""Commands, status words, and the one narrow method to a card: bytes in, bytes and a status word out.

A command never shows the body of VERIFY (INS 20) or CHANGE REFERENCE DATA (INS 24), whatever prints it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol, TypeAlias

from counter_agent.card_errors import BadCardData

SW: TypeAlias = int
"""A status word, 0000 to FFFF. Any number may come from a card; `Known` names those with a meaning here."""

LONGEST_ANSWER: Final = 65_536
_MOST_ROUNDS: Final = 260


class Known(IntEnum):
    """Status words with a meaning for this program (ISO 7816-4, and what was measured on JPKI cards)."""

    OK = 0x9000
    END_OF_FILE = 0x6282
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    COMMAND_NOT_ALLOWED = 0x6981
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    REFERENCE_DATA_NOT_USABLE = 0x6984
    NO_EF_SELECTED = 0x6986
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    INCORRECT_P1P2 = 0x6A86
    PAST_THE_END = 0x6B00
    INS_NOT_SUPPORTED = 0x6D00
    CLA_NOT_SUPPORTED = 0x6E00
    NO_DIAGNOSIS = 0x6F00


class Ins(IntEnum):
    """Instructions this program sends, and the two whose bodies are secret."""

    VERIFY = 0x20
    CHANGE_REFERENCE_DATA = 0x24
    PERFORM_SECURITY_OPERATION = 0x2A
    SELECT = 0xA4
    READ_BINARY = 0xB0
    GET_RESPONSE = 0xC0


SECRET_BODIES: Final = frozenset({Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA})


class CardConnection(Protocol):
    """An open card. `transmit` raises `CardError` if the card does not answer; it keeps nothing of the command."""

    def transmit(self, apdu: bytes | bytearray) -> tuple[bytes, SW]:
        """Send one command as it is; give back the answer without its status word, and the status word."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """A short command. `expected` is Le: None for none, 256 at most."""

    cla: int
    ins: int
    p1: int
    p2: int
    body: bytes | bytearray = b""
    expected: int | None = None

    def encoded(self) -> bytearray:
        """The bytes for the card, in memory that can be wiped.

        >>> Command(0, 0xB0, 0, 4, expected=256).encoded().hex(" ")
        '00 b0 00 04 00'
        """
        if len(self.body) > 255:
            raise BadCardData("command", f"{len(self.body)} bytes do not fit a short command")
        encoded = bytearray((self.cla, self.ins, self.p1, self.p2))
        if self.body:
            encoded.append(len(self.body))
            encoded += self.body
        if self.expected is not None:
            encoded.append(self.expected & 0xFF)
        return encoded

    def __repr__(self) -> str:
        return f"Command({masked(self.encoded())})"


def masked(apdu: bytes | bytearray) -> str:
    """A command as text that may be printed: a PIN's bytes, and how many they are, do not show.

    >>> masked(bytes.fromhex("0020008004") + b"1234")
    '00 20 00 80 ** (masked)'
    >>> masked(bytes.fromhex("00200080"))
    '00 20 00 80'
    """
    if len(apdu) > 4 and apdu[1] in SECRET_BODIES:
        return f"{bytes(apdu[:4]).hex(' ')} ** (masked)"
    return bytes(apdu).hex(" ")


def wipe(secret: bytearray) -> None:
    """Overwrite in place; what was there is gone from this memory."""
    secret[:] = bytes(len(secret))


def exchange(connection: CardConnection, command: Command) -> tuple[bytes, SW]:
    """Send a command once and fetch the whole answer: 61xx is asked for, 6Cxx is asked again with the right length.

    A command that presents a secret is never sent twice, whatever the card answers.
    """
    answer, sw = _send(connection, command)
    if sw >> 8 == 0x6C and command.expected is not None and command.ins not in SECRET_BODIES:
        answer, sw = _send(connection, replace(command, expected=(sw & 0xFF) or 256))
    for _ in range(_MOST_ROUNDS):
        if sw >> 8 != 0x61:
            return answer, sw
        more, sw = _fetch(connection, (sw & 0xFF) or 256)
        answer += more
        if len(answer) > LONGEST_ANSWER:
            break
    raise BadCardData("answer", "the card goes on for ever")


def _fetch(connection: CardConnection, length: int) -> tuple[bytes, SW]:
    get_response = Command(0x00, Ins.GET_RESPONSE, 0, 0, expected=length)
    more, sw = _send(connection, get_response)
    if sw >> 8 == 0x6C:
        more, sw = _send(connection, replace(get_response, expected=(sw & 0xFF) or 256))
    return more, sw


def _send(connection: CardConnection, command: Command) -> tuple[bytes, SW]:
    encoded = command.encoded()
    try:
        return connection.transmit(encoded)
    finally:
        wipe(encoded)
