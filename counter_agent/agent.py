"""SHELL: events in, visit steps, effects out. The one owner of the counter's state.

Decides nothing that `steps` and `waiting` decide; knows no HTTP and no HTML. All on one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone

from counter_agent import events as e
from counter_agent import keeping, reporting, waiting, wire
from counter_agent.auditlog import AuditLog
from counter_agent.card_port import CardPort, Presence, is_pin, wipe
from counter_agent.card_work import CardWork, Challenge
from counter_agent.pages import Pages
from counter_agent.screen.desk import Line, LogHead, Notice
from counter_agent.sending import Sending
from counter_agent.spool import Spool
from counter_agent.steps import step
from counter_agent.tickets import find_booking, with_own_ends
from counter_agent.visit import Stage, Visit
from counter_agent.waiting import Counter, Visitor

TOKYO = timezone(timedelta(hours=9))
_PROGRAM = "-"
_TICK_S = 1.0
_CARD_IS_LEFT_ALONE = frozenset({Stage.ALARM, Stage.ENDING, Stage.CLOSED})
_NOTHING_WAS_SHOWN = frozenset({Stage.CALLED, Stage.CLOSED})
"""Stages that a cut-off visit comes back in (`keeping`) with no more of the resident on a page than what to bring."""
_SEEN: dict[Presence, e.CardNoticed | e.CardLifted | e.ReaderLost] = {
    Presence.PLACED: e.CardNoticed(),
    Presence.LIFTED: e.CardLifted(),
    Presence.READER_LOST: e.ReaderLost(),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What an agent is made of. `challenge` makes random bytes for when the server cannot be asked."""

    spool: Spool
    sending: Sending | None
    audit: AuditLog
    card: CardPort
    pages: Pages
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    challenge: Callable[[], bytes]
    counter_name: str


