"""The house that counters report to, with residents in its web chat; what tests of it say in one line."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from functools import cache

from bot.arrivals import Arrivals
from bot.booking.bookings import Booking
from bot.dialogue import Desk, Incoming, Pressed
from bot.enrolment import bare_code, digest, new_code
from bot.settings import read_settings
from bot.store import agents, booking_rows, bookings, conversations, counters, outbox
from bot.store.engine import Engine
from bot.texts import Texts
from bot.turn import Turns
from bot.visit_reports import Agent, Answer
from bot.wiring import make_desk
from counter_agent import wire

START = datetime.fromisoformat("2022-07-01T10:00:00+09:00")
SLOT = datetime.fromisoformat("2022-07-05T10:00:00+09:00")
LATER = datetime.fromisoformat("2022-07-05T10:30:00+09:00")
MINUTE = timedelta(minutes=1)
_ids = (f"{number:032x}" for number in itertools.count(1))


def new_id() -> str:
    return next(_ids)


@cache
def desk() -> Desk:
    return make_desk(read_settings({}).content)


class CounterHouse:
    """Residents in the web chat, counters with tokens, and a clock set by hand."""

    def __init__(self, engine: Engine, *, pushed: frozenset[str] = frozenset()) -> None:
        self.now = START
        self.engine = engine
        self.looked = 0
        content = desk().content
        assert content.booking is not None
        self.turns = Turns(
            engine, desk(), clock=self.clock, keep=timedelta(days=30), pushed=pushed, said=lambda *_: None
        )
        self.arrivals = Arrivals(
            engine, content.booking, Texts(content), clock=self.clock, pushed=pushed, said=self._look
        )
        self._events = itertools.count(1)

    def clock(self) -> datetime:
        return self.now

    def _look(self) -> None:
        self.looked += 1

    # Residents

    async def presses(self, address: str, *tokens: str, channel: str = "webchat") -> None:
        for token in tokens:
            event_id = f"e{next(self._events)}"
            await self.turns.take(Incoming(channel, event_id, address, self.now, Pressed(token)))

    async def books(
        self, address: str, service: str = "points", *, channel: str = "webchat", at: datetime = SLOT
    ) -> Booking:
        """A confirmed booking of one person."""
        steps = ("booking", f"booking:1.service={service}", "booking:1.ready", "booking:1.party=1")
        when = (f"booking:1.day={at.date()}", f"booking:1.time={at.isoformat()}", "booking:1.confirm")
        await self.presses(address, *steps, *when, channel=channel)
        found = await self.engine.write(conversations.find(channel, address))
        assert found.conversation_id is not None
        (booking,) = await self.engine.read(booking_rows.of_conversation(found.conversation_id, self.now))
        return booking

    async def said(self, address: str, channel: str = "webchat") -> list[str]:
        """The keys of all that a resident can read."""
        letters = await self.engine.read(outbox.after(channel, address, 0, 100))
        return [phrase.key for letter in letters for phrase in letter.say.phrases]

    async def said_last(self, address: str) -> tuple[list[str], list[str]]:
        """The keys and the choices of the last message."""
        *_, last = await self.engine.read(outbox.after("webchat", address, 0, 100))
        return [phrase.key for phrase in last.say.phrases], [choice.token for choice in last.say.choices]

    async def booking(self, ticket: str) -> Booking:
        found = await self.engine.read(booking_rows.by_ticket(ticket))
        assert found is not None
        return found

    async def cancels(self, booking: Booking) -> None:
        await self.engine.write(bookings.cancel(await self.booking(booking.ticket), self.now))

    async def rated(self) -> dict[tuple[str, bool], int]:
        return {(row.entry_id, row.helped): row.count for row in await self.engine.read(counters.feedback())}

    # Counters

    async def code(self, *, minutes: int = 15) -> str:
        code = new_code()
        await self.engine.write(agents.add_code(digest(bare_code(code)), self.now + minutes * MINUTE))
        return code

    async def counter(self, name: str = "窓口1") -> Agent:
        enrolled = await self.arrivals.enrol(wire.EnrolRequest(code=await self.code(), name=name))
        assert enrolled is not None
        agent = await self.arrivals.agent(enrolled.token)
        assert agent is not None
        return agent

    async def reports(self, agent: Agent, *reports: wire.AnyReport) -> list[str]:
        """What the counter is answered, in one word each."""
        return [in_short(await self.arrivals.report(agent, one)) for one in reports]


def in_short(answer: Answer) -> str:
    return answer.status.value if isinstance(answer, wire.Accepted) else f"conflict:{answer.conflict.value}"


def check_in(
    booking: Booking | None, visit_id: str, *, at: datetime = SLOT, seen: datetime | None = None
) -> wire.CheckIn:
    return wire.CheckIn(
        report_id=new_id(),
        visit_id=visit_id,
        ticket=booking.ticket if booking else None,
        at=at,
        services=("points",),
        party=1,
        language=wire.Language.JA,
        seen_version=booking.version if booking else None,
        seen_starts_at=seen or (booking.starts_at if booking else None),
    )


def called(booking: Booking | None, visit_id: str, *, at: datetime = SLOT) -> wire.Called:
    return wire.Called(report_id=new_id(), visit_id=visit_id, ticket=booking.ticket if booking else None, at=at)


def card_read(
    booking: Booking | None, visit_id: str, challenge_id: str | None = None, *, at: datetime = SLOT
) -> wire.CardRead:
    return wire.CardRead(
        report_id=new_id(),
        visit_id=visit_id,
        ticket=booking.ticket if booking else None,
        at=at,
        challenge_id=challenge_id,
        possession_proved=True,
        dates_valid=True,
        chain_valid=True,
    )


def closed(
    booking: Booking | None,
    visit_id: str,
    outcome: wire.Outcome = wire.Outcome.COMPLETED,
    *,
    done: tuple[str, ...] = ("points",),
    at: datetime = SLOT,
) -> wire.Closed:
    return wire.Closed(
        report_id=new_id(),
        visit_id=visit_id,
        ticket=booking.ticket if booking else None,
        at=at,
        outcome=outcome,
        services=tuple(
            wire.ServiceDone(service=service, result=wire.ServiceResult.DONE, took_s=600) for service in done
        ),
        payment_service_confirmed=True,
        waited_s=60,
        took_s=900,
    )
