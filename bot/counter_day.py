"""The counter's view of the house: a booking as a line of its list, and the town's desk as its screens show it.

Only what the contract has a field for: no name, no address, nothing of the chat but the language.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.booking.bookings import Booking
from bot.booking.checkin import WORTH_SHOWING
from bot.booking.plan import Plan
from bot.booking.services import CounterTask, Service, label_of_item
from bot.booking.slots import day_of, moment
from bot.dialogue import Phrase
from bot.language import Language
from bot.store import booking_rows
from bot.store.unit import Work
from bot.texts import Texts
from counter_agent import wire

_DAY = timedelta(days=1)
_MIDNIGHT = datetime.min.time()


def bookings_of(day: date, plan: Plan) -> Work[tuple[wire.Booking, ...]]:
    """The day's list: who is expected, who is here, who was here, and who will not come."""
    from_at, to_at = moment(day, _MIDNIGHT), moment(day + _DAY, _MIDNIGHT)
    entries = yield from booking_rows.of_day(from_at, to_at)
    return tuple(line_of(one.booking, plan) for one in entries if one.booking.status in WORTH_SHOWING)


def line_of(booking: Booking, plan: Plan) -> wire.Booking:
    """A booking as the counter sees it."""
    return wire.Booking(
        ticket=booking.ticket,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        services=plan.steps_of(booking.service) or (booking.service,),
        party=booking.party,
        status=wire.Status(booking.status.value),
        version=booking.version,
        language=wire.Language(booking.language.value),
        counter=booking.counter,
    )


def desk_of(plan: Plan, texts: Texts, now: datetime) -> wire.Desk:
    """The town's desk in its own words."""
    today = day_of(now)
    return wire.Desk(
        name=_localised("visit.desk", texts, today),
        city_phone=texts.word(Phrase("number.city"), Language.JA, today),
        hotline=texts.word(Phrase("number.hotline"), Language.JA, today),
        hand_over_to=_localised("visit.hand_over_to", texts, today),
        services=tuple(_service(one, texts, today) for one in plan.desks),
    )


def _service(service: Service, texts: Texts, today: date) -> wire.Service:
    at_counter = service.at_counter
    return wire.Service(
        id=service.id,
        label=_localised(f"booking.service.{service.id}.label", texts, today),
        items=tuple(
            wire.Item(
                id=item,
                label=_localised(label_of_item(item), texts, today),
                may_be_unneeded=item in at_counter.may_be_unneeded,
            )
            for item in at_counter.items
        ),
        takes_card=CounterTask.READ_CARD in at_counter.tasks,
        names_payment_service=CounterTask.NAME_PAYMENT_SERVICE in at_counter.tasks,
    )


def _localised(key: str, texts: Texts, today: date) -> wire.Localised:
    ja, easy, en = (texts.word(Phrase(key), language, today) for language in Language)
    return wire.Localised(ja=ja, ja_easy=easy, en=en)
