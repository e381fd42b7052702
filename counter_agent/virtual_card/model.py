"""The made-up card itself: files, PINs with tries that are kept, keys, and the state that power-off clears.

It answers what was measured on real cards, no more: short commands, SELECT by name or by file, READ BINARY, VERIFY and
the signature. It has no application with an individual number (個人番号).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from counter_agent.apdu import SW, Ins, Known, masked
from counter_agent.virtual_card.knobs import Kind, Knobs

APPLICATION: Final = bytes.fromhex("D392F000260100000001")
SIGNATURE_CERTIFICATE: Final = 0x0001
AUTHENTICATION_PIN: Final = 0x0018
SIGNATURE_PASSWORD: Final = 0x001B
AUTHENTICATION_KEY: Final = 0x0017
SIGNATURE_KEY: Final = 0x001A
TRIES: Final = {AUTHENTICATION_PIN: 3, SIGNATURE_PASSWORD: 5}
_GUARD: Final = {AUTHENTICATION_KEY: AUTHENTICATION_PIN, SIGNATURE_KEY: SIGNATURE_PASSWORD}
_LONGEST_SIGNED: Final = 245

Sign = Callable[[bytes], bytes]
Answer = tuple[bytes, SW]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is on the card: readable files, PINs and keys, by file number."""

    files: Mapping[int, bytes]
    pins: Mapping[int, bytes]
    keys: Mapping[int, Sign]


class Tries:
    """The tries left of each PIN, kept by `keep` each time they change."""

    def __init__(self, left: Mapping[int, int], keep: Callable[[Mapping[int, int]], None]) -> None:
        self._left = dict(left)
        self._keep = keep

    def left(self, pin: int) -> int:
        return self._left[pin]

    def set(self, pin: int, left: int) -> None:
        """Remember, on disk first: a card taken away in the middle has still counted the try."""
        changed = self._left | {pin: left}
        if changed != self._left:
            self._keep(changed)
            self._left = changed


