"""Made-up cards that a page can lay on a made-up reader: for training, and for the demonstration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import Empty, Queue
from typing import Final

from counter_agent.card_port import Presence
from counter_agent.reading import Inspection, ReadResult, inspect, read, read_certificate, read_on_pad
from counter_agent.virtual_card.folder import ANCHORS, open_card, unlock
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.memory import VirtualReader

LABELS: Final = {
    "good": "カードを置く",
    "other": "別の人のカード",
    "last_try": "残り1回のカード",
    "expired": "期限切れ",
    "blocked": "ロック済み",
    "phone": "スマホ",
    "not_mynumber": "ほかのカード",
    "off": "カードを取る",
}
_KNOBS: Final = {
    "expired": Knobs(expired=True),
    "blocked": Knobs(blocked=True),
    "phone": Knobs(kind=Kind.ANDROID),
    "not_mynumber": Knobs(kind=Kind.NOT_MYNUMBER),
}
_HOLDERS: Final = ("good", "other")
_LOOK_AGAIN_S = 0.2
_WRONG_PINS_TO_LAST = 2


@dataclass(slots=True)
class TrainingCards:
    """A reader in memory, and the folder with its two made-up residents' cards."""

    folder: Path
    today: date
    reader: VirtualReader = field(default_factory=VirtualReader)
    _seen: Queue[Presence] = field(default_factory=Queue)

    def lay(self, name: str) -> bool:
        """Lay down the card of this name, or take it off; False for a name there is not."""
        if name not in LABELS:
            return False
        if self.reader.card is not None:
            self.reader.lift()
            self._seen.put(Presence.LIFTED)
        if name != "off":
            self._place(name)
            self._seen.put(Presence.PLACED)
        return True

    def watch(self, stop: threading.Event) -> Iterator[Presence]:
        """What happens on the reader, from an empty one on, until stopped."""
        yield Presence.LIFTED
        while not stop.is_set():
            try:
                yield self._seen.get(timeout=_LOOK_AGAIN_S)
            except Empty:
                continue

    def anchors(self) -> bytes:
        """The made-up CAs' certificates; the cards are made if there are none yet."""
        for name in _HOLDERS:
            open_card(self.folder / name, self.today)
        return b"".join((self.folder / name / ANCHORS).read_bytes() for name in _HOLDERS)

    def _place(self, name: str) -> None:
        holder = self.folder / ("other" if name == "other" else "good")
        open_card(holder, self.today)
        unlock(holder)  # a card that an exercise has locked is whole again for the next
        self.reader.place(open_card(holder, self.today, _KNOBS.get(name, Knobs())))
        if name == "last_try":
            for _ in range(_WRONG_PINS_TO_LAST):
                self.read(bytearray(b"0000"), bytes(32), last_try_agreed=False)

    # `card_desk.Jobs`

    def inspect(self) -> Inspection:
        """What lies there."""
        with self.reader.connected() as card:
            return inspect(card)

    def read(self, pin: bytearray, challenge: bytes, *, last_try_agreed: bool) -> ReadResult:
        """Present the PIN once."""
        with self.reader.connected() as card:
            return read(card, pin, challenge, last_try_agreed=last_try_agreed)

    def read_on_pad(self, challenge: bytes, *, last_try_agreed: bool) -> ReadResult:
        """The made-up reader has no pad, and says so."""
        with self.reader.connected() as card:
            return read_on_pad(card, challenge, last_try_agreed=last_try_agreed)

    def read_certificate(self) -> bytes | None:
        """Which card it is."""
        with self.reader.connected() as card:
            return read_certificate(card)
