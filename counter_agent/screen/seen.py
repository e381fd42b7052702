"""What the templates see: the desk's state in the words and numbers of the two sides. Changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from counter_agent.events import ItemState, Who
from counter_agent.screen.desk import Desk
from counter_agent.screen.wording import Wording, in_language
from counter_agent.tickets import EXPECTED
from counter_agent.visit import Stage, Visit
from counter_agent.waiting import Visitor
from counter_agent.wire import Booking, Language, Outcome, ServiceResult, Status
from counter_agent.wire import Desk as TownDesk

DIGITS = "1234567890"
TOKYO = timezone(timedelta(hours=9))
_STEPS = (
    ("準備", frozenset({Stage.CALLED})),
    ("カード", frozenset({Stage.PREPARED, Stage.CARD_ON, Stage.READING, Stage.STUCK})),
    ("支援", frozenset({Stage.READ, Stage.PAUSED})),
    ("確認", frozenset({Stage.FINISHING, Stage.ALARM})),
    ("返却・消去", frozenset({Stage.ENDING})),
    ("終了", frozenset({Stage.CLOSED})),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the clerk's list. `visit_id` is set for those who wait here; nobody is missed before their time."""

    time: str
    ticket: str
    services: str
    party: int
    status: str
    visit_id: str = ""
    waits_min: int | None = None
    can_check_in: bool = False
    can_be_missed: bool = False


def rows_of(desk: Desk) -> list[Row]:
    """Those who wait first, in the order of the list; then today's bookings that are not here."""
    waiting = {one.ticket: one for one in desk.counter.waiting if one.ticket}
    walk_ins = [_waiting(desk, one) for one in desk.counter.waiting if one.ticket is None]
    today = desk.today()
    listed = sorted(today.bookings, key=lambda one: (one.starts_at, one.ticket)) if today else []
    tickets = {one.ticket for one in listed}
    unlisted = [_waiting(desk, one) for ticket, one in waiting.items() if ticket not in tickets]
    return [
        *unlisted,
        *walk_ins,
        *(_waiting(desk, waiting[one.ticket]) if one.ticket in waiting else _booked(desk, one) for one in listed),
    ]


def _waiting(desk: Desk, visitor: Visitor) -> Row:
    return Row(
        time=clock_of(visitor.starts_at or visitor.checked_in_at),
        ticket=visitor.ticket or "予約なし",
        services="・".join(service.label.ja for service in visitor.services),
        party=visitor.party,
        status="held" if visitor.is_held else "waiting",
        visit_id=visitor.visit_id,
        waits_min=minutes_between(visitor.checked_in_at, desk.now()),
    )


def _booked(desk: Desk, booking: Booking) -> Row:
    labels = {service.id: service.label.ja for service in desk.services()}
    visit = desk.visit
    at_desk = visit is not None and visit.ticket == booking.ticket and visit.stage is not Stage.CLOSED
    is_expected = booking.status in EXPECTED and not at_desk
    return Row(
        time=clock_of(booking.starts_at),
        ticket=booking.ticket,
        services="・".join(labels.get(one, one) for one in booking.services),
        party=booking.party,
        status="at_desk" if at_desk else booking.status.value,
        can_check_in=is_expected,
        can_be_missed=is_expected and booking.status is Status.CONFIRMED and booking.starts_at <= desk.now(),
    )


def clerk_side(desk: Desk, wording: Wording) -> Mapping[str, object]:
    """Everything on the clerk's side."""
    visit = desk.visit
    here = visit is not None and visit.stage is not Stage.CLOSED
    last = desk.last_list()
    return {
        "word": wording.to_clerk,
        "rows": rows_of(desk),
        "silent_pages": desk.pages.silent,
        "visit": visit,
        "is_here": here,
        "items": _items(visit, Language.JA) if visit else [],
        "steps": _steps(visit) if visit else [],
        "services": desk.services(),
        "more_services": [one for one in desk.services() if visit and one not in visit.services],
        "results": list(ServiceResult),
        "languages": list(Language),
        "ends": _ends(visit) if visit else [],
        "hand_over_to": last.desk.hand_over_to.ja if last else "",
        "has_list": desk.today() is not None,
        "waiting_count": len(desk.counter.waiting),
        "reader": desk.counter.reader.value,
        "line": desk.line(),
        "offline_since": clock_of(desk.line().offline_since),
        "notices": desk.notices(),
        "clerk_agreed": bool(visit and Who.CLERK in visit.consents),
        "resident_agreed": bool(visit and Who.RESIDENT in visit.consents),
        "took_min": minutes_between(visit.called_at, desk.now()) if visit else 0,
        "waited_min": minutes_between(visit.checked_in_at, visit.called_at) if visit else 0,
    }


