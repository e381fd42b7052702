"""How the made-up card can be unlike a good one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the card pretends to be."""

    CARD = "card"
    OLD = "old"
    ANDROID = "android"
    IPHONE = "iphone"
    NOT_MYNUMBER = "not_mynumber"


@dataclass(frozen=True, slots=True)
class Knobs:
    """A good card unless said otherwise. The `_after` knobs count commands since power-on; None is never.

    `slow_s` is the pause before each answer. `silent_after`: the card then never answers. `lifted_after`: the card is
    then gone. `first_fails`: the first command after power-up is answered 6F00, as a measured card did.
    """

    kind: Kind = Kind.CARD
    expired: bool = False
    blocked: bool = False
    under15: bool = False
    first_fails: bool = False
    slow_s: float = 0.0
    silent_after: int | None = None
    lifted_after: int | None = None
