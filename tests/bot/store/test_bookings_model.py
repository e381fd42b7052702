"""Whatever is done in whatever order, the desk's bookings are those of a plain model, and the auditor agrees."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.booking.bookings import (
    AWAITING_CONFIRMATION,
    CANCELLABLE,
    MOVABLE,
    SEATED,
    Booking,
    Changed,
    Full,
    Limit,
    Limits,
    Made,
    Stale,
    Status,
    TooMany,
)
from bot.booking.recount import Disagreement, recount
from bot.booking.slots import SlotId, Visit
from bot.store import booking_audit, booking_rows, bookings, conversations, holds, seats, waitlist
from bot.store.migrations import migrate
from bot.store.reminders import Timed
from bot.store.sqlite import _transact
from bot.store.unit import Work
from tests.bot.store.booked import HALF, NINE, NOW, TEN_MINUTES, both, new_ticket, person, visit, wish
from tests.bot.store.steps import say

T = TypeVar("T")

LIMITS = Limits(active=2, held=1, waiting=2)
PERSONS = st.sampled_from(["taro", "hanako", "jiro", "yuki"])
VISITS = st.one_of(
    st.builds(visit, st.integers(0, 1), seats=st.integers(1, 2)),
    st.just(both(0)),
    st.just(visit(0, 1)),
)
HOUR = timedelta(hours=1)


@cache
def template() -> Path:
    file = Path(tempfile.mkdtemp(prefix="madoguchi-model-")) / "desk.sqlite3"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


class Database:
    """A SQLite file driven without a loop: an example takes milliseconds."""

    def __init__(self, folder: Path) -> None:
        file = folder / "desk.sqlite3"
        shutil.copy(template(), file)
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = OFF")

    def write(self, work: Work[T]) -> T:
        return _transact(self._connection, "BEGIN IMMEDIATE", work)

    def close(self) -> None:
        self._connection.close()


@dataclass
class Plain:
    """A booking as a clerk would note it on paper."""

    number: int
    person: str | None
    visit: Visit
    status: Status
    until: datetime | None = None

    def is_seated_in(self, slot_id: SlotId) -> int:
        return sum(seats for slot, seats in self.visit.claims if slot.id == slot_id and self.status in SEATED)

    def is_in_line_of(self, slot_id: SlotId) -> bool:
        return self.status is Status.WAITING and slot_id in [slot.id for slot in self.visit.slots]

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    def is_active(self, now: datetime) -> bool:
        is_held = self.status in AWAITING_CONFIRMATION and not self.is_over(now)
        return self.visit.ends_at > now and (is_held or self.status is Status.CONFIRMED)


@dataclass
class Paper:
    """The whole list, and the rules as one would explain them."""

    seats: dict[SlotId, int]
    entries: list[Plain] = field(default_factory=list)

    def fits(self, wanted: Visit, without: Plain | None = None) -> bool:
        return all(
            sum(entry.is_seated_in(slot.id) for entry in self.entries if entry is not without) + count
            <= self.seats[slot.id]
            for slot, count in wanted.claims
        )

    def fits_at_last(self, wanted: Visit, now: datetime, without: Plain | None = None) -> bool:
        """As `fits`; where nobody is in line, holds that are over give way."""
        if self.fits(wanted, without):
            return True
        for slot_id in (slot.id for slot in wanted.slots):
            if not any(entry.is_in_line_of(slot_id) for entry in self.entries):
                for entry in self.entries:
                    is_here = entry is not without and entry.is_seated_in(slot_id)
                    if is_here and entry.status in AWAITING_CONFIRMATION and entry.is_over(now):
                        entry.status, entry.until = Status.EXPIRED, None
        return self.fits(wanted, without)

    def offer(self, now: datetime, slots: set[SlotId]) -> list[int]:
        offered = []
        for entry in self.entries:
            is_next = any(entry.is_in_line_of(slot_id) for slot_id in slots) and not entry.is_over(now)
            end = until(now)(entry.visit.starts_at)
            if is_next and entry.person and end and self.fits(entry.visit) and self.may_have_more(entry.person, now):
                entry.status, entry.until = Status.OFFERED, end
                offered.append(entry.number)
        return offered

    def reached(self, person: str, now: datetime) -> Limit | None:
        theirs = [entry for entry in self.entries if entry.person == person]
        if sum(entry.is_active(now) for entry in theirs) >= LIMITS.active:
            return Limit.ACTIVE
        held = [entry for entry in theirs if entry.status is Status.HELD and entry.is_active(now)]
        return Limit.HELD if len(held) >= LIMITS.held else None

    def may_have_more(self, person: str | None, now: datetime) -> bool:
        theirs = [entry for entry in self.entries if person and entry.person == person]
        return sum(entry.is_active(now) for entry in theirs) < LIMITS.active

    def lines_of(self, person: str, now: datetime) -> int:
        theirs = (entry for entry in self.entries if entry.person == person)
        return sum(entry.status is Status.WAITING and not entry.is_over(now) for entry in theirs)


def until(now: datetime) -> waitlist.Until:
    return lambda starts_at: now + HALF if now + HOUR < starts_at else None


class Rush(RuleBasedStateMachine):
    """Two desks, three slots, four residents, and everything that may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="madoguchi-model-")
        self.desk = Database(Path(self._folder.name))
        slots = {slot.id for visit_ in (both(0), visit(0, 1)) for slot in visit_.slots}
        self.paper = Paper(dict.fromkeys(sorted(slots), 2))
        self.now = NOW
        self.numbers = itertools.count(1)

    def teardown(self) -> None:
        self.desk.close()
        self._folder.cleanup()

    def capacity(self, slot_id: SlotId) -> int:
        return self.paper.seats[slot_id]

    def entry(self, number: int) -> tuple[Plain, Booking]:
        entry = self.paper.entries[number % len(self.paper.entries)]
        booking = self.desk.write(booking_rows.by_id(entry.number))
        assert booking is not None
        return entry, booking

    def offered(self, *slot_ids: SlotId) -> list[int]:
        """The desk offers, as it must after whatever frees seats."""
        told = self.desk.write(waitlist.offer(slot_ids, self.capacity, self.now, until(self.now), limits=LIMITS))
        assert [one.id for one in told] == self.paper.offer(self.now, set(slot_ids))
        return [one.id for one in told]

    @rule(who=PERSONS, wanted=VISITS)
    def holds(self, who: str, wanted: Visit) -> None:
        result = self.desk.write(self._hold(who, wanted))
        reached = self.paper.reached(who, self.now)
        if reached:
            assert result == TooMany(reached)
        elif self.paper.fits_at_last(wanted, self.now):
            assert isinstance(result, Made)
            self.paper.entries.append(Plain(result.booking.id, who, wanted, Status.HELD, self.now + TEN_MINUTES))
        else:
            assert result == Full()

    def _hold(self, who: str, wanted: Visit) -> Work[object]:
        conversation_id = yield from person(who)
        asked = wish(wanted, conversation_id)
        return (yield from bookings.hold(asked, self.capacity, LIMITS, self.now, self.now + TEN_MINUTES))

    @rule(wanted=VISITS)
    def staff_enter(self, wanted: Visit) -> None:
        result = self.desk.write(bookings.enter(wish(wanted, None, new_ticket()), self.capacity, self.now))
        assert isinstance(result, Made) == self.paper.fits_at_last(wanted, self.now)
        if isinstance(result, Made):
            self.paper.entries.append(Plain(result.booking.id, None, wanted, Status.CONFIRMED))

    @precondition(lambda self: self.paper.entries)
    @rule(number=st.integers(0, 30))
    def confirms(self, number: int) -> None:
        entry, booking = self.entry(number)
        timed = [Timed(entry.visit.starts_at - 2 * HOUR, say("soon"))]
        result = self.desk.write(bookings.confirm(booking, self.now, ("hours_before",), timed, limits=LIMITS))
        is_in_time = not entry.is_over(self.now) or self.paper.may_have_more(entry.person, self.now)
        is_possible = entry.status in AWAITING_CONFIRMATION and entry.visit.ends_at > self.now and is_in_time
        assert isinstance(result, Changed if is_possible else Stale)
        if is_possible:
            entry.status, entry.until = Status.CONFIRMED, None

    @precondition(lambda self: self.paper.entries)
    @rule(number=st.integers(0, 30))
    def cancels(self, number: int) -> None:
        entry, booking = self.entry(number)
        result = self.desk.write(bookings.cancel(booking, self.now))
        assert isinstance(result, Changed if entry.status in CANCELLABLE else Stale)
        if entry.status in CANCELLABLE:
            entry.status, entry.until = Status.CANCELLED, None
            self.offered(*booking.slot_ids)

    @precondition(lambda self: self.paper.entries)
    @rule(number=st.integers(0, 30), wanted=VISITS)
    def moves(self, number: int, wanted: Visit) -> None:
        entry, booking = self.entry(number)
        timed = [Timed(wanted.starts_at - 2 * HOUR, say("soon"))] if entry.status is Status.CONFIRMED else []
        result = self.desk.write(bookings.reschedule(booking, wanted, self.capacity, self.now, timed=timed))
        if entry.status not in MOVABLE:
            assert isinstance(result, Stale)
        elif self.paper.fits_at_last(wanted, self.now, without=entry):
            assert isinstance(result, Changed)
            entry.visit = wanted
            self.offered(*booking.slot_ids)
        else:
            assert result == Full()

    @rule(who=PERSONS, wanted=VISITS)
    def waits(self, who: str, wanted: Visit) -> None:
        result = self.desk.write(self._wait(who, wanted))
        if self.paper.lines_of(who, self.now) >= LIMITS.waiting:
            assert result == TooMany(Limit.WAITING)
        else:
            assert isinstance(result, Made)
            booking = result.booking
            self.paper.entries.append(Plain(booking.id, who, wanted, Status.WAITING, wanted.starts_at))
            self.offered(*booking.slot_ids)

    def _wait(self, who: str, wanted: Visit) -> Work[object]:
        conversation_id = yield from person(who)
        return (yield from waitlist.wait(wish(wanted, conversation_id), LIMITS, self.now))

    @rule()
    def the_sweeper_comes(self) -> None:
        ended = self.desk.write(holds.expire(self.now, 100))
        over = [entry for entry in self.paper.entries if entry.is_over(self.now)]
        assert {(one.booking.id, one.was) for one in ended} == {(entry.number, entry.status) for entry in over}
        for entry in over:
            entry.status, entry.until = Status.EXPIRED, None
        self.offered(*(slot_id for one in ended for slot_id in one.booking.slot_ids))

    @rule(place=st.integers(0, 3), count=st.integers(0, 3))
    def staff_change_seats(self, place: int, count: int) -> None:
        slot_id = sorted(self.paper.seats)[place % len(self.paper.seats)]
        self.paper.seats[slot_id] = count
        hit = {one.id for one in self.desk.write(seats.hit_by(slot_id, count))}
        there = [entry for entry in self.paper.entries if entry.is_seated_in(slot_id)]
        left = sum(entry.is_seated_in(slot_id) for entry in there if entry.number not in hit)
        assert left <= count
        assert not hit or max(entry.number for entry in there) in hit
        self.offered(slot_id)

    @precondition(lambda self: self.paper.entries)
    @rule(number=st.integers(0, 30))
    def somebody_arrives(self, number: int) -> None:
        entry, booking = self.entry(number)
        result = self.desk.write(bookings.change(booking, Status.ARRIVED, self.now))
        assert isinstance(result, Changed) == (entry.status is Status.CONFIRMED)
        if isinstance(result, Changed):
            entry.status = Status.ARRIVED

    @rule(who=PERSONS)
    def somebody_is_forgotten(self, who: str) -> None:
        self.desk.write(conversations.forget("telegram", who))
        for entry in self.paper.entries:
            if entry.person == who:
                entry.person = None

    @rule(minutes=st.sampled_from([5, 10, 30]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def it_is_the_morning_before(self) -> None:
        self.now = max(self.now, NINE - timedelta(minutes=90))

    @invariant()
    def the_desk_has_what_the_paper_says(self) -> None:
        kept = self.desk.write(booking_audit.kept_since(NOW))
        assert [(one.id, one.status, one.visit) for one in sorted(kept.bookings, key=lambda one: one.id)] == [
            (entry.number, entry.status, entry.visit) for entry in self.paper.entries
        ]
        findings = recount(kept, self.capacity, LIMITS, self.now)
        assert {one.what for one in findings} <= {Disagreement.OVERBOOKED, Disagreement.HOLD_OVERLOOKED}
        taken = self.desk.write(seats.taken(["points", "insurance"], NOW, NINE + 5 * HOUR, self.now))
        for slot_id in self.paper.seats:
            there = [entry for entry in self.paper.entries if not entry.is_over(self.now)]
            assert taken.get(slot_id, 0) == sum(entry.is_seated_in(slot_id) for entry in there)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_the_desk_and_a_plain_model_agree_whatever_happens() -> None:
    quick = settings(
        max_examples=150,
        stateful_step_count=40,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Rush, settings=quick)
