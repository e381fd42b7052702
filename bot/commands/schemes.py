"""Which scheme of the configured pack a command is about."""

from __future__ import annotations

from bot.content import load_pack
from bot.eligibility.rules import Scheme
from bot.errors import BotError
from bot.settings import Settings


def scheme_named(settings: Settings, name: str | None) -> Scheme:
    """The scheme of that name, or the pack's first. Raises BotError where there is none."""
    schemes = load_pack(settings.content).schemes
    if not schemes:
        raise BotError("eligibility: the pack has no scheme; see docs/eligibility.md")
    if name is not None and name not in schemes:
        raise BotError(f"eligibility: there is no scheme {name!r}; the pack has {', '.join(schemes)}")
    return schemes[name] if name else next(iter(schemes.values()))
