"""The environment, read once into frozen `Settings`. The only reader of the environment.

Every setting is documented in docs/operating.md; a test holds the two together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LINE_HOST = "https://api.line.me"
_CHECKOUT = Path(__file__).resolve().parent.parent


class Secret:
    """A value that does not show itself in logs, tracebacks or `repr`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __bool__(self) -> bool:
        return bool(self._value)


class TelegramMode(StrEnum):
    """How Telegram's updates come in."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What the Telegram channel needs; None in `Settings` when no token is set.

    `per_second`: messages that may go out, from all processes together.
    """

    token: Secret
    mode: TelegramMode
    api_url: str
    webhook_url: str | None
    webhook_secret: Secret | None
    per_second: int = 30


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What the LINE channel needs; None in `Settings` when neither secret nor token is set.

    `push_budget`: messages a month that may be pushed (None: as many as LINE allows), of which `push_kept_percent` are
    kept for reminders and cancellations. `per_second`: calls that may be made, from all processes together.
    """

    channel_secret: Secret
    access_token: Secret
    host: str
    push_budget: int | None
    push_kept_percent: int
    per_second: int = 1600


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator decides. Days and instants as in DESIGN: days Asia/Tokyo, instants aware."""

    content: Path
    cache: Path | None
    database_url: str
    clock_starts_at: datetime | None
    host: str
    port: int
    trusted_proxies: tuple[str, ...]
    public_url: str | None
    retention_days: int
    unanswered_days: int
    log_level: str
    telegram: TelegramSettings | None
    line: LineSettings | None


