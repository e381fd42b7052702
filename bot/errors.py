"""The server's error tree. A "no" to a resident is a value; only faults are errors.

BotError
├── SettingsError     a setting in the environment is unusable
├── ContentError      a content pack has faults (all of them, by file, line and key)
├── StoreError        the database cannot be used as it is
└── ChannelError      a channel did not take a message
    ├── Unreachable   network or server fault: try again later
    ├── Flooded       the platform asks for a pause (`retry_after_s`)
    ├── Blocked       the resident has blocked the desk: do not try again
    └── Refused       the platform will never take this message
"""

from __future__ import annotations

from dataclasses import dataclass


class BotError(Exception):
    """Base of every error this package raises on purpose."""


class SettingsError(BotError):
    """A setting is unusable. `setting` is its name; the message says what to put there."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a content pack, placed so that an editor finds it."""

    file: str
    line: int
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.problem}"


class ContentError(BotError):
    """A content pack cannot be used. `faults` has every fault found in one reading."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class StoreError(BotError):
    """The database cannot be opened or is of another version; the message says what to do."""


class ChannelError(BotError):
    """A channel did not take a message."""


class Unreachable(ChannelError):
    """The network or the platform failed; the message may be sent again later."""


class Flooded(ChannelError):
    """The platform asks for a pause of `retry_after_s` seconds."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"asked to wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class Blocked(ChannelError):
    """The resident has blocked the desk on this channel."""


class Refused(ChannelError):
    """The platform refuses this message for good."""
