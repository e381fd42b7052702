"""Who did what, when: an append-only file, one JSON line an action, each line holding the hash of the one before.

No personal data: clerks' numbers, actions, visits' random ids. A second file holds how far the log goes, so that
lines cut off at the end are missed too; the day-end report prints that hash, which puts it on paper.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from counter_agent.errors import AuditError

_OWNER_ONLY = 0o600
_BEGINNING = "0" * 64
_FIELDS = ("seq", "at", "clerk", "action", "visit", "before", "hash")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log goes: its number of lines and the last line's hash."""

    lines: int
    hash: str


class AuditLog:
    """The log, for appending. Opening verifies it: nobody writes on behind a log that was changed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._head = verify(path) if path.exists() or _head_path(path).exists() else Head(0, _BEGINNING)
        _keep_private(path)

    @property
    def head(self) -> Head:
        return self._head

    def append(self, action: str, *, clerk: str, at: datetime, visit: str = "") -> None:
        """Write one action; on the disk when this returns."""
        entry = {
            "seq": self._head.lines + 1,
            "at": at.astimezone(UTC).isoformat(timespec="seconds"),
            "clerk": clerk,
            "action": action,
            "visit": visit,
            "before": self._head.hash,
        }
        entry["hash"] = _hash(entry)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._head = Head(self._head.lines + 1, str(entry["hash"]))
        _write_head(self._path, self._head)


def verify(path: Path) -> Head:
    """How far the log goes. Raises AuditError naming the first line that was changed, removed or put in between."""
    head = Head(0, _BEGINNING)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        head = _checked(line, number, head.hash)
    noted = _noted_head(path)
    # The log is written before the note: after a crash between the two, the log is one line further.
    behind = noted is not None and noted.lines == head.lines - 1 and noted.hash == _before(lines[-1])
    if noted != head and not behind and (noted is not None or head.lines > 1):
        raise AuditError(head.lines + 1, "the log does not end where it ended: lines are missing, or its note is")
    return head


def _checked(line: str, number: int, before: str) -> Head:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise AuditError(number, "is no JSON") from error
    if not isinstance(entry, dict) or tuple(entry) != _FIELDS:
        raise AuditError(number, "is no entry of this log")
    if entry["seq"] != number or entry["before"] != before:
        raise AuditError(number, "does not follow the line before it")
    if entry["hash"] != _hash({name: entry[name] for name in _FIELDS[:-1]}):
        raise AuditError(number, "was changed after it was written")
    return Head(number, entry["hash"])


def _hash(entry: dict[str, object]) -> str:
    return sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _before(line: str) -> str:
    return str(json.loads(line)["before"])


def _head_path(path: Path) -> Path:
    return path.with_suffix(".head")


def _write_head(path: Path, head: Head) -> None:
    fresh = _head_path(path).with_suffix(".new")
    _keep_private(fresh)
    fresh.write_text(json.dumps({"lines": head.lines, "hash": head.hash}), encoding="utf-8")
    fresh.replace(_head_path(path))


def _keep_private(file: Path) -> None:
    file.touch(mode=_OWNER_ONLY)
    file.chmod(_OWNER_ONLY)


def _noted_head(path: Path) -> Head | None:
    noted = _head_path(path)
    if not noted.exists():
        return None
    try:
        kept = json.loads(noted.read_text(encoding="utf-8"))
        return Head(int(kept["lines"]), str(kept["hash"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError(0, f"{noted.name} cannot be read") from error
