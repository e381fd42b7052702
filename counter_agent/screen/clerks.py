"""The clerks' file: numbers and argon2 hashes of passwords. The only user of argon2 in the agent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from counter_agent.errors import AgentError

LEAST_CHARACTERS = 8
_NUMBER = re.compile(r"[0-9A-Za-z]{1,16}")
_WRONG_BEFORE_PAUSE = 5
_PAUSE_S = 60.0


class Clerks:
    """Who may sign in. After five wrong passwords a number waits a minute, also with the right one."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path = path
        self._monotonic = monotonic
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")
        self._wrong: dict[str, tuple[int, float]] = {}

    def admits(self, number: str, password: str) -> bool:
        """Whether number and password belong together. Takes as long for a number that nobody has."""
        wrong, last_s = self._wrong.get(number, (0, 0.0))
        if wrong >= _WRONG_BEFORE_PAUSE and self._monotonic() - last_s < _PAUSE_S:
            return False
        known = _read(self._path)
        is_right = self._matches(known.get(number, self._nobody), password) and number in known
        if is_right:
            self._wrong.pop(number, None)
        elif number in known:
            self._wrong[number] = (wrong + 1, self._monotonic())
        return is_right

    def is_waiting(self, number: str) -> bool:
        """Whether this number has to wait after wrong passwords."""
        wrong, last_s = self._wrong.get(number, (0, 0.0))
        return wrong >= _WRONG_BEFORE_PAUSE and self._monotonic() - last_s < _PAUSE_S

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def put_clerk(path: Path, number: str, password: str) -> None:
    """Add a clerk or change their password. Raises AgentError for what cannot be a number or a password."""
    if not _NUMBER.fullmatch(number):
        raise AgentError(f"{number!r} is no clerk's number; use up to 16 letters and digits, not a name")
    if len(password) < LEAST_CHARACTERS:
        raise AgentError(f"a password has at least {LEAST_CHARACTERS} characters")
    known = _read(path) | {number: PasswordHasher().hash(password)}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {str(number): str(hashed) for number, hashed in kept.items()}
    except (ValueError, AttributeError) as error:
        raise AgentError(f"{path}: is no clerks' file; add the clerks again with `counter-agent clerk`") from error