class Keypad:
    """The order of the keypad's digits. Scrambled, it is another one each time a PIN is asked for.

    Not each time it is drawn: the digits must not change places under a finger.
    """

    def __init__(self, *, is_scrambled: bool) -> None:
        self._is_scrambled = is_scrambled
        self._asked: tuple[object, ...] = ()
        self._order = DIGITS

    def order_for(self, visit: Visit | None) -> str:
        """The digits as this visit shows them now."""
        asked = (visit.visit_id, visit.person, visit.stage, visit.tries_left) if visit else ()
        if self._is_scrambled and asked != self._asked:
            self._asked, self._order = asked, _scrambled()
        return self._order


def resident_side(desk: Desk, wording: Wording, keypad: Keypad) -> Mapping[str, object]:
    """Everything on the resident's side."""
    visit = desk.visit
    language = visit.language if visit else Language.JA
    last = desk.last_list()
    return {
        "is_away": False,
        "word": lambda key, **values: wording.to_resident(language, key, **values),
        "language": language,
        "languages": list(Language),
        "visit": visit,
        "items": _items(visit, language) if visit else [],
        "services": [in_language(one.label, language) for one in visit.services] if visit else [],
        "digits": keypad.order_for(visit),
        "desk_name": in_language(last.desk.name, language) if last else "",
        "city_phone": last.desk.city_phone if last else "",
        "clerk_agreed": bool(visit and Who.CLERK in visit.consents),
        "resident_agreed": bool(visit and Who.RESIDENT in visit.consents),
    }


def away_side(wording: Wording) -> Mapping[str, object]:
    """The resident's side while nobody is at the desk: the same in each language, and nothing of anybody."""
    said = [(wording.to_resident(one, "away.title"), wording.to_resident(one, "away.text"), one) for one in Language]
    return {
        "is_away": True,
        "away": [(title, text, _spoken(language)) for title, text, language in said],
        "word": lambda key: wording.to_resident(Language.JA, key),
    }


def slip_side(visit: Visit, desk: TownDesk, day: date, wording: Wording) -> Mapping[str, object]:
    """What the resident takes home, in their language."""
    language = visit.language

    def word(key: str, **values: object) -> str:
        return wording.to_resident(language, f"slip.{key}", **values)

    results = [(one, visit.result_of(one.id)) for one in visit.services]
    return {
        "spoken": _spoken(language),
        "word": word,
        "ticket": visit.ticket or word("walk_in"),
        "day": word("date", day=day),
        "desk_name": in_language(desk.name, language),
        "city_phone": desk.city_phone,
        "hotline": desk.hotline,
        "results": [
            (in_language(one.label, language), word(f"result_{result.value}") if result else "–")
            for one, result in results
        ],
    }


def _spoken(language: Language) -> str:
    """The HTML language of a wording."""
    return "en" if language is Language.EN else "ja"


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One thing to have ready, as it stands."""

    id: str
    label: str
    may_be_unneeded: bool
    state: ItemState | None


def _items(visit: Visit, language: Language) -> list[SeenItem]:
    return [
        SeenItem(item.id, in_language(item.label, language), item.may_be_unneeded, visit.seen_as(item.id))
        for item in visit.items
    ]


def _steps(visit: Visit) -> list[tuple[str, str]]:
    """Each step's name, and whether it is done, now or ahead."""
    now_at = next(index for index, (_, stages) in enumerate(_STEPS) if visit.stage in stages)
    place = {True: "done", False: "ahead"}
    return [
        (name, "now" if index == now_at else place[index < now_at])
        for index, (name, _) in enumerate(_STEPS)
    ]  # fmt: skip


def _ends(visit: Visit) -> list[Outcome]:
    """The ends a clerk may choose now, beside the one that the steps lead to."""
    if visit.stage in {Stage.READING, Stage.FINISHING, Stage.ALARM, Stage.ENDING, Stage.CLOSED}:
        return []
    early = [Outcome.NO_SHOW] if visit.stage is Stage.CALLED else []
    unreadable = [Outcome.CARD_UNREADABLE] if visit.stage in {Stage.PREPARED, Stage.CARD_ON} else []
    return [Outcome.HANDED_OVER, Outcome.REFUSED_ITEMS, Outcome.ABANDONED, *early, *unreadable]


def _scrambled() -> str:
    order = list(DIGITS)
    secrets.SystemRandom().shuffle(order)
    return "".join(order)


def minutes_between(begin: datetime, end: datetime) -> int:
    """Whole minutes, never negative."""
    return max(0, int((end - begin).total_seconds() // 60))


def clock_of(at: datetime | None) -> str:
    """The time of day at the desk; nothing for None."""
    return at.astimezone(TOKYO).strftime("%H:%M") if at else ""
