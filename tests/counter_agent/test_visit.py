"""The stages of one visit: tables of events in, stages and effects out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_agent import events as e
from counter_agent.reporting import closed_of, outcome_of_party, read_of, services_done
from counter_agent.steps import IDLE, step
from counter_agent.visit import Reader, Stage, Step, Visit
from counter_agent.wire import REPORT, STATUS_AFTER, Outcome, ServiceResult
from tests.counter_agent.made_up import ADVICE, INSURANCE, ITEMS, MORNING, POINTS, visit

NOW = MORNING + timedelta(minutes=5)
GOOD = e.Verdict(possession_proved=True, dates_valid=True, chain_valid=True)
CARD = e.CardPlaced(e.CardKind.CARD, tries_left=3)
SAME = replace(CARD, same_as_before=True)
OTHER = replace(CARD, same_as_before=False)
ALL_READY: tuple[e.Event, ...] = (*(e.ItemSeen(item.id, e.ItemState.READY) for item in ITEMS), e.ItemsChecked())
UNTIL_READ: tuple[e.Event, ...] = (*ALL_READY, CARD, e.PinGiven(), e.CardWasRead(GOOD, "c" * 32))
SUPPORTED: tuple[e.Event, ...] = (
    *UNTIL_READ,
    e.PaymentNamed("あおぞらペイ"),
    e.PaymentConfirmed(),
    e.ServiceSettled("points", ServiceResult.DONE),
)
ENDING: tuple[e.Event, ...] = (*SUPPORTED, e.FinishAsked(), e.CardCompared(is_same=True))
CLOSED: tuple[e.Event, ...] = (*ENDING, e.CardLifted(), e.PageCleared())


def went(begun: Visit, events: Iterable[e.Event], *, at: datetime = NOW) -> Step:
    """The visit after all events, none of which may be refused, and the effects of them all."""
    effects: tuple[e.Effect, ...] = ()
    for event in events:
        taken = step(begun, event, at)
        assert isinstance(taken, Step), (event, taken)
        begun, effects = taken.visit, effects + taken.effects
    return Step(begun, effects)


def after(*events: e.Event) -> Visit:
    return went(visit(), events).visit


def refused(before: Visit, event: e.Event) -> e.Reason:
    taken = step(before, event, NOW)
    assert isinstance(taken, e.Refused)
    return taken.reason


def test_a_whole_visit_goes_through_its_stages_and_closes_by_evidence() -> None:
    done = went(visit(), CLOSED)
    assert done.visit.stage is Stage.CLOSED
    assert done.visit.ended == (Outcome.COMPLETED,)
    assert done.effects == (
        e.Effect.READ_CARD,
        e.Effect.REPORT_READ,
        e.Effect.COMPARE_CARD,
        e.Effect.WIPE,
        e.Effect.FORGET_CARD,
        e.Effect.REPORT_CLOSED,
    )


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        pytest.param((), Stage.CALLED, id="called"),
        pytest.param(ALL_READY, Stage.PREPARED, id="prepared"),
        pytest.param((*ALL_READY, CARD), Stage.CARD_ON, id="card on"),
        pytest.param((*ALL_READY, CARD, e.PinGiven()), Stage.READING, id="reading"),
        pytest.param(UNTIL_READ, Stage.READ, id="read"),
        pytest.param((*SUPPORTED, e.FinishAsked()), Stage.FINISHING, id="finishing"),
        pytest.param(ENDING, Stage.ENDING, id="ending"),
        pytest.param((*ENDING, e.PageCleared()), Stage.ENDING, id="page cleared, card still on"),
        pytest.param((*ENDING, e.CardLifted()), Stage.ENDING, id="card off, page not cleared"),
        pytest.param((*ENDING, e.PageCleared(), e.CardLifted()), Stage.CLOSED, id="page cleared, then card off"),
        pytest.param((CARD, *ALL_READY), Stage.CARD_ON, id="card laid down before the ticks"),
        pytest.param((*UNTIL_READ, e.CardLifted()), Stage.PAUSED, id="lifted after the read"),
        pytest.param((*UNTIL_READ, e.CardLifted(), SAME), Stage.READ, id="the same card came back"),
        pytest.param((*UNTIL_READ, e.CardLifted(), OTHER), Stage.ALARM, id="another card came back"),
        pytest.param((*ALL_READY, CARD, e.PinGiven(), e.CardLifted()), Stage.PREPARED, id="lifted in the read"),
        pytest.param((*ALL_READY, CARD, e.PinGiven(), e.ReadFailed()), Stage.PREPARED, id="the card was silent"),
    ],
)
def test_stages(events: tuple[e.Event, ...], stage: Stage) -> None:
    assert after(*events).stage is stage


@pytest.mark.parametrize(
    ("placed", "outcome"),
    [
        (e.CardPlaced(e.CardKind.OTHER, None), Outcome.NOT_MY_NUMBER_CARD),
        (e.CardPlaced(e.CardKind.OLD_CARD, 3), Outcome.NOT_MY_NUMBER_CARD),
        (e.CardPlaced(e.CardKind.PHONE, 3), Outcome.NOT_MY_NUMBER_CARD),
        (e.CardPlaced(e.CardKind.CARD, 0), Outcome.CARD_LOCKED),
        (e.CardPlaced(e.CardKind.CARD, 3, has_certificate=False), Outcome.CARD_UNREADABLE),
    ],
)
def test_a_card_that_cannot_serve_is_an_outcome_of_its_own(placed: e.CardPlaced, outcome: Outcome) -> None:
    stuck = after(*ALL_READY, placed)
    assert (stuck.stage, stuck.outcome) == (Stage.STUCK, outcome)
    ended = went(stuck, (e.EndAsked(outcome), e.CardLifted(), e.PageCleared())).visit
    assert ended.ended == (outcome,)


def test_the_wrong_kind_of_card_may_be_changed_for_the_right_one() -> None:
    stuck = after(*ALL_READY, e.CardPlaced(e.CardKind.OTHER, None))
    assert went(stuck, (e.CardLifted(), CARD)).visit.stage is Stage.CARD_ON


def test_a_locked_card_stays_locked_when_it_is_lifted() -> None:
    stuck = after(*ALL_READY, CARD, e.PinGiven(), e.PinWrong(0), e.CardLifted(), CARD)
    assert (stuck.stage, stuck.outcome) == (Stage.STUCK, Outcome.CARD_LOCKED)


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (replace(GOOD, dates_valid=False), Outcome.CARD_EXPIRED),
        (replace(GOOD, possession_proved=False), Outcome.CARD_UNREADABLE),
        (replace(GOOD, chain_valid=False), Outcome.CARD_UNREADABLE),
    ],
)
def test_a_read_that_proves_too_little_stops_the_visit(verdict: e.Verdict, outcome: Outcome) -> None:
    stuck = went(visit(), (*ALL_READY, CARD, e.PinGiven(), e.CardWasRead(verdict, None)))
    assert (stuck.visit.stage, stuck.visit.outcome) == (Stage.STUCK, outcome)
    assert e.Effect.REPORT_READ in stuck.effects


def test_without_anchors_the_visit_goes_on() -> None:
    read = after(*ALL_READY, CARD, e.PinGiven(), e.CardWasRead(replace(GOOD, chain_valid=None), None))
    assert read.stage is Stage.READ


def test_everything_must_be_looked_at_before_the_card() -> None:
    assert refused(after(*ALL_READY[1:-1]), e.ItemsChecked()) is e.Reason.ITEMS_OPEN


def test_a_missing_thing_stops_the_visit_until_it_is_refused() -> None:
    missing = after(*ALL_READY[:-1], e.ItemSeen("pin", e.ItemState.MISSING))
    assert refused(missing, e.ItemsChecked()) is e.Reason.ITEMS_MISSING
    assert went(missing, (e.EndAsked(Outcome.REFUSED_ITEMS), e.PageCleared())).visit.ended == (Outcome.REFUSED_ITEMS,)


def test_only_what_a_payment_service_may_not_ask_for_may_be_unneeded() -> None:
    assert refused(visit(), e.ItemSeen("pin", e.ItemState.UNNEEDED)) is e.Reason.ITEM_IS_NEEDED
    assert after(e.ItemSeen("payment_id", e.ItemState.UNNEEDED)).seen_as("payment_id") is e.ItemState.UNNEEDED
    assert refused(visit(), e.ItemSeen("umbrella", e.ItemState.READY)) is e.Reason.UNKNOWN_ITEM


def test_with_two_tries_left_no_consent_is_needed() -> None:
    assert after(*ALL_READY, replace(CARD, tries_left=2), e.PinGiven()).stage is Stage.READING


@pytest.mark.parametrize("consents", [(), (e.Who.CLERK,), (e.Who.RESIDENT,)])
def test_the_last_try_needs_both_consents(consents: tuple[e.Who, ...]) -> None:
    before = after(*ALL_READY, replace(CARD, tries_left=1), *(e.Consented(who) for who in consents))
    assert refused(before, e.PinGiven()) is e.Reason.CONSENT_NEEDED
    both = went(before, (e.Consented(e.Who.CLERK), e.Consented(e.Who.RESIDENT), e.PinGiven()))
    assert both.effects == (e.Effect.READ_CARD,)


def test_a_consent_does_not_outlive_the_card_it_was_given_for() -> None:
    before = after(*ALL_READY, replace(CARD, tries_left=1), e.Consented(e.Who.CLERK), e.Consented(e.Who.RESIDENT))
    again = went(before, (e.CardLifted(), replace(CARD, tries_left=1))).visit
    assert refused(again, e.PinGiven()) is e.Reason.CONSENT_NEEDED


def test_a_wrong_pin_says_how_many_tries_are_left() -> None:
    wrong = after(*ALL_READY, CARD, e.PinGiven(), e.PinWrong(2))
    assert (wrong.stage, wrong.tries_left) == (Stage.CARD_ON, 2)


def test_a_silent_card_is_asked_for_its_tries_again_before_anybody_types() -> None:
    failed = went(visit(), (*ALL_READY, CARD, e.PinGiven(), e.ReadFailed()))
    assert failed.effects[-2:] == (e.Effect.WIPE, e.Effect.INSPECT_CARD)
    assert failed.visit.did_not_answer
    asked = went(failed.visit, (CARD,)).visit
    assert (asked.stage, asked.did_not_answer) == (Stage.CARD_ON, True)
    assert not went(asked, (e.PinGiven(),)).visit.did_not_answer
    assert not went(failed.visit, (e.CardLifted(), e.CardNoticed(), CARD)).visit.did_not_answer


def test_where_the_reader_has_keys_the_pin_is_typed_there_and_nowhere_else() -> None:
    on = after(*ALL_READY, replace(CARD, has_pad=True))
    assert refused(on, e.PinGiven()) is e.Reason.TYPE_ON_THE_READER
    assert went(on, (e.PadAsked(),)).effects == (e.Effect.READ_ON_PAD,)
    assert refused(after(*ALL_READY, CARD), e.PadAsked()) is e.Reason.NO_PAD


@pytest.mark.parametrize("why", list(e.NotTyped))
def test_a_pad_that_sent_nothing_leaves_the_tries_and_asks_for_consent_anew(why: e.NotTyped) -> None:
    last = replace(CARD, tries_left=1, has_pad=True)
    agreed = after(*ALL_READY, last, e.Consented(e.Who.CLERK), e.Consented(e.Who.RESIDENT))
    back = went(agreed, (e.PadAsked(), e.PadGaveUp(why))).visit
    assert (back.stage, back.tries_left, back.not_typed) == (Stage.CARD_ON, 1, why)
    assert refused(back, e.PadAsked()) is e.Reason.CONSENT_NEEDED


def test_a_different_card_at_the_end_stops_the_visit_with_an_alarm() -> None:
    alarm = went(visit(), (*SUPPORTED, e.FinishAsked(), e.CardCompared(is_same=False)))
    assert alarm.visit.stage is Stage.ALARM
    assert alarm.effects[-1] is e.Effect.SOUND_ALARM
    assert refused(alarm.visit, e.EndAsked(Outcome.ABANDONED)) is e.Reason.NOT_NOW
    ended = went(alarm.visit, (e.AlarmSeen(), e.PageCleared(), e.CardLifted())).visit
    assert ended.ended == (Outcome.WRONG_CARD,)


def test_a_card_that_does_not_answer_at_the_end_may_be_asked_again() -> None:
    again = after(*SUPPORTED, e.FinishAsked(), e.ReadFailed())
    assert again.stage is Stage.READ
    assert again.did_not_answer
    assert went(again, (e.FinishAsked(),)).visit.stage is Stage.FINISHING


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (e.PaymentNamed("1234 5678 9012"), e.Reason.LOOKS_LIKE_A_NUMBER),
        (e.PaymentNamed("someone@example.jp"), e.Reason.LOOKS_LIKE_A_NUMBER),
        (e.PaymentNamed("   "), e.Reason.LOOKS_LIKE_A_NUMBER),
        (e.PaymentConfirmed(), e.Reason.NOT_NOW),
        (e.FinishAsked(), e.Reason.SERVICES_OPEN),
        (e.ServiceSettled("insurance", ServiceResult.DONE), e.Reason.UNKNOWN_SERVICE),
        (e.EndAsked(Outcome.COMPLETED), e.Reason.NOT_NOW),
        (e.EndAsked(Outcome.NO_SHOW), e.Reason.NOT_NOW),
        (e.EndAsked(Outcome.WRONG_CARD), e.Reason.NOT_NOW),
    ],
)
def test_what_may_not_happen_while_support_is_given(event: e.Event, reason: e.Reason) -> None:
    assert refused(after(*UNTIL_READ), event) is reason


def test_the_payment_service_must_be_confirmed_before_the_end() -> None:
    named = after(*UNTIL_READ, e.ServiceSettled("points", ServiceResult.DONE), e.PaymentNamed("あおぞらペイ"))
    assert refused(named, e.FinishAsked()) is e.Reason.PAYMENT_NOT_CONFIRMED
    renamed = went(named, (e.PaymentConfirmed(), e.PaymentNamed("みどりカード"))).visit
    assert refused(renamed, e.FinishAsked()) is e.Reason.PAYMENT_NOT_CONFIRMED


def test_a_service_that_was_not_done_needs_no_payment_service() -> None:
    ended = after(*UNTIL_READ, e.ServiceSettled("points", ServiceResult.HANDED_OVER), e.FinishAsked())
    assert went(ended, (e.CardCompared(is_same=True),)).visit.outcome is Outcome.HANDED_OVER


def test_a_service_added_later_needs_its_things_too() -> None:
    begun = visit(INSURANCE)
    ready = [e.ItemSeen(item.id, e.ItemState.READY) for item in ITEMS]
    read = went(
        begun, (*ready[:2], e.ItemsChecked(), CARD, e.PinGiven(), e.CardWasRead(GOOD, None), e.ServiceAdded(POINTS))
    )
    assert refused(read.visit, e.ServiceSettled("points", ServiceResult.DONE)) is e.Reason.ITEMS_OPEN
    both = went(read.visit, (*ready[2:], e.ServiceSettled("points", ServiceResult.DONE))).visit
    assert both.stage is Stage.READ
    assert went(both, (e.ServiceAdded(POINTS),)).visit.services == (INSURANCE, POINTS)


def test_advice_needs_no_card_but_the_page_is_cleared_all_the_same() -> None:
    advised = went(visit(ADVICE), (e.ItemsChecked(), e.ServiceSettled("advice", ServiceResult.DONE), e.FinishAsked()))
    assert advised.visit.stage is Stage.ENDING
    assert went(advised.visit, (e.PageCleared(),)).visit.ended == (Outcome.COMPLETED,)


def test_lifting_the_card_takes_everything_of_the_resident_with_it() -> None:
    lifted = went(visit(), (*UNTIL_READ, e.PaymentNamed("あおぞらペイ"), e.CardLifted()))
    assert lifted.effects[-1] is e.Effect.WIPE
    assert lifted.visit.payment_service == ""
    assert lifted.visit.tries_left is None


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        pytest.param(ALL_READY[:2], Stage.CALLED, id="ticking"),
        pytest.param((*ALL_READY, CARD), Stage.CALLED, id="card on, no PIN"),
        pytest.param((*UNTIL_READ, e.PaymentNamed("あおぞらペイ")), Stage.PAUSED, id="support"),
        pytest.param((*ALL_READY, replace(CARD, tries_left=0)), Stage.ENDING, id="locked"),
    ],
)
def test_three_idle_minutes_wipe_the_screen_and_the_memory(events: tuple[e.Event, ...], stage: Stage) -> None:
    before = after(*events)
    just_before = step(before, e.TimePassed(), NOW + IDLE - timedelta(seconds=1))
    assert just_before == Step(before)
    idle = step(before, e.TimePassed(), NOW + IDLE)
    assert isinstance(idle, Step)
    assert idle.visit.stage is stage
    assert e.Effect.WIPE in idle.effects
    assert (idle.visit.payment_service, idle.visit.tries_left) == ("", None)


def test_after_a_pause_the_card_is_looked_at_before_anything_goes_on() -> None:
    paused = after(*UNTIL_READ, e.CardLifted())
    assert went(paused, (e.Resumed(),)).effects == (e.Effect.INSPECT_CARD,)
    assert refused(after(*ALL_READY), e.Resumed()) is e.Reason.NOT_NOW


PHONE = e.CardPlaced(e.CardKind.PHONE, None)


def test_a_phone_in_the_middle_leads_back_to_the_card_that_was_read() -> None:
    paused = after(*UNTIL_READ, e.CardLifted(), PHONE, e.CardLifted())
    assert paused.stage is Stage.PAUSED
    assert went(paused, (SAME,)).visit.stage is Stage.READ
    assert went(paused, (OTHER,)).visit.stage is Stage.ALARM


def test_a_card_remembered_from_somebody_else_opens_nothing_and_is_forgotten() -> None:
    for remembered in (SAME, OTHER):
        placed = went(visit(), (*ALL_READY, remembered))
        assert placed.visit.stage is Stage.CARD_ON
        assert placed.effects == (e.Effect.FORGET_CARD,)


def test_where_nobody_can_tell_which_card_it_is_the_visit_stays_paused() -> None:
    paused = went(after(*UNTIL_READ, e.CardLifted()), (CARD,)).visit
    assert (paused.stage, paused.did_not_answer) == (Stage.PAUSED, True)
    assert went(paused, (SAME,)).visit.stage is Stage.READ


def test_a_visit_that_was_cut_off_after_the_read_can_only_end() -> None:
    cut_off = replace(after(*UNTIL_READ, e.CardLifted()), is_cut_off=True)
    for card in (CARD, SAME):
        assert went(cut_off, (card,)).visit.stage is Stage.PAUSED
    assert refused(cut_off, e.Resumed()) is e.Reason.CUT_OFF
    assert went(cut_off, (e.EndAsked(Outcome.ABANDONED),)).visit.stage is Stage.ENDING


def test_a_service_that_needs_the_card_is_not_given_without_it() -> None:
    begun = went(visit(ADVICE), (e.ItemsChecked(), e.ServiceAdded(POINTS))).visit
    assert (begun.stage, begun.takes_card) == (Stage.CALLED, True)


def test_a_card_laid_down_while_the_visit_ends_must_be_taken_off_too() -> None:
    ending = after(*ENDING, e.CardLifted(), e.CardNoticed(), e.PageCleared())
    assert ending.stage is Stage.ENDING
    assert went(ending, (e.CardLifted(),)).visit.stage is Stage.CLOSED


def test_a_lost_reader_is_no_evidence_but_the_clerk_may_say_so() -> None:
    ending = after(*ENDING, e.ReaderLost(), e.PageCleared())
    assert (ending.stage, ending.reader) == (Stage.ENDING, Reader.LOST)
    assert went(ending, (e.ClerkSawNoCard(),)).visit.stage is Stage.CLOSED
    assert refused(after(*ENDING), e.ClerkSawNoCard()) is e.Reason.READER_IS_THERE


def test_a_reader_lost_in_the_middle_pauses_the_visit() -> None:
    lost = after(*UNTIL_READ, e.ReaderLost())
    assert (lost.stage, lost.reader) == (Stage.PAUSED, Reader.LOST)


def test_each_of_a_party_has_an_end_of_their_own() -> None:
    first = went(visit(party=2), CLOSED).visit
    assert (first.stage, first.person, first.seen, first.verdict) == (Stage.CALLED, 2, frozenset(), None)
    assert first.payment_service == ""
    second = went(first, (*ALL_READY, replace(CARD, tries_left=0), e.EndAsked(Outcome.CARD_LOCKED)))
    both = went(second.visit, (e.CardLifted(), e.PageCleared())).visit
    assert both.stage is Stage.CLOSED
    assert outcome_of_party(both.ended) is Outcome.COMPLETED
    assert [one.result for one in services_done(both)] == [ServiceResult.DONE]


def test_a_no_show_closes_for_the_whole_party() -> None:
    gone = went(visit(party=3), (e.EndAsked(Outcome.NO_SHOW), e.PageCleared())).visit
    assert (gone.stage, gone.ended) == (Stage.CLOSED, (Outcome.NO_SHOW,))


def test_what_is_reported_is_counts_and_verdicts() -> None:
    closed = after(*CLOSED)
    report = closed_of(closed, report_id="1" * 32, at=NOW + timedelta(minutes=10))
    assert (report.outcome, report.waited_s, report.took_s) == (Outcome.COMPLETED, 240, 660)
    assert report.services[0].took_s == 60
    read = read_of(closed, report_id="2" * 32, at=NOW)
    assert read is not None
    assert read.possession_proved
    assert "あおぞら" not in REPORT.dump_json(report).decode()
    assert read_of(visit(), report_id="2" * 32, at=NOW) is None


def test_every_outcome_makes_something_of_the_booking() -> None:
    assert set(STATUS_AFTER) == set(Outcome)


EVENTS: tuple[e.Event, ...] = (
    *ALL_READY,
    *CLOSED,
    OTHER,
    SAME,
    replace(CARD, tries_left=1),
    replace(CARD, tries_left=0),
    e.CardPlaced(e.CardKind.OTHER, None),
    e.CardNoticed(),
    e.CardLifted(),
    e.ReaderLost(),
    e.ClerkSawNoCard(),
    e.Consented(e.Who.CLERK),
    e.Consented(e.Who.RESIDENT),
    e.PinWrong(0),
    e.PinWrong(1),
    e.ReadFailed(),
    replace(CARD, has_pad=True),
    e.PadAsked(),
    *(e.PadGaveUp(why) for why in e.NotTyped),
    e.CardCompared(is_same=False),
    e.AlarmSeen(),
    e.Resumed(),
    e.ServiceAdded(INSURANCE),
    *(e.EndAsked(outcome) for outcome in Outcome),
)


@given(st.lists(st.sampled_from(EVENTS), max_size=40), st.integers(0, len(CLOSED)))
def test_no_order_of_events_closes_a_visit_without_evidence(events: list[e.Event], head: int) -> None:
    now_on, was_cleared = visit(), False
    for event in (*CLOSED[:head], *events):
        before = now_on
        taken = step(before, event, NOW)
        if isinstance(taken, e.Refused):
            continue
        now_on = taken.visit
        was_cleared = now_on.page_cleared
        if before.stage is not Stage.CLOSED and now_on.stage is Stage.CLOSED:
            assert was_cleared
            assert now_on.reader is Reader.EMPTY
            assert e.Effect.REPORT_CLOSED in taken.effects
        if now_on.stage in {Stage.ENDING, Stage.CLOSED, Stage.PAUSED, Stage.ALARM, Stage.PREPARED}:
            assert (now_on.payment_service, now_on.tries_left) == ("", None)
        assert before.stage is not Stage.CLOSED or now_on == replace(before, active_at=now_on.active_at)
        if e.Effect.READ_CARD in taken.effects and before.tries_left == 1:
            assert before.consents == frozenset(e.Who)
        if now_on.stage in {Stage.READ, Stage.FINISHING} and now_on.takes_card:
            assert now_on.was_read
        if now_on.was_read and before.was_read and now_on.person == before.person:
            assert now_on.stage not in {Stage.PREPARED, Stage.CARD_ON, Stage.READING}, "nobody else's card is read"


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_after_an_alarm_only_the_alarm_ends_the_visit(events: list[e.Event]) -> None:
    alarmed = after(*SUPPORTED, e.FinishAsked(), e.CardCompared(is_same=False))
    for event in events:
        taken = step(alarmed, event, NOW)
        if isinstance(taken, Step):
            alarmed = taken.visit
    assert alarmed.stage is Stage.ALARM or alarmed.outcome is Outcome.WRONG_CARD