class Agent:
    """The counter. Every method that a clerk's key reaches returns None, or why it may not be now."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._counter = keeping.load(parts.spool.counter())
        self._silent = 0
        if self.visit is not None and self.visit.stage not in _NOTHING_WAS_SHOWN:
            parts.pages.may_be_older()
        self._card_work = CardWork(parts.card, self._challenge, self.take)

    @property
    def counter(self) -> Counter:
        """Who is here."""
        return self._counter

    @property
    def visit(self) -> Visit | None:
        """The visit at the desk, also when it is closed."""
        return self._counter.visit

    @property
    def pages(self) -> Pages:
        """The pages that are open."""
        return self._parts.pages

    @property
    def holds_pin(self) -> bool:
        """Whether four digits are in memory at this moment."""
        return self._card_work.holds_pin

    def now(self) -> datetime:
        """The time at the desk."""
        return self._parts.clock()

    def day(self) -> date:
        """The day at the desk."""
        return self.now().astimezone(TOKYO).date()

    async def run(self) -> None:
        """Watch the reader and the clock until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_reader())
            tasks.create_task(self._watch_clock())
            if self._parts.sending is not None:
                tasks.create_task(self._parts.sending.run())

    # Who is here

    def begin_work(self, *, clerk: str) -> None:
        """A clerk signs in. Who waits since an earlier day has left; nobody is told of it in the middle of a night."""
        self.note("sign_in", clerk=clerk)
        for gone in keeping.left_over(self._counter, self._today()[0]):
            self.strike_out(gone.visit_id, clerk=_PROGRAM)

    def check_in(self, ticket: str, *, clerk: str) -> e.Refused | None:
        """The resident with this ticket is here."""
        today = self.today()
        if today is None:
            return e.Refused(e.Reason.NO_LIST)
        booking = find_booking(today.bookings, ticket, own_counter=self._parts.counter_name)
        if isinstance(booking, e.Refused):
            return booking
        services = tuple(service for service in today.desk.services if service.id in booking.services)
        visitor = Visitor(
            self._parts.new_id(),
            booking.ticket,
            services,
            booking.party,
            booking.language,
            self.now(),
            booking.starts_at,
        )
        return self._checked_in(visitor, booking, clerk=clerk)

    def walk_in(self, service_ids: tuple[str, ...], language: wire.Language, *, clerk: str) -> e.Refused | None:
        """Somebody without a booking is here."""
        services = tuple(one for one in self.services() if one.id in service_ids)
        if not services:
            return e.Refused(e.Reason.UNKNOWN_SERVICE)
        visitor = Visitor(self._parts.new_id(), None, services, 1, language, self.now())
        return self._checked_in(visitor, None, clerk=clerk)

    def _checked_in(self, visitor: Visitor, seen: wire.Booking | None, *, clerk: str) -> e.Refused | None:
        counter = waiting.check_in(self._counter, visitor)
        if isinstance(counter, e.Refused):
            return counter
        self._report(reporting.check_in_of(visitor, seen, report_id=self._parts.new_id()))
        return self._became(counter, "check_in", clerk=clerk, visit_id=visitor.visit_id)

    def speak(self, language: wire.Language, *, clerk: str) -> e.Refused | None:
        """Show the resident's side in this language for the rest of the visit."""
        visit = self._counter.visit
        if visit is None:
            return e.Refused(e.Reason.NOT_NOW)
        counter = replace(self._counter, visit=replace(visit, language=language, active_at=self.now()))
        return self._became(counter, "language", clerk=clerk, visit_id=visit.visit_id)

    def services(self) -> tuple[wire.Service, ...]:
        """What the desk offers, as the last list said."""
        kept = self._parts.spool.last_list()
        return kept.desk.services if kept else ()

    def call(self, visit_id: str | None, *, clerk: str) -> e.Refused | None:
        """Call somebody to the desk; None: whoever is next."""
        upcoming = waiting.next_visitor(self._counter)
        chosen = visit_id or (upcoming.visit_id if upcoming else "")
        counter = waiting.call(self._counter, chosen, self.now())
        if not isinstance(counter, e.Refused) and counter.visit is not None:
            self._parts.card.forget()  # whoever was here before
            self._parts.pages.visit_begins()
            self._report(reporting.called_of(counter.visit, report_id=self._parts.new_id()))
        return self._became(counter, "call", clerk=clerk, visit_id=chosen)

    def hold(self, visit_id: str, *, clerk: str) -> e.Refused | None:
        """Let others go first; again: no longer."""
        return self._became(waiting.hold(self._counter, visit_id), "hold", clerk=clerk, visit_id=visit_id)

    def strike_out(self, visit_id: str, *, clerk: str) -> e.Refused | None:
        """Somebody who waited has left."""
        gone = next((one for one in self._counter.waiting if one.visit_id == visit_id), None)
        if gone is not None:
            self._report_gone(gone.ticket, visit_id, wire.Outcome.ABANDONED)
        return self._became(waiting.strike_out(self._counter, visit_id), "left", clerk=clerk, visit_id=visit_id)

    def no_show(self, ticket: str, *, clerk: str) -> e.Refused | None:
        """The resident with this booking did not come."""
        today = self.today()
        booking = find_booking(today.bookings if today else (), ticket, own_counter=self._parts.counter_name)
        if isinstance(booking, e.Refused):
            return booking
        if any(one.ticket == booking.ticket for one in self._counter.waiting):
            return e.Refused(e.Reason.ALREADY_HERE)
        if booking.status is wire.Status.NO_SHOW:
            return e.Refused(e.Reason.BOOKING_IS_CLOSED)
        if booking.starts_at > self.now():
            return e.Refused(e.Reason.TOO_EARLY)
        visit_id = self._parts.new_id()
        self._report_gone(booking.ticket, visit_id, wire.Outcome.NO_SHOW)
        return self._became(self._counter, "no_show", clerk=clerk, visit_id=visit_id)

    def _report_gone(self, ticket: str | None, visit_id: str, outcome: wire.Outcome) -> None:
        self._report(
            reporting.gone_without_visit(ticket, visit_id, outcome, report_id=self._parts.new_id(), at=self.now())
        )

    # The visit at the desk

    def give_pin(self, typed: bytearray) -> e.Refused | None:
        """Take four digits from the keypad. `typed` is wiped here, whatever happens."""
        if not is_pin(typed):
            wipe(typed)
            return e.Refused(e.Reason.NOT_FOUR_DIGITS)
        if self._card_work.holds_pin:  # being read at this moment, and not to be touched
            wipe(typed)
            return e.Refused(e.Reason.NOT_NOW)
        self._card_work.take_pin(typed)
        refused = self.take(e.PinGiven())
        if refused is not None:
            self._card_work.drop_pin()
        return refused

    def take(self, event: e.Event, *, clerk: str = _PROGRAM) -> e.Refused | None:
        """Let one event happen to the visit, and do what follows from it."""
        visit = self._counter.visit
        if visit is None:
            return e.Refused(e.Reason.NOT_NOW)
        taken = step(visit, event, self.now())
        if isinstance(taken, e.Refused):
            return taken
        if taken.visit == visit and not taken.effects:
            return None
        is_quiet = isinstance(event, e.TimePassed) and not taken.effects
        self._counter = replace(self._counter, visit=taken.visit)
        if not is_quiet:
            self._became(self._counter, _name(event), clerk=clerk, visit_id=visit.visit_id)
        for effect in taken.effects:
            self._carry_out(effect, taken.visit)
        return None

    def _carry_out(self, effect: e.Effect, visit: Visit) -> None:
        match effect:
            case e.Effect.WIPE:
                self._card_work.drop_pin()
                self._parts.pages.must_clear()
            case e.Effect.FORGET_CARD:
                self._parts.card.forget()
            case e.Effect.SOUND_ALARM:
                self._parts.audit.append("alarm", clerk=_PROGRAM, at=self.now(), visit=visit.visit_id)
            case e.Effect.REPORT_READ:
                self._report(reporting.read_of(visit, report_id=self._parts.new_id(), at=self.now()))
            case e.Effect.REPORT_CLOSED:
                self._report(reporting.closed_of(visit, report_id=self._parts.new_id(), at=self.now()))
            case _:
                self._card_work.begin(effect, visit)

    # The card

    async def _challenge(self, visit_id: str) -> Challenge:
        """The server's; or one made here while the server cannot be asked."""
        asked = await self._parts.sending.challenge(visit_id) if self._parts.sending else None
        if asked is None:
            return Challenge(self._parts.challenge(), None)
        return Challenge(bytes.fromhex(asked.challenge), asked.challenge_id)

    def reader_saw(self, presence: Presence) -> None:
        """The reader's word. A card is asked what it is only while a visit can use it."""
        event = _SEEN[presence]
        self._counter = waiting.seen_by_reader(self._counter, event)
        self._parts.pages.changed()
        if presence is not Presence.PLACED:
            self._card_work.stop()
        visit = self._counter.visit
        if visit is None:
            return
        self.take(event)
        if presence is Presence.PLACED and visit.stage not in _CARD_IS_LEFT_ALONE:
            self._card_work.begin(e.Effect.INSPECT_CARD, visit)

    # What time and pages say

    def page_shows(self, page_id: str, version: int | None) -> None:
        """A page's word that it shows this version and nothing older; None: that it shows nothing at all."""
        self._parts.pages.shows(page_id, version)
        self._look_at_pages()

    def page_left(self, page_id: str) -> None:
        """A page's goodbye: it is closed, or shows something else."""
        self._parts.pages.left(page_id)
        self._look_at_pages()

    def screens_seen(self, *, clerk: str) -> e.Refused | None:
        """The clerk's word, where a page has fallen silent, that nothing of the resident is to be seen."""
        visit = self._counter.visit
        if visit is None or visit.stage is not Stage.ENDING or not self.pages.silent:
            return e.Refused(e.Reason.SCREENS_ANSWER)
        self._parts.pages.vouch_for_silent()
        self._became(self._counter, "screens_seen", clerk=clerk, visit_id=visit.visit_id)
        self._look_at_pages()
        return None

    def _look_at_pages(self) -> None:
        visit, silent = self._counter.visit, self.pages.silent
        if visit is None or visit.stage is not Stage.ENDING or visit.page_cleared:
            return
        if silent != self._silent:
            self._silent = silent
            self._parts.pages.changed()  # the clerk is asked to look
        if self.pages.are_clear():
            self.take(e.PageCleared())

    async def _watch_reader(self) -> None:
        async for presence in self._parts.card.presence():
            self.reader_saw(presence)

    async def _watch_clock(self) -> None:
        minute = self.now().minute
        while True:
            await asyncio.sleep(_TICK_S)
            self.take(e.TimePassed())
            self._look_at_pages()
            if self.now().minute != minute:
                minute = self.now().minute
                self._parts.pages.changed()  # the clock, how long each has waited, and who can be missed by now

    # What the pages are told

    def today(self) -> wire.Today | None:
        """Today's list, as the server had it last and with what this counter has ended since."""
        kept = self._parts.spool.today(self.day())
        return with_own_ends(kept, self._parts.spool.unrefused_of(*self._today())) if kept else None

    def last_list(self) -> wire.Today | None:
        """The last list of whatever day: its desk still holds."""
        return self._parts.spool.last_list()

    def line(self) -> Line:
        """How things stand with the server."""
        sending = self._parts.sending
        if sending is None:
            return Line(is_there=False)
        return Line(
            is_there=True,
            unsent=self._parts.spool.unsent(),
            offline_since=sending.offline_since,
            is_known=sending.is_known,
            clock_is_wrong=sending.clock_is_wrong,
        )

    def notices(self) -> tuple[Notice, ...]:
        """Reports that changed nothing and that the clerk has not seen."""
        return tuple(Notice(trouble.report, trouble.conflict) for trouble in self._parts.spool.troubles())

    def notice_seen(self, report_id: str, *, clerk: str) -> None:
        """The clerk has read it."""
        self._parts.spool.seen(report_id)
        self.note("notice_seen", clerk=clerk)
        self._parts.pages.changed()

    def reports_of_today(self) -> tuple[wire.AnyReport, ...]:
        """What this counter reported today."""
        return self._parts.spool.reports_of(*self._today())

    def _today(self) -> tuple[datetime, datetime]:
        begins = datetime.combine(self.day(), time(), TOKYO)
        return begins, begins + timedelta(days=1)

    def log_head(self) -> LogHead:
        """How far the action log goes."""
        head = self._parts.audit.head
        return LogHead(head.lines, head.hash)

    def note(self, action: str, *, clerk: str) -> None:
        """Write an action that is no part of a visit into the log."""
        self._parts.audit.append(action, clerk=clerk, at=self.now())

    # What is kept

    def _became(self, counter: Counter | e.Refused, action: str, *, clerk: str, visit_id: str) -> e.Refused | None:
        if isinstance(counter, e.Refused):
            return counter
        self._counter = counter
        self._parts.audit.append(action, clerk=clerk, at=self.now(), visit=visit_id)
        self._parts.spool.keep_counter(keeping.dump(counter))
        self._parts.pages.changed()
        return None

    def _report(self, report: wire.AnyReport | None) -> None:
        if report is None:
            return
        self._parts.spool.put(report)
        if self._parts.sending is not None:
            self._parts.sending.look()


def _name(event: e.Event) -> str:
    """How the action log calls an event: its kind, and for an end its outcome."""
    kind = type(event).__name__
    return f"{kind}:{event.outcome.value}" if isinstance(event, e.EndAsked) else kind
