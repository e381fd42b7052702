"""PURE: how a visit goes on. An event and the time go in; the new visit and what is to be done come out.

A visit ends by evidence only: the card is off the reader *and* every page is cleared. Until then there is no next
visit. Whatever is the resident's (tries left, consents, the payment service's name) goes when the card is lifted and
after three idle minutes; what became of the services stays, because that is the desk's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from counter_agent import events as e
from counter_agent.payment_name import looks_like_a_number
from counter_agent.visit import Reader, Settled, Stage, Step, Visit
from counter_agent.wire import Item, Outcome, ServiceResult

IDLE = timedelta(minutes=3)
_LAST_TRY = 1


def step(visit: Visit, event: e.Event, now: datetime) -> Step | e.Refused:
    """The visit after an event. `Refused` says why a person's event may not happen now; nothing has changed then.

    What the hardware says is never refused: where it means nothing, the visit stays as it is.
    """
    stages, take = _STEPS[type(event)]
    if visit.stage not in stages:
        return Step(visit) if isinstance(event, _HARDWARE) else e.Refused(e.Reason.NOT_NOW)
    if isinstance(event, e.TimePassed) and now - visit.active_at < IDLE:
        return Step(visit)
    return take(replace(visit, active_at=now), event)


def _see_item(visit: Visit, event: e.ItemSeen) -> Step | e.Refused:
    item = next((item for item in visit.items if item.id == event.item), None)
    if item is None:
        return e.Refused(e.Reason.UNKNOWN_ITEM)
    if event.state is e.ItemState.UNNEEDED and not item.may_be_unneeded:
        return e.Refused(e.Reason.ITEM_IS_NEEDED)
    others = frozenset((name, state) for name, state in visit.seen if name != event.item)
    stage = Stage.CALLED if visit.stage is Stage.PREPARED else visit.stage
    return Step(replace(visit, stage=stage, seen=others | {(event.item, event.state)}))


def _check_items(visit: Visit, _event: e.ItemsChecked) -> Step | e.Refused:
    reason = _items_open(visit, visit.items)
    if reason is not None:
        return e.Refused(reason)
    if not visit.takes_card:
        return Step(replace(visit, stage=Stage.READ))
    prepared = replace(visit, stage=Stage.PREPARED)
    return _placed(prepared, visit.card) if visit.card else Step(prepared)


def _items_open(visit: Visit, items: tuple[Item, ...]) -> e.Reason | None:
    states = [visit.seen_as(item.id) for item in items]
    if None in states:
        return e.Reason.ITEMS_OPEN
    return e.Reason.ITEMS_MISSING if e.ItemState.MISSING in states else None


def _notice_card(visit: Visit, _event: e.CardNoticed) -> Step:
    return Step(replace(visit, reader=Reader.CARD, did_not_answer=False))


def _place_card(visit: Visit, event: e.CardPlaced) -> Step:
    holding = replace(visit, reader=Reader.CARD, card=event)
    if visit.stage in {Stage.PREPARED, Stage.PAUSED}:
        return _placed(holding, event)
    if visit.stage is Stage.STUCK and visit.outcome is Outcome.NOT_MY_NUMBER_CARD:
        return _placed(replace(holding, outcome=None), event)
    return Step(holding)


def _placed(visit: Visit, card: e.CardPlaced) -> Step:
    if visit.was_read:
        return _placed_again(visit, card)
    if card.kind is not e.CardKind.CARD or card.tries_left is None:
        return _stuck(visit, Outcome.NOT_MY_NUMBER_CARD)
    if not card.has_certificate:
        return _stuck(visit, Outcome.CARD_UNREADABLE)
    if card.tries_left == 0:
        return _stuck(visit, Outcome.CARD_LOCKED)
    # Whatever card is remembered is not of this person: their own has not been read.
    forgotten = () if card.same_as_before is None else (e.Effect.FORGET_CARD,)
    on = replace(visit, stage=Stage.CARD_ON, tries_left=card.tries_left, consents=frozenset(), not_typed=None)
    return Step(on, forgotten)


def _placed_again(visit: Visit, card: e.CardPlaced) -> Step:
    """A card after the read: only the one that was read goes on. Where nobody can tell, nothing goes on."""
    if card.same_as_before is False:
        return _alarm(visit)
    if card.kind is not e.CardKind.CARD:
        return _stuck(visit, Outcome.NOT_MY_NUMBER_CARD)
    if card.same_as_before and not visit.is_cut_off:
        return Step(replace(visit, stage=Stage.READ, did_not_answer=False))
    return Step(replace(_without_resident(visit, Stage.PAUSED), did_not_answer=not visit.is_cut_off))


def _lift_card(visit: Visit, _event: e.CardLifted) -> Step:
    empty = replace(visit, reader=Reader.EMPTY, card=None)
    match visit.stage:
        case Stage.CARD_ON | Stage.READING:
            return Step(_without_resident(empty, Stage.PREPARED), (e.Effect.WIPE,))
        case Stage.READ | Stage.FINISHING if visit.takes_card:
            return Step(_without_resident(empty, Stage.PAUSED), (e.Effect.WIPE,))
        case Stage.STUCK if visit.outcome is Outcome.NOT_MY_NUMBER_CARD:
            waits = Stage.PAUSED if visit.was_read else Stage.PREPARED
            return Step(replace(_without_resident(empty, waits), outcome=None), (e.Effect.WIPE,))
        case Stage.STUCK:
            return Step(_without_resident(empty, Stage.STUCK), (e.Effect.WIPE,))
        case Stage.ENDING:
            return _closed_by_evidence(empty)
    return Step(empty)


def _lose_reader(visit: Visit, _event: e.ReaderLost) -> Step:
    """A reader that is gone may have taken a card with it: the same as a lifted card, but no evidence of an end."""
    if visit.stage is Stage.ENDING:
        return Step(replace(visit, reader=Reader.LOST, card=None))
    lifted = _lift_card(visit, e.CardLifted())
    return replace(lifted, visit=replace(lifted.visit, reader=Reader.LOST))


def _see_no_card(visit: Visit, _event: e.ClerkSawNoCard) -> Step | e.Refused:
    if visit.reader is not Reader.LOST:
        return e.Refused(e.Reason.READER_IS_THERE)
    return _closed_by_evidence(replace(visit, reader=Reader.EMPTY))


def _consent(visit: Visit, event: e.Consented) -> Step:
    return Step(replace(visit, consents=visit.consents | {event.who}))


def _give_pin(visit: Visit, _event: e.PinGiven) -> Step | e.Refused:
    return e.Refused(e.Reason.TYPE_ON_THE_READER) if visit.has_pad else _reading(visit, e.Effect.READ_CARD)


def _ask_pad(visit: Visit, _event: e.PadAsked) -> Step | e.Refused:
    return _reading(visit, e.Effect.READ_ON_PAD) if visit.has_pad else e.Refused(e.Reason.NO_PAD)


def _reading(visit: Visit, effect: e.Effect) -> Step | e.Refused:
    if visit.tries_left == _LAST_TRY and visit.consents != frozenset(e.Who):
        return e.Refused(e.Reason.CONSENT_NEEDED)
    return Step(
        replace(visit, stage=Stage.READING, not_typed=None, did_not_answer=False, pin_was_wrong=False), (effect,)
    )


def _give_up_pad(visit: Visit, event: e.PadGaveUp) -> Step:
    """The tries are as they were; a consent to the last one was for that time only."""
    return Step(replace(visit, stage=Stage.CARD_ON, consents=frozenset(), not_typed=event.why))


def _wrong_pin(visit: Visit, event: e.PinWrong) -> Step:
    if event.tries_left == 0:
        return _stuck(replace(visit, tries_left=0), Outcome.CARD_LOCKED)
    left = event.tries_left
    return Step(replace(visit, stage=Stage.CARD_ON, tries_left=left, consents=frozenset(), pin_was_wrong=True))


def _was_read(visit: Visit, event: e.CardWasRead) -> Step:
    read = replace(visit, verdict=event.verdict, challenge_id=event.challenge_id, tries_left=None, consents=frozenset())
    if not event.verdict.possession_proved or event.verdict.chain_valid is False:
        step = _stuck(read, Outcome.CARD_UNREADABLE)
    elif not event.verdict.dates_valid:
        step = _stuck(read, Outcome.CARD_EXPIRED)
    else:
        step = Step(replace(read, stage=Stage.READ))
    return replace(step, effects=(e.Effect.REPORT_READ, *step.effects))


def _fail_read(visit: Visit, _event: e.ReadFailed) -> Step:
    if visit.stage is Stage.FINISHING:
        return Step(replace(visit, stage=Stage.READ, did_not_answer=True))
    # How many tries are left is not known now: the card is asked again before anybody types.
    failed = _without_resident(replace(visit, did_not_answer=True), Stage.PREPARED)
    return Step(failed, (e.Effect.WIPE, e.Effect.INSPECT_CARD))


def _settle(visit: Visit, event: e.ServiceSettled) -> Step | e.Refused:
    service = next((one for one in visit.services if one.id == event.service), None)
    if service is None:
        return e.Refused(e.Reason.UNKNOWN_SERVICE)
    reason = _items_open(visit, service.items)
    if event.result is ServiceResult.DONE and reason is not None:
        return e.Refused(reason)
    settled = Settled(event.service, visit.person, event.result, visit.active_at)
    others = tuple(one for one in visit.settled if (one.service, one.person) != (event.service, visit.person))
    return Step(replace(visit, settled=(*others, settled)))


def _add_service(visit: Visit, event: e.ServiceAdded) -> Step:
    known = {service.id for service in visit.services}
    added = () if event.service.id in known else (event.service,)
    more = replace(visit, services=(*visit.services, *added))
    if visit.stage is Stage.READ and more.takes_card and not visit.was_read:
        return Step(replace(more, stage=Stage.CALLED))  # what went without a card needs one now
    return Step(more)


def _name_payment(visit: Visit, event: e.PaymentNamed) -> Step | e.Refused:
    name = " ".join(event.name.split())
    if looks_like_a_number(name):
        return e.Refused(e.Reason.LOOKS_LIKE_A_NUMBER)
    return Step(replace(visit, payment_service=name, payment_confirmed=False))


def _confirm_payment(visit: Visit, _event: e.PaymentConfirmed) -> Step | e.Refused:
    if not visit.payment_service:
        return e.Refused(e.Reason.NOT_NOW)
    return Step(replace(visit, payment_confirmed=True))


def _finish(visit: Visit, _event: e.FinishAsked) -> Step | e.Refused:
    results = [(service, visit.result_of(service.id)) for service in visit.services]
    if any(result is None for _, result in results):
        return e.Refused(e.Reason.SERVICES_OPEN)
    named = any(result is ServiceResult.DONE and service.names_payment_service for service, result in results)
    if named and not visit.payment_confirmed:
        return e.Refused(e.Reason.PAYMENT_NOT_CONFIRMED)
    if not visit.takes_card:
        return _ending(visit, _outcome_of_services(visit))
    return Step(replace(visit, stage=Stage.FINISHING, did_not_answer=False), (e.Effect.COMPARE_CARD,))


def _compare(visit: Visit, event: e.CardCompared) -> Step:
    return _ending(visit, _outcome_of_services(visit)) if event.is_same else _alarm(visit)


def _outcome_of_services(visit: Visit) -> Outcome:
    results = {visit.result_of(service.id) for service in visit.services}
    if ServiceResult.DONE in results:
        return Outcome.COMPLETED
    return Outcome.HANDED_OVER if ServiceResult.HANDED_OVER in results else Outcome.ABANDONED


def _end(visit: Visit, event: e.EndAsked) -> Step | e.Refused:
    allowed = _ENDS_ANY_TIME | _ENDS_OF.get(visit.stage, frozenset())
    if visit.stage is Stage.STUCK and visit.outcome is not None:
        allowed |= {visit.outcome}
    if event.outcome not in allowed:
        return e.Refused(e.Reason.NOT_NOW)
    return _ending(visit, event.outcome)


def _see_alarm(visit: Visit, _event: e.AlarmSeen) -> Step:
    return _ending(visit, Outcome.WRONG_CARD)


def _clear_page(visit: Visit, _event: e.PageCleared) -> Step:
    return _closed_by_evidence(replace(visit, page_cleared=True))


def _resume(visit: Visit, _event: e.Resumed) -> Step | e.Refused:
    if visit.is_cut_off:
        return e.Refused(e.Reason.CUT_OFF)
    if visit.takes_card:
        return Step(visit, (e.Effect.INSPECT_CARD,))
    return Step(replace(visit, stage=Stage.READ))


def _fall_idle(visit: Visit, _event: e.TimePassed) -> Step:
    """Three idle minutes: a visit whose card was read waits for that card; any other starts again."""
    match visit.stage:
        case Stage.STUCK if visit.outcome is not None:
            return _ending(visit, visit.outcome)
        case Stage.READ | Stage.FINISHING:
            return Step(_without_resident(visit, Stage.PAUSED), (e.Effect.WIPE,))
    return Step(replace(_without_resident(visit, Stage.CALLED), seen=frozenset()), (e.Effect.WIPE,))


def _stuck(visit: Visit, outcome: Outcome) -> Step:
    """The card cannot serve: both screens say what to do, until the clerk ends the visit or it is taken off."""
    return Step(replace(visit, stage=Stage.STUCK, outcome=outcome))


def _alarm(visit: Visit) -> Step:
    return Step(_without_resident(visit, Stage.ALARM), (e.Effect.WIPE, e.Effect.SOUND_ALARM))


def _ending(visit: Visit, outcome: Outcome) -> Step:
    ending = replace(_without_resident(visit, Stage.ENDING), outcome=outcome, page_cleared=False)
    return Step(ending, (e.Effect.WIPE, e.Effect.FORGET_CARD))


def _without_resident(visit: Visit, stage: Stage) -> Visit:
    """The visit with nothing of the resident in it but what the desk did."""
    return replace(
        visit,
        stage=stage,
        tries_left=None,
        consents=frozenset(),
        not_typed=None,
        pin_was_wrong=False,
        payment_service="",
    )


def _closed_by_evidence(visit: Visit) -> Step:
    if visit.stage is not Stage.ENDING or visit.reader is not Reader.EMPTY or not visit.page_cleared:
        return Step(visit)
    ended = (*visit.ended, visit.outcome or Outcome.ABANDONED)
    if visit.person < visit.party and visit.outcome is not Outcome.NO_SHOW:
        return Step(_next_person(visit, ended))
    return Step(replace(visit, stage=Stage.CLOSED, ended=ended), (e.Effect.REPORT_CLOSED,))


def _next_person(visit: Visit, ended: tuple[Outcome, ...]) -> Visit:
    """The next of the party, for whom nothing of the one before is left."""
    return replace(
        visit,
        stage=Stage.CALLED,
        person=visit.person + 1,
        seen=frozenset(),
        card=None,
        did_not_answer=False,
        verdict=None,
        challenge_id=None,
        payment_confirmed=False,
        outcome=None,
        page_cleared=False,
        ended=ended,
        is_cut_off=False,
    )


_ENDS_ANY_TIME = frozenset({Outcome.ABANDONED, Outcome.HANDED_OVER, Outcome.REFUSED_ITEMS})
_ENDS_OF = {
    Stage.CALLED: frozenset({Outcome.NO_SHOW}),
    Stage.PREPARED: frozenset({Outcome.CARD_UNREADABLE}),
    Stage.CARD_ON: frozenset({Outcome.CARD_UNREADABLE}),
}

_OPEN = frozenset(Stage) - {Stage.CLOSED}
_AT_WORK = frozenset({Stage.CALLED, Stage.PREPARED, Stage.READ})
_NOT_IDLE = frozenset({Stage.PAUSED, Stage.ALARM, Stage.ENDING, Stage.CLOSED, Stage.READING})

_HARDWARE = (
    e.CardNoticed,
    e.CardPlaced,
    e.CardLifted,
    e.ReaderLost,
    e.PadGaveUp,
    e.PinWrong,
    e.CardWasRead,
    e.ReadFailed,
    e.CardCompared,
    e.PageCleared,
    e.TimePassed,
)

_STEPS: dict[type[Any], tuple[frozenset[Stage], Callable[[Visit, Any], Step | e.Refused]]] = {
    e.ItemSeen: (_AT_WORK, _see_item),
    e.ItemsChecked: (frozenset({Stage.CALLED}), _check_items),
    e.CardNoticed: (_OPEN, _notice_card),
    e.CardPlaced: (_OPEN, _place_card),
    e.CardLifted: (_OPEN, _lift_card),
    e.ReaderLost: (_OPEN, _lose_reader),
    e.ClerkSawNoCard: (frozenset({Stage.ENDING}), _see_no_card),
    e.Consented: (frozenset({Stage.CARD_ON}), _consent),
    e.PinGiven: (frozenset({Stage.CARD_ON}), _give_pin),
    e.PadAsked: (frozenset({Stage.CARD_ON}), _ask_pad),
    e.PadGaveUp: (frozenset({Stage.READING}), _give_up_pad),
    e.PinWrong: (frozenset({Stage.READING}), _wrong_pin),
    e.CardWasRead: (frozenset({Stage.READING}), _was_read),
    e.ReadFailed: (frozenset({Stage.READING, Stage.FINISHING}), _fail_read),
    e.ServiceSettled: (frozenset({Stage.READ}), _settle),
    e.ServiceAdded: (_AT_WORK, _add_service),
    e.PaymentNamed: (frozenset({Stage.READ}), _name_payment),
    e.PaymentConfirmed: (frozenset({Stage.READ}), _confirm_payment),
    e.FinishAsked: (frozenset({Stage.READ}), _finish),
    e.CardCompared: (frozenset({Stage.FINISHING}), _compare),
    e.EndAsked: (_OPEN - {Stage.READING, Stage.FINISHING, Stage.ALARM, Stage.ENDING}, _end),
    e.AlarmSeen: (frozenset({Stage.ALARM}), _see_alarm),
    e.PageCleared: (frozenset({Stage.ENDING}), _clear_page),
    e.Resumed: (frozenset({Stage.PAUSED}), _resume),
    e.TimePassed: (_OPEN - _NOT_IDLE, _fall_idle),
}