class VirtualCard:
    """One card. `recorded` has every command it ever got, with PIN bodies masked."""

    def __init__(self, contents: Contents, tries: Tries, knobs: Knobs) -> None:
        self.knobs = knobs
        self.recorded: list[str] = []
        self.commands_since_power_on = 0
        self._contents = contents
        self._tries = tries
        self._verified: set[int] = set()
        self._in_application = False
        self._file: int | None = None

    def tries_left(self, pin: int = AUTHENTICATION_PIN) -> int:
        return self._tries.left(pin)

    def power_on(self) -> None:
        self.power_off()
        self.commands_since_power_on = 0

    def power_off(self) -> None:
        """Forget what was selected and which PINs were right."""
        self.reset()
        self._verified.clear()

    def reset(self) -> None:
        """A warm reset deselects; the PINs stay verified, as on a real card."""
        self._in_application = False
        self._file = None

    def answer(self, apdu: bytes | bytearray) -> Answer:
        """What the card says to one command."""
        self.recorded.append(masked(apdu))
        self.commands_since_power_on += 1
        if self.knobs.first_fails and self.commands_since_power_on == 1:
            return _only(Known.NO_DIAGNOSIS)
        if len(apdu) < 4:
            return _only(Known.WRONG_LENGTH)
        if apdu[0] & 0x03 and apdu[0] < 0x80:
            return _only(Known.CHANNEL_NOT_SUPPORTED)
        return self._by_instruction(bytes(apdu))

    def _by_instruction(self, apdu: bytes) -> Answer:
        match apdu[0], apdu[1]:
            case 0x00, Ins.SELECT:
                return self._select(apdu)
            case 0x00, Ins.READ_BINARY:
                return self._read(apdu)
            case 0x00, Ins.VERIFY:
                return self._verify(apdu)
            case 0x80, Ins.PERFORM_SECURITY_OPERATION:
                return self._sign(apdu)
            case 0x00 | 0x80, _:
                return _only(Known.INS_NOT_SUPPORTED)
        return _only(Known.CLA_NOT_SUPPORTED)

    def _select(self, apdu: bytes) -> Answer:
        body = _body(apdu)
        if body is None:
            return _only(Known.WRONG_LENGTH)
        if apdu[3] != 0x0C or apdu[2] not in (0x02, 0x04):
            return _only(Known.INCORRECT_P1P2)
        return self._select_application(body) if apdu[2] == 0x04 else self._select_file(body)

    def _select_application(self, name: bytes) -> Answer:
        if name != APPLICATION or self.knobs.kind is Kind.NOT_MYNUMBER:
            return _only(Known.FILE_NOT_FOUND)
        self._in_application, self._file = True, None
        return _only(Known.OK)

    def _select_file(self, name: bytes) -> Answer:
        file = int.from_bytes(name, "big")
        known = (*self._contents.files, *self._contents.pins, *self._contents.keys)
        if not self._in_application or len(name) != 2 or file not in known:
            return _only(Known.FILE_NOT_FOUND)
        self._file = file
        return _only(Known.OK)

    def _read(self, apdu: bytes) -> Answer:
        if len(apdu) != 5:
            return _only(Known.WRONG_LENGTH)
        if self._file is None:
            return _only(Known.NO_EF_SELECTED)
        if apdu[2] & 0x80:
            return _only(Known.INCORRECT_P1P2)
        content = self._contents.files.get(self._file)
        if content is None:
            return _only(Known.COMMAND_NOT_ALLOWED)
        if self._file == SIGNATURE_CERTIFICATE and SIGNATURE_PASSWORD not in self._verified:
            return _only(Known.SECURITY_STATUS_NOT_SATISFIED)
        offset = int.from_bytes(apdu[2:4], "big")
        if offset >= len(content):
            return _only(Known.PAST_THE_END)
        return content[offset : offset + (apdu[4] or 256)], Known.OK

    def _verify(self, apdu: bytes) -> Answer:
        if apdu[2:4] != b"\x00\x80":
            return _only(Known.INCORRECT_P1P2)
        pin = self._file
        if pin is None or pin not in self._contents.pins:
            return _only(Known.NO_EF_SELECTED)
        if len(apdu) == 4:
            return _only(Known.OK if pin in self._verified else self._counter(pin))
        given = _body(apdu)
        return _only(Known.WRONG_LENGTH) if given is None else self._present(pin, given)

    def _present(self, pin: int, given: bytes) -> Answer:
        left = self._tries.left(pin)
        if left == 0:
            return _only(Known.REFERENCE_DATA_NOT_USABLE)
        if given == self._contents.pins[pin]:
            self._tries.set(pin, TRIES[pin])
            self._verified.add(pin)
            return _only(Known.OK)
        self._tries.set(pin, left - 1)
        self._verified.discard(pin)
        return _only(self._counter(pin))

    def _counter(self, pin: int) -> SW:
        return 0x63C0 | self._tries.left(pin)

    def _sign(self, apdu: bytes) -> Answer:
        if apdu[2:4] != b"\x00\x80":
            return _only(Known.INCORRECT_P1P2)
        if self._file is None or self._file not in self._contents.keys:
            return _only(Known.NO_EF_SELECTED)
        if _GUARD[self._file] not in self._verified:
            return _only(Known.SECURITY_STATUS_NOT_SATISFIED)
        to_sign = _body(apdu)
        if to_sign is None or len(to_sign) > _LONGEST_SIGNED:
            return _only(Known.WRONG_LENGTH)
        return self._contents.keys[self._file](to_sign), Known.OK


def _only(sw: SW) -> Answer:
    return b"", int(sw)


def _body(apdu: bytes) -> bytes | None:
    """The body of a short command, with or without Le; None if the lengths do not fit."""
    if len(apdu) < 6 or apdu[4] == 0 or len(apdu) not in (5 + apdu[4], 6 + apdu[4]):
        return None
    return apdu[5 : 5 + apdu[4]]
