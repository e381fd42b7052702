"""What this PC must not lose: reports until the server has answered, today's list, who is here. One SQLite file.

A report is on the disk before it is sent. Nothing in the file is a resident's: tickets, services, states, seconds.
The only module of the agent that opens a database; one process at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from counter_agent.errors import SpoolError
from counter_agent.wire import ANSWER, REPORT, Accepted, AnyReport, Conflict, Today

KEEP = timedelta(days=31)
"""How long an answered report stays, for the day-end reports."""

_OWNER_ONLY = 0o600
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS reports (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, report_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, at TEXT NOT NULL,
        answer TEXT, refused TEXT, seen INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX IF NOT EXISTS reports_open ON reports (seq) WHERE answer IS NULL AND refused IS NULL",
    "CREATE TABLE IF NOT EXISTS today (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counter (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), body TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A report that changed nothing: a conflict, or the server's refusal. Shown until the clerk has seen it."""

    report: AnyReport
    conflict: Conflict | None
    refused: str | None


class Spool:
    """The file. Opening fails, saying so, when another agent has it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=_OWNER_ONLY)
            path.chmod(_OWNER_ONLY)  # SQLite gives its side files the same
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=0.5, check_same_thread=False)
            # Exclusive: two agents with one identity would each send half a day.
            for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            for statement in _SCHEMA:
                self._connection.execute(statement)
        except (sqlite3.Error, OSError) as fault:
            raise SpoolError(f"{path}: cannot be opened ({fault}); is another counter-agent running here?") from fault

    def close(self) -> None:
        """Let go of the file. Closing twice is harmless."""
        self._connection.close()

    def put(self, report: AnyReport) -> None:
        """Keep a report until it is answered; on the disk when this returns. The same id twice changes nothing."""
        self._write(
            "INSERT INTO reports (report_id, body, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (report.report_id, REPORT.dump_json(report).decode(), _utc(report.at)),
        )

    def oldest(self) -> AnyReport | None:
        """The report to send next: they go in the order in which they were made."""
        rows = self._read("SELECT body FROM reports WHERE answer IS NULL AND refused IS NULL ORDER BY seq LIMIT 1")
        return REPORT.validate_json(rows[0][0]) if rows else None

    def unsent(self) -> int:
        """How many reports are accepted here and not yet answered by the server."""
        return int(self._read("SELECT count(*) FROM reports WHERE answer IS NULL AND refused IS NULL")[0][0])

    def answered(self, report_id: str, answer: Accepted | Conflict) -> None:
        """The server has it. What it accepted needs nobody's eyes."""
        self._write(
            "UPDATE reports SET answer = ?, seen = ? WHERE report_id = ?",
            (ANSWER.dump_json(answer).decode(), isinstance(answer, Accepted), report_id),
        )

    def refused(self, report_id: str, problem: str) -> None:
        """The server will never take it; it is set aside so that the others can go."""
        self._write("UPDATE reports SET refused = ? WHERE report_id = ?", (problem, report_id))

    def troubles(self) -> tuple[Trouble, ...]:
        """What the clerk has to see, oldest first."""
        rows = self._read(
            "SELECT body, answer, refused FROM reports"
            " WHERE seen = 0 AND (answer IS NOT NULL OR refused IS NOT NULL) ORDER BY seq"
        )
        return tuple(_trouble(*row) for row in rows)

    def seen(self, report_id: str) -> None:
        """The clerk has read the trouble with this report."""
        self._write("UPDATE reports SET seen = 1 WHERE report_id = ?", (report_id,))

    def reports_of(self, begins: datetime, ends: datetime) -> tuple[AnyReport, ...]:
        """Everything reported in [begins, ends), for the day-end report."""
        rows = self._read("SELECT body FROM reports WHERE at >= ? AND at < ? ORDER BY seq", (_utc(begins), _utc(ends)))
        return tuple(REPORT.validate_json(body) for (body,) in rows)

    def unrefused_of(self, begins: datetime, ends: datetime) -> tuple[AnyReport, ...]:
        """What was reported in [begins, ends) and changed something, or may yet: no conflict, and not set aside."""
        rows = self._read(
            "SELECT body FROM reports WHERE at >= ? AND at < ? AND refused IS NULL"
            " AND (answer IS NULL OR json_extract(answer, '$.kind') = 'accepted') ORDER BY seq",
            (_utc(begins), _utc(ends)),
        )
        return tuple(REPORT.validate_json(body) for (body,) in rows)

    def forget_before(self, now: datetime) -> None:
        """Delete answered reports that are older than `KEEP`."""
        self._write(
            "DELETE FROM reports WHERE at < ? AND (answer IS NOT NULL OR refused IS NOT NULL)", (_utc(now - KEEP),)
        )

    def keep_today(self, today: Today) -> None:
        """The list to work with when the network is gone."""
        self._write("INSERT OR REPLACE INTO today VALUES (1, ?)", (today.model_dump_json(),))

    def today(self, day: date) -> Today | None:
        """The kept list, if it is that day's."""
        kept = self.last_list()
        return kept if kept is not None and kept.day == day else None

    def last_list(self) -> Today | None:
        """The kept list of whatever day: its desk still holds on the morning without a network."""
        rows = self._read("SELECT body FROM today")
        return Today.model_validate_json(rows[0][0]) if rows else None

    def keep_counter(self, body: str) -> None:
        """Who is here, so that a restart forgets nobody; as `keeping.dump` wrote it."""
        self._write("INSERT OR REPLACE INTO counter VALUES (1, ?)", (body,))

    def counter(self) -> str | None:
        """What `keep_counter` kept last."""
        rows = self._read("SELECT body FROM counter")
        return str(rows[0][0]) if rows else None

    def _read(self, statement: str, values: Sequence[str] = ()) -> list[tuple[str, ...]]:
        with self._faults_named():
            return self._connection.execute(statement, values).fetchall()

    def _write(self, statement: str, values: Sequence[str | bool]) -> None:
        with self._faults_named():
            self._connection.execute(statement, values)

    def _faults_named(self) -> _Named:
        return _Named(self._path)


class _Named:
    """Names the file in whatever SQLite complains about."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        if isinstance(fault, sqlite3.Error):
            raise SpoolError(f"{self._path}: {fault}; is the disk full?") from fault


def _trouble(body: str, answer: str | None, refused: str | None) -> Trouble:
    answered = ANSWER.validate_json(answer) if answer else None
    return Trouble(REPORT.validate_json(body), answered if isinstance(answered, Conflict) else None, refused)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
