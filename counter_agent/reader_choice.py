"""Which of several readers is used: the one asked for, the one remembered, or the only one.

A remembered reader that is unplugged is not replaced by another without a word: the card would lie on the wrong one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from counter_agent.card_errors import NoReader

_PLACE: Final = re.compile(r"(?: [0-9A-F]{2}){2}$")
"""pcscd ends a name with two numbers that change with the order in which readers are plugged in."""


def choose(readers: tuple[str, ...], asked: str | None, remembered: str | None = None) -> str:
    """The reader to use. Raises `NoReader`, which names what is there.

    >>> choose(("ACME Reader 01 00",), None, "ACME Reader 00 00")
    'ACME Reader 01 00'
    """
    wanted = asked or remembered
    if not readers:
        raise NoReader("no card reader is plugged in")
    if wanted is not None:
        return _named(readers, wanted)
    if len(readers) > 1:
        raise NoReader(f"there are several readers; choose one: {_listed(readers)}", readers)
    return readers[0]


def recall(file: Path) -> str | None:
    """The reader remembered in a file, if any."""
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def remember(file: Path, reader: str) -> None:
    """Keep the choice for the next start."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{reader}\n", encoding="utf-8")


def _named(readers: tuple[str, ...], wanted: str) -> str:
    if wanted in readers:
        return wanted
    alike = [reader for reader in readers if _PLACE.sub("", reader) == _PLACE.sub("", wanted)]
    if len(alike) == 1:
        return alike[0]
    raise NoReader(f"the reader {wanted!r} is not there; there are: {_listed(readers)}", readers)


def _listed(readers: tuple[str, ...]) -> str:
    return ", ".join(repr(reader) for reader in readers)
