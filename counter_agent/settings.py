"""The environment of the counter PC, read once into frozen `Settings`. The agent's only reader of the environment.

Every setting is documented in docs/counter.md; a test holds the two together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from counter_agent.errors import SettingsError

NAMES = (
    "COUNTER_AGENT_HOME",
    "COUNTER_AGENT_SERVER",
    "COUNTER_AGENT_PORT",
    "COUNTER_AGENT_READER",
    "COUNTER_AGENT_ANCHORS",
    "COUNTER_AGENT_POLICY_OID",
    "COUNTER_AGENT_SCRAMBLE",
    "COUNTER_AGENT_PIN_PAD",
    "COUNTER_AGENT_CLOCK",
    "COUNTER_AGENT_LOG_LEVEL",
)
"""Every setting; an unknown COUNTER_AGENT_ name is refused, because a misspelt setting is a silent one."""

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided for one counter PC."""

    home: Path
    server: str
    port: int
    reader: str | None
    anchors: Path | None
    policy_oid: str | None
    is_scrambled: bool
    uses_pad: bool
    clock_starts_at: datetime | None
    log_level: str


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment` (the process's own when None).

    Raises SettingsError naming the setting and what to put there.
    """
    values = dict(os.environ if environment is None else environment)
    for name in sorted(values):
        if name.startswith("COUNTER_AGENT_") and name not in NAMES:
            raise SettingsError(name, f"no such setting; the settings are {', '.join(NAMES)}")
    anchors = values.get("COUNTER_AGENT_ANCHORS")
    return Settings(
        home=Path(values.get("COUNTER_AGENT_HOME") or "var/counter"),
        server=checked_server("COUNTER_AGENT_SERVER", values.get("COUNTER_AGENT_SERVER") or "http://127.0.0.1:8080"),
        port=_port(values),
        reader=values.get("COUNTER_AGENT_READER") or None,
        anchors=Path(anchors) if anchors else None,
        policy_oid=values.get("COUNTER_AGENT_POLICY_OID") or None,
        is_scrambled=_one_of(values, "COUNTER_AGENT_SCRAMBLE", ("no", "yes")) == "yes",
        uses_pad=_one_of(values, "COUNTER_AGENT_PIN_PAD", ("no", "yes"), default="yes") == "yes",
        clock_starts_at=_instant(values),
        log_level=_one_of(values, "COUNTER_AGENT_LOG_LEVEL", _LEVELS, default="INFO"),
    )


def checked_server(setting: str, url: str) -> str:
    """The server's address without a slash at its end. Raises SettingsError for plain http outside this PC."""
    parts = urlsplit(url)
    is_here = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise SettingsError(setting, f"{url!r} is neither https://… nor http:// on this PC; set it to https://…")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsError(setting, f"{url!r} is no server's address; write it like https://desk.example.jp")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the server runs on this very PC."""
    return urlsplit(url).hostname in _LOOPBACK


def _port(values: Mapping[str, str]) -> int:
    text = values.get("COUNTER_AGENT_PORT") or "8090"
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise SettingsError("COUNTER_AGENT_PORT", f"{text!r} is no port; set it to a number from 0 to 65535")
    return int(text)


def _one_of(values: Mapping[str, str], name: str, allowed: tuple[str, ...], *, default: str = "no") -> str:
    text = values.get(name) or default
    if text not in allowed:
        raise SettingsError(name, f"{text!r} is not one of {', '.join(allowed)}")
    return text


def _instant(values: Mapping[str, str]) -> datetime | None:
    text = values.get("COUNTER_AGENT_CLOCK")
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            "COUNTER_AGENT_CLOCK", f"{text!r} is no instant; write it like 2022-07-01T09:00:00+09:00"
        ) from error
    if instant.tzinfo is None:
        raise SettingsError("COUNTER_AGENT_CLOCK", f"{text!r} has no time zone; add +09:00")
    return instant
