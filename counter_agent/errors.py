"""The counter PC's error tree. A "no" is a value (`events.Refused`, `wire.Conflict`); only faults are errors.

AgentError
├── SettingsError      a setting in the environment is unusable
├── SpoolError         the spool's file cannot be used
├── AuditError         the action log is not what was written
├── Unreachable        network or server fault: try again later
└── ServerRefused      the server understood and will not (`code`); trying again changes nothing
"""

from __future__ import annotations

from counter_agent.wire import ProblemCode


class AgentError(Exception):
    """Base of every error the counter agent raises on purpose."""


class SettingsError(AgentError):
    """A setting is unusable. `setting` is its name; the message says what to put there."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting


class SpoolError(AgentError):
    """The spool's file cannot be opened or is in use; the message says what to do."""


class AuditError(AgentError):
    """The action log has been changed or cut. `line` is the first line that does not fit."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


class Unreachable(AgentError):
    """The server did not answer, or not with an answer; the same may be sent again later."""


class ServerRefused(AgentError):
    """The server refuses for good. `code` is its reason, None where it gave none that is known."""

    def __init__(self, code: ProblemCode | None, detail: str) -> None:
        super().__init__(detail)
        self.code = code
