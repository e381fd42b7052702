"""What is asked of a card, in whole: what it is, and the read that proves whose it is. Works on any `CardConnection`.

No try is spent by looking. A PIN is presented once, only to a My Number Card that has a certificate, only with the
tries left known, and the last one only with consent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from counter_agent.apdu import CardConnection, wipe
from counter_agent.card import JpkiSession
from counter_agent.card_errors import BadCardData, CardError, NotMyNumberCard, UnexpectedStatus
from counter_agent.pin_pad import NotTyped, pad_of

PIN_DIGITS: Final = 4
_EXISTS: Final = 0x8F
Told = TypeVar("Told")


class TokenKind(StrEnum):
    """What lies on the reader. Only `CARD` is served at the counter."""

    CARD = "card"
    OLD_CARD = "old_card"
    ANDROID = "android"
    IPHONE = "iphone"
    UNKNOWN = "unknown"
    NOT_MYNUMBER = "not_mynumber"


_LABELS: Final = {
    b"JPKIAPICCTOKEN2": TokenKind.CARD,
    b"JPKIAPICCTOKEN": TokenKind.OLD_CARD,
    b"JPKIAPGPSETOKEN": TokenKind.ANDROID,
    b"JPKIAPIOSTOKEN": TokenKind.IPHONE,
}


class WhyNot(StrEnum):
    """Why a PIN was not presented; no try was spent."""

    NOT_FOUR_DIGITS = "not_four_digits"
    NOT_A_CARD = "not_a_card"
    NO_CERTIFICATE = "no_certificate"
    LOCKED = "locked"
    LAST_TRY = "last_try"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What lies on the reader. None where the token does not say. `has_pad`: the reader has keys for the PIN."""

    kind: TokenKind
    has_certificate: bool | None = None
    tries_left: int | None = None
    has_pad: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the card gave to be judged. Stays on this PC, in memory, for the visit only; shows nothing when printed."""

    certificate: bytes = field(repr=False)
    challenge: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    tries_left: int


@dataclass(frozen=True, slots=True)
class PinRefused:
    """The PIN was presented and is wrong. With 0 tries left the PIN is locked."""

    tries_left: int
    tries_before: int


@dataclass(frozen=True, slots=True)
class NotPresented:
    """The PIN was not presented; `tries_left` is None where it was not asked for, `kind` where nobody looked."""

    reason: WhyNot
    tries_left: int | None = None
    kind: TokenKind | None = None


@dataclass(frozen=True, slots=True)
class PadGaveUp:
    """Nothing was typed on the reader's pad, or not four digits; no try was spent."""

    reason: NotTyped
    tries_left: int


ReadResult = Evidence | PinRefused | NotPresented | PadGaveUp
_Present = Callable[[JpkiSession], int | NotTyped | None]


def inspect(connection: CardConnection) -> Inspection:
    """What lies on the reader, whether it has the certificate, and the tries left. Spends no try."""
    try:
        session = JpkiSession(connection)
    except NotMyNumberCard:
        return Inspection(TokenKind.NOT_MYNUMBER)
    kind = _kind_of(session)
    if kind is TokenKind.CARD:
        has_pad = pad_of(connection) is not None
        return Inspection(kind, _has_certificate(session), session.tries_left(), has_pad)
    return Inspection(kind, _if_told(lambda: _has_certificate(session)), _if_told(session.tries_left))


def read(connection: CardConnection, pin: bytearray, challenge: bytes, *, last_try_agreed: bool = False) -> ReadResult:
    """Present the PIN once and have the challenge signed. `pin` is wiped, whatever happens.

    The certificate is fetched before the PIN is presented (it needs none): a card without one costs no try.
    """
    try:
        if not is_pin(pin):
            return NotPresented(WhyNot.NOT_FOUR_DIGITS)
        return _read(connection, lambda session: session.verify(pin), challenge, last_try_agreed=last_try_agreed)
    finally:
        wipe(pin)


def read_on_pad(connection: CardConnection, challenge: bytes, *, last_try_agreed: bool = False) -> ReadResult:
    """The same with the PIN typed on the reader's own pad: it never reaches this PC. Waits for the holder."""
    pad = pad_of(connection)
    if pad is None:
        raise CardError("this reader has no PIN pad")
    return _read(connection, lambda session: session.verify_on(pad), challenge, last_try_agreed=last_try_agreed)


def read_certificate(connection: CardConnection) -> bytes | None:
    """The user-authentication certificate alone, without a PIN; None if this card has none."""
    try:
        return JpkiSession(connection).certificate()
    except NotMyNumberCard:
        return None


def fingerprint(certificate: bytes) -> bytes:
    """What tells two cards apart, kept in memory only."""
    return hashlib.sha256(certificate).digest()


def is_pin(typed: bytes | bytearray) -> bool:
    """Exactly four ASCII digits, checked before any card hears of it: five digits can cost a try.

    >>> is_pin(b"0123"), is_pin(b"01234"), is_pin("１２３４".encode())
    (True, False, False)
    """
    return len(typed) == PIN_DIGITS and all(0x30 <= byte <= 0x39 for byte in typed)


def _read(connection: CardConnection, present: _Present, challenge: bytes, *, last_try_agreed: bool) -> ReadResult:
    try:
        session = JpkiSession(connection)
    except NotMyNumberCard:
        return NotPresented(WhyNot.NOT_A_CARD, kind=TokenKind.NOT_MYNUMBER)
    kind = _kind_of(session)
    if kind is not TokenKind.CARD:
        return NotPresented(WhyNot.NOT_A_CARD, kind=kind)
    certificate = session.certificate()
    if certificate is None:
        return NotPresented(WhyNot.NO_CERTIFICATE, kind=kind)
    tries_left = session.tries_left()
    if tries_left == 0:
        return NotPresented(WhyNot.LOCKED, 0, kind)
    if tries_left == 1 and not last_try_agreed:
        return NotPresented(WhyNot.LAST_TRY, 1, kind)
    left_after = present(session)
    if isinstance(left_after, NotTyped):
        return PadGaveUp(left_after, tries_left)
    if left_after is not None:
        return PinRefused(left_after, tries_left)
    return Evidence(certificate, challenge, session.sign(challenge), tries_left)


def _kind_of(session: JpkiSession) -> TokenKind:
    return _LABELS.get(session.token().rstrip(b" \x00\xff"), TokenKind.UNKNOWN)


def _has_certificate(session: JpkiSession) -> bool:
    """By the card's list; where the list is not plainly yes or no, by the certificate's own file.

    Which of the list's bytes stands for which certificate is in no public source; both or none needs no guess.
    """
    listed = _if_told(session.certificates_present)
    if listed is not None and listed[:2] == bytes((_EXISTS, _EXISTS)):
        return True
    if listed is not None and listed[:2] == bytes(2):
        return False
    return session.has_certificate()


def _if_told(ask: Callable[[], Told]) -> Told | None:
    """A phone or an old card need not have all files, and no card a list that can be read."""
    try:
        return ask()
    except (UnexpectedStatus, BadCardData):
        return None
