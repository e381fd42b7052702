"""What the pages need of the desk behind them. `agent.Agent` is the one that is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from counter_agent import events as e
from counter_agent.visit import Visit
from counter_agent.waiting import Counter
from counter_agent.wire import AnyReport, Closed, Conflict, ConflictKind, Language, Service, Today


@dataclass(frozen=True, slots=True)
class Line:
    """How things stand with the server. `is_there` is False in training: nothing is sent at all."""

    is_there: bool
    unsent: int = 0
    offline_since: datetime | None = None
    is_known: bool = True
    clock_is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A report that changed nothing, for the clerk to see."""

    report: AnyReport
    conflict: Conflict | None

    @property
    def key(self) -> str:
        """Which sentence says why: a no-show that was "moved" was noted before its time."""
        if self.conflict is None:
            return "refused"
        is_early = self.conflict.conflict is ConflictKind.MOVED and isinstance(self.report, Closed)
        return "before_its_time" if is_early else self.conflict.conflict.value


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far the action log goes."""

    lines: int
    hash: str


class Watched(Protocol):
    """The pages that are open, and the version they should show."""

    version: int

    @property
    def silent(self) -> int: ...

    def knows(self, page_id: str) -> bool: ...

    def is_given(self, page_id: str) -> None: ...


class Desk(Protocol):
    """The counter. What a key of the clerk's reaches returns None, or why it may not be now."""

    @property
    def counter(self) -> Counter: ...

    @property
    def visit(self) -> Visit | None: ...

    @property
    def pages(self) -> Watched: ...

    def now(self) -> datetime: ...

    def day(self) -> date: ...

    def today(self) -> Today | None: ...

    def last_list(self) -> Today | None: ...

    def services(self) -> tuple[Service, ...]: ...

    def line(self) -> Line: ...

    def notices(self) -> tuple[Notice, ...]: ...

    def notice_seen(self, report_id: str, *, clerk: str) -> None: ...

    def reports_of_today(self) -> tuple[AnyReport, ...]: ...

    def log_head(self) -> LogHead: ...

    def begin_work(self, *, clerk: str) -> None: ...

    def note(self, action: str, *, clerk: str) -> None: ...

    def check_in(self, ticket: str, *, clerk: str) -> e.Refused | None: ...

    def walk_in(self, service_ids: tuple[str, ...], language: Language, *, clerk: str) -> e.Refused | None: ...

    def call(self, visit_id: str | None, *, clerk: str) -> e.Refused | None: ...

    def hold(self, visit_id: str, *, clerk: str) -> e.Refused | None: ...

    def strike_out(self, visit_id: str, *, clerk: str) -> e.Refused | None: ...

    def no_show(self, ticket: str, *, clerk: str) -> e.Refused | None: ...

    def speak(self, language: Language, *, clerk: str) -> e.Refused | None: ...

    def take(self, event: e.Event, *, clerk: str = "-") -> e.Refused | None: ...

    def give_pin(self, typed: bytearray) -> e.Refused | None: ...

    def page_shows(self, page_id: str, version: int | None) -> None: ...

    def page_left(self, page_id: str) -> None: ...

    def screens_seen(self, *, clerk: str) -> e.Refused | None: ...
