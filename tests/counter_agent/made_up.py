"""A made-up desk, its bookings and visits, for every test of the counter."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from counter_agent.visit import Visit
from counter_agent.waiting import Visitor
from counter_agent.wire import Booking, Desk, Item, Language, Localised, Service, Status, Today

JST = timezone(timedelta(hours=9))
MORNING = datetime(2022, 7, 1, 9, 0, tzinfo=JST)
TICKET = "7K-32M"


def said(text: str) -> Localised:
    return Localised(ja=text, ja_easy=text, en=text)


ITEMS = (
    Item(id="card", label=said("マイナンバーカード")),
    Item(id="pin", label=said("数字4桁のパスワード")),
    Item(id="payment_card", label=said("キャッシュレス決済のカードなど")),
    Item(id="payment_id", label=said("決済サービスID"), may_be_unneeded=True),
    Item(id="security_code", label=said("セキュリティコード"), may_be_unneeded=True),
)
POINTS = Service(id="points", label=said("ポイントの申込"), items=ITEMS, names_payment_service=True)
INSURANCE = Service(id="insurance", label=said("保険証の利用申込"), items=ITEMS[:2])
ADVICE = Service(id="advice", label=said("相談"), takes_card=False)
DESK = Desk(
    name=said("みほん市役所"),
    city_phone="000-000-0000",
    hotline="0120-00-0000",
    hand_over_to=said("保険年金課"),
    services=(POINTS, INSURANCE, ADVICE),
)


def booking(ticket: str = TICKET, *, minutes: int = 0, status: Status = Status.CONFIRMED, party: int = 1) -> Booking:
    starts_at = MORNING + timedelta(minutes=minutes)
    return Booking(
        ticket=ticket,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        services=("points",),
        party=party,
        status=status,
        version=1,
    )


def today(*bookings: Booking) -> Today:
    return Today(day=date(2022, 7, 1), made_at=MORNING, desk=DESK, bookings=bookings or (booking(),))


def visit(*services: Service, party: int = 1) -> Visit:
    return Visit(
        visit_id="a" * 32,
        ticket=TICKET,
        services=services or (POINTS,),
        party=party,
        language=Language.JA,
        checked_in_at=MORNING,
        called_at=MORNING + timedelta(minutes=4),
        active_at=MORNING + timedelta(minutes=4),
    )


def visitor(ticket: str | None = TICKET, *, visit_id: str = "a" * 32, minutes: int | None = 0) -> Visitor:
    return Visitor(
        visit_id=visit_id,
        ticket=ticket,
        services=(POINTS,),
        party=1,
        language=Language.JA,
        checked_in_at=MORNING - timedelta(minutes=5),
        starts_at=None if minutes is None else MORNING + timedelta(minutes=minutes),
    )
