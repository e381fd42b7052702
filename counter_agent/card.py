"""A session with the card's JPKI application: selects it, then speaks its verbs.

The applications that hold the individual number (個人番号) are not named here and never selected. Nothing is tried
twice but the first SELECT, which a measured card answered 6F00 right after power-up.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Final

from counter_agent.apdu import SW, CardConnection, Command, Ins, Known, exchange
from counter_agent.card_errors import BadCardData, NotMyNumberCard, UnexpectedStatus
from counter_agent.pin_pad import NotTyped, PinPad

JPKI_APPLICATION: Final = bytes.fromhex("D392F000260100000001")
PIN_TRIES: Final = 3
_CHUNK: Final = 256
_PIN_REFERENCE: Final = 0x80
_LONGEST_FILE: Final = 0x7FFF
_SHA256_DIGEST_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_BLOCKED: Final = frozenset({Known.AUTHENTICATION_BLOCKED, Known.REFERENCE_DATA_NOT_USABLE})


class File(IntEnum):
    """The elementary files this program selects."""

    TOKEN = 0x0006
    CERTIFICATES_PRESENT = 0x0008
    CERTIFICATE = 0x000A
    KEY = 0x0017
    PIN = 0x0018


class JpkiSession:
    """The JPKI application, selected. Raises `NotMyNumberCard` if the card has none."""

    def __init__(self, connection: CardConnection) -> None:
        self._connection = connection
        self._selected: File | None = None
        command = Command(0x00, Ins.SELECT, 0x04, 0x0C, JPKI_APPLICATION)
        sw = exchange(connection, command)[1]
        if sw == Known.NO_DIAGNOSIS:
            sw = exchange(connection, command)[1]
        if sw == Known.NO_DIAGNOSIS:
            raise UnexpectedStatus(sw, "SELECT of the application")
        if sw != Known.OK:
            raise NotMyNumberCard(f"the card has no JPKI application (status {sw:04X})")

    def token(self) -> bytes:
        """The first 32 bytes of the token information: what kind of token this is."""
        self._select(File.TOKEN)
        return self._read(0, 32, "token information")

    def certificates_present(self) -> bytes | None:
        """The list of which certificates exist; None if the card has no such list."""
        if not self._find(File.CERTIFICATES_PRESENT):
            return None
        return self._read(0, 3, "list of certificates")

    def has_certificate(self) -> bool:
        """Whether the file of the user-authentication certificate holds one."""
        if not self._find(File.CERTIFICATE):
            return False
        return self._read(0, 4, "certificate", may_be_empty=True)[:1] == b"\x30"

    def certificate(self) -> bytes | None:
        """The user-authentication certificate (DER), which needs no PIN; None if there is none."""
        if not self._find(File.CERTIFICATE):
            return None
        head = self._read(0, _CHUNK, "certificate", may_be_empty=True)
        if head[:1] in (b"", b"\x00", b"\xff"):
            return None
        length = der_length(head)
        while len(head) < length:
            head += self._read(len(head), min(_CHUNK, length - len(head)), "certificate")
        return head[:length]

    def tries_left(self) -> int:
        """How many PIN tries are left; costs none. A PIN that is verified already has all of them."""
        self._select(File.PIN)
        sw = exchange(self._connection, Command(0x00, Ins.VERIFY, 0x00, _PIN_REFERENCE))[1]
        return _tries(sw, "tries left")

    def verify(self, pin: bytearray) -> int | None:
        """Present the PIN, once. None if it is right, else the tries left (0: locked now)."""
        self._select(File.PIN)
        return _left_after(exchange(self._connection, Command(0x00, Ins.VERIFY, 0x00, _PIN_REFERENCE, pin))[1])

    def verify_on(self, pad: PinPad) -> int | NotTyped | None:
        """Have the PIN typed on the reader's own pad, and presented once. As `verify`, or why nothing was typed."""
        self._select(File.PIN)
        said = pad.verify(_PIN_REFERENCE)
        return said if isinstance(said, NotTyped) else _left_after(said)

    def sign(self, challenge: bytes) -> bytes:
        """The authentication key's signature (PKCS#1 v1.5, SHA-256) over a challenge; needs the PIN verified."""
        self._select(File.KEY)
        digest_info = _SHA256_DIGEST_INFO + hashlib.sha256(challenge).digest()
        command = Command(0x80, Ins.PERFORM_SECURITY_OPERATION, 0x00, 0x80, digest_info, expected=256)
        signature, sw = exchange(self._connection, command)
        if sw != Known.OK:
            raise UnexpectedStatus(sw, "signature")
        return signature

    def _find(self, file: File) -> bool:
        if self._selected is file:
            return True
        body = file.to_bytes(2, "big")
        sw = exchange(self._connection, Command(0x00, Ins.SELECT, 0x02, 0x0C, body))[1]
        if sw == Known.FILE_NOT_FOUND:
            self._selected = None
            return False
        if sw != Known.OK:
            raise UnexpectedStatus(sw, f"SELECT of file {file:04X}")
        self._selected = file
        return True

    def _select(self, file: File) -> None:
        if not self._find(file):
            raise UnexpectedStatus(Known.FILE_NOT_FOUND, f"SELECT of file {file:04X}")

    def _read(self, offset: int, length: int, step: str, *, may_be_empty: bool = False) -> bytes:
        """Up to `length` bytes from `offset`; fewer at the end of the file."""
        answer, sw = exchange(
            self._connection, Command(0x00, Ins.READ_BINARY, offset >> 8, offset & 0xFF, expected=length)
        )
        if sw == Known.PAST_THE_END and may_be_empty:
            return b""
        if sw not in (Known.OK, Known.END_OF_FILE):
            raise UnexpectedStatus(sw, step)
        if len(answer) > length or not (answer or may_be_empty):
            raise BadCardData(step, f"{len(answer)} bytes instead of {length}")
        return answer


def der_length(head: bytes) -> int:
    """The whole length of the DER sequence that begins like this, tag and length included.

    >>> der_length(bytes.fromhex("30820123"))
    295
    """
    if len(head) < 2 or head[0] != 0x30:
        raise BadCardData("certificate", "does not begin like a certificate")
    if head[1] < 0x80:
        return 2 + head[1]
    octets = head[1] & 0x7F
    if octets not in (1, 2) or len(head) < 2 + octets:
        raise BadCardData("certificate", "has no usable length")
    length = 2 + octets + int.from_bytes(head[2 : 2 + octets], "big")
    if length > _LONGEST_FILE:
        raise BadCardData("certificate", "is longer than a card's file can be")
    return length


def _left_after(sw: SW) -> int | None:
    """What VERIFY's status word says: None for the right PIN, else the tries left."""
    return None if sw == Known.OK else _tries(sw, "VERIFY")


def _tries(sw: SW, step: str) -> int:
    """The tries a status word speaks of.

    >>> _tries(SW(0x63C2), "doctest"), _tries(SW(0x6984), "doctest")
    (2, 0)
    """
    if sw & 0xFFF0 == 0x63C0:
        return sw & 0xF
    if sw in _BLOCKED:
        return 0
    if sw == Known.OK:
        return PIN_TRIES
    raise UnexpectedStatus(sw, step)