NAMES = (
    "MADOGUCHI_CONTENT",
    "MADOGUCHI_CACHE",
    "MADOGUCHI_DATABASE_URL",
    "MADOGUCHI_CLOCK",
    "MADOGUCHI_HOST",
    "MADOGUCHI_PORT",
    "MADOGUCHI_TRUSTED_PROXIES",
    "MADOGUCHI_PUBLIC_URL",
    "MADOGUCHI_RETENTION_DAYS",
    "MADOGUCHI_UNANSWERED_DAYS",
    "MADOGUCHI_LOG_LEVEL",
    "MADOGUCHI_TELEGRAM_TOKEN",
    "MADOGUCHI_TELEGRAM_MODE",
    "MADOGUCHI_TELEGRAM_API_URL",
    "MADOGUCHI_TELEGRAM_WEBHOOK_URL",
    "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET",
    "MADOGUCHI_TELEGRAM_PER_SECOND",
    "MADOGUCHI_LINE_CHANNEL_SECRET",
    "MADOGUCHI_LINE_ACCESS_TOKEN",
    "MADOGUCHI_LINE_HOST",
    "MADOGUCHI_LINE_PUSH_BUDGET",
    "MADOGUCHI_LINE_PUSH_KEPT_PERCENT",
    "MADOGUCHI_LINE_PER_SECOND",
)
"""Every setting; an unknown MADOGUCHI_ name is refused, because a misspelt setting is a silent one."""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment` (the process's own when None).

    Raises SettingsError naming the setting and what to put there.
    """
    values = dict(os.environ if environment is None else environment)
    _refuse_unknown(values)
    return Settings(
        content=_content(values),
        cache=_cache(values),
        database_url=values.get("MADOGUCHI_DATABASE_URL") or "sqlite+aiosqlite:///var/madoguchi.db",
        clock_starts_at=_instant(values, "MADOGUCHI_CLOCK"),
        host=values.get("MADOGUCHI_HOST") or "127.0.0.1",
        port=_whole(values, "MADOGUCHI_PORT", 8080, lowest=0, highest=65535),
        trusted_proxies=_proxies(values, "MADOGUCHI_TRUSTED_PROXIES", "127.0.0.1,::1"),
        public_url=_public_url(values, "MADOGUCHI_PUBLIC_URL"),
        retention_days=_whole(values, "MADOGUCHI_RETENTION_DAYS", 30, lowest=1, highest=3650),
        unanswered_days=_whole(values, "MADOGUCHI_UNANSWERED_DAYS", 90, lowest=0, highest=3650),
        log_level=_one_of(values, "MADOGUCHI_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        telegram=_telegram(values),
        line=_line(values),
    )


def _content(values: Mapping[str, str]) -> Path:
    folder = Path(values.get("MADOGUCHI_CONTENT") or _CHECKOUT / "content" / "higashikurume-mynapoint")
    if not folder.is_dir():
        raise SettingsError("MADOGUCHI_CONTENT", f"{folder} is no folder; set it to a content pack's")
    return folder


def _cache(values: Mapping[str, str]) -> Path | None:
    """Where the built search index is kept between starts; "none" switches it off."""
    folder = values.get("MADOGUCHI_CACHE")
    if folder:
        return None if folder == "none" else Path(folder)
    home = values.get("XDG_CACHE_HOME") or (Path(values["HOME"]) / ".cache" if values.get("HOME") else None)
    return Path(home) / "madoguchi" if home else None


def _refuse_unknown(values: Mapping[str, str]) -> None:
    for name in sorted(values):
        if name.startswith("MADOGUCHI_") and name not in NAMES:
            raise SettingsError(name, f"no such setting; the settings are {', '.join(NAMES)}")


def _telegram(values: Mapping[str, str]) -> TelegramSettings | None:
    token = values.get("MADOGUCHI_TELEGRAM_TOKEN")
    if not token:
        return None
    modes = tuple(mode.value for mode in TelegramMode)
    mode = TelegramMode(_one_of(values, "MADOGUCHI_TELEGRAM_MODE", modes, TelegramMode.POLLING.value))
    secret = values.get("MADOGUCHI_TELEGRAM_WEBHOOK_SECRET")
    if mode is TelegramMode.WEBHOOK:
        _check_webhook(values)
    return TelegramSettings(
        token=Secret(token),
        mode=mode,
        api_url=values.get("MADOGUCHI_TELEGRAM_API_URL") or "https://api.telegram.org",
        webhook_url=values.get("MADOGUCHI_TELEGRAM_WEBHOOK_URL") or None,
        webhook_secret=Secret(secret) if secret else None,
        per_second=_whole(values, "MADOGUCHI_TELEGRAM_PER_SECOND", 30, lowest=1, highest=100_000),
    )


def _line(values: Mapping[str, str]) -> LineSettings | None:
    secret, token, budget = (
        values.get(f"MADOGUCHI_LINE_{name}") for name in ("CHANNEL_SECRET", "ACCESS_TOKEN", "PUSH_BUDGET")
    )
    if not secret and not token:
        return None
    for name, value in (("MADOGUCHI_LINE_CHANNEL_SECRET", secret), ("MADOGUCHI_LINE_ACCESS_TOKEN", token)):
        if not value:
            raise SettingsError(name, "is needed for LINE; it is shown in the LINE Developers console")
    return LineSettings(
        channel_secret=Secret(secret or ""),
        access_token=Secret(token or ""),
        host=values.get("MADOGUCHI_LINE_HOST") or LINE_HOST,
        push_budget=_whole(values, "MADOGUCHI_LINE_PUSH_BUDGET", 0, lowest=0, highest=10**9) if budget else None,
        push_kept_percent=_whole(values, "MADOGUCHI_LINE_PUSH_KEPT_PERCENT", 20, lowest=0, highest=100),
        per_second=_whole(values, "MADOGUCHI_LINE_PER_SECOND", 1600, lowest=1, highest=100_000),
    )


def _check_webhook(values: Mapping[str, str]) -> None:
    """Telegram would refuse another address or secret once a minute, for ever. No message shows the secret."""
    url, secret = "MADOGUCHI_TELEGRAM_WEBHOOK_URL", "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET"
    needed = {
        url: "https://…/telegram/webhook, where Telegram reaches this server",
        secret: "1 to 256 characters of A-Z a-z 0-9 _ -",
    }
    for name, what in needed.items():
        if not values.get(name):
            raise SettingsError(name, f"is needed with MADOGUCHI_TELEGRAM_MODE=webhook; set it to {what}")
    if not _is_https(values[url]):
        raise SettingsError(url, f"{values[url]!r} is no https address; set it to {needed[url]}")
    if not _WEBHOOK_SECRET.fullmatch(values[secret]):
        raise SettingsError(secret, f"has characters that Telegram does not take; set it to {needed[secret]}")


def _public_url(values: Mapping[str, str], name: str) -> str | None:
    url = values.get(name)
    if url and not _is_https(url):
        raise SettingsError(
            name, f"{url!r} is no https address; set it to https://…, where residents reach the web page"
        )
    return url.rstrip("/") if url else None


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isascii() and not re.search(r"\s", url)


def _proxies(values: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    listed = tuple(one.strip() for one in (values.get(name) or default).split(","))
    for one in listed:
        if not _is_network(one) and listed != ("*",):
            problem = f"{one!r} is no address or network; write them like 10.0.0.5, 10.1.0.0/16, or * for any"
            raise SettingsError(name, problem)
    return listed


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _instant(values: Mapping[str, str], name: str) -> datetime | None:
    text = values.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(name, f"{text!r} is no instant; write it like 2022-07-01T10:00:00+09:00") from error
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise SettingsError(name, f"{text!r} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    if instant.tzinfo is None:
        raise SettingsError(name, f"{text!r} has no time zone; write it like 2022-07-01T10:00:00+09:00")
    return instant


def _whole(values: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = values.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or not lowest <= int(text) <= highest:
        raise SettingsError(name, f"{text!r} is not a whole number from {lowest} to {highest}")
    return int(text)


def _one_of(values: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    text = values.get(name) or default
    if text not in allowed:
        raise SettingsError(name, f"{text!r} is none of {', '.join(allowed)}")
    return text
