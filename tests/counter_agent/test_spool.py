"""Nothing that was accepted is lost, and nothing of a resident is in the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counter_agent import events as e
from counter_agent import keeping
from counter_agent.errors import SpoolError
from counter_agent.reporting import check_in_of, gone_without_visit
from counter_agent.spool import KEEP, Spool
from counter_agent.visit import Reader, Stage
from counter_agent.waiting import Counter
from counter_agent.wire import Accepted, AnyReport, Conflict, ConflictKind, Outcome, Status
from tests.counter_agent.made_up import MORNING, today, visit, visitor


def report(number: int = 1) -> AnyReport:
    return check_in_of(visitor(), None, report_id=f"{number:032x}")


def accepted(one: AnyReport) -> Accepted:
    return Accepted(report_id=one.report_id, ticket=one.ticket, status=Status.ARRIVED, version=2)


def test_a_report_outlives_the_program(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.put(report(1))
    spool.put(report(2))
    spool.close()
    again = Spool(tmp_path / "spool.db")
    assert (again.unsent(), again.oldest()) == (2, report(1))
    again.close()


def test_reports_go_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    for number in (3, 1, 2):
        spool.put(report(number))
    order = []
    while (oldest := spool.oldest()) is not None:
        order.append(oldest.report_id)
        spool.answered(oldest.report_id, accepted(oldest))
    assert [int(one, 16) for one in order] == [3, 1, 2]
    assert (spool.unsent(), spool.troubles()) == (0, ())
    spool.close()


def test_the_same_report_put_twice_is_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.put(report())
    spool.put(report())
    assert spool.unsent() == 1
    spool.close()


def test_conflicts_and_refusals_are_shown_until_they_are_seen(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.put(report(1))
    spool.put(report(2))
    spool.answered(report(1).report_id, Conflict(report_id=report(1).report_id, conflict=ConflictKind.CANCELLED))
    spool.refused(report(2).report_id, "invalid")
    kinds = [(one.conflict.conflict if one.conflict else None, one.refused) for one in spool.troubles()]
    assert kinds == [(ConflictKind.CANCELLED, None), (None, "invalid")]
    spool.seen(report(1).report_id)
    spool.seen(report(2).report_id)
    assert spool.troubles() == ()
    spool.close()


def test_a_second_agent_on_the_same_file_is_told_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    with pytest.raises(SpoolError, match="another counter-agent"):
        Spool(tmp_path / "spool.db")
    spool.close()


def test_a_file_that_is_no_spool_is_named(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_bytes(b"no database at all, by any means" * 40)
    with pytest.raises(SpoolError, match=r"spool\.db"):
        Spool(tmp_path / "spool.db")


def test_the_list_holds_for_its_day_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    assert spool.last_list() is None
    spool.keep_today(today())
    assert spool.today(today().day) == today()
    assert spool.today(today().day + timedelta(days=1)) is None
    assert spool.last_list() == today()
    spool.close()


def test_answered_reports_go_after_a_month_and_unanswered_ones_never(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.put(report(1))
    spool.put(report(2))
    spool.answered(report(1).report_id, accepted(report(1)))
    later = MORNING + KEEP + timedelta(days=1)
    spool.forget_before(later)
    assert [one.report_id for one in spool.reports_of(MORNING - timedelta(days=1), later)] == [report(2).report_id]
    spool.close()


def test_the_day_has_its_own_reports_by_the_clock_in_tokyo(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    midnight = MORNING.replace(hour=0)
    for number, at in ((1, midnight - timedelta(seconds=1)), (2, midnight), (3, midnight + timedelta(days=1))):
        spool.put(gone_without_visit("A-1", "a" * 32, Outcome.NO_SHOW, report_id=f"{number:032x}", at=at))
    of_day = spool.reports_of(midnight, midnight + timedelta(days=1))
    assert [int(one.report_id, 16) for one in of_day] == [2]
    spool.close()


def test_a_crash_forgets_nobody_and_closes_nothing() -> None:
    verdict = e.Verdict(possession_proved=True, dates_valid=True, chain_valid=True)
    at_work = replace(
        visit(), stage=Stage.READ, reader=Reader.CARD, payment_service="あおぞらペイ", tries_left=None, verdict=verdict
    )
    kept = keeping.dump(Counter(waiting=(visitor("B-2", visit_id="b" * 32),), visit=at_work, reader=Reader.CARD))
    assert "あおぞら" not in kept
    back = keeping.load(kept)
    assert back.waiting == (visitor("B-2", visit_id="b" * 32),)
    assert back.visit is not None
    assert (back.visit.stage, back.visit.reader, back.reader) == (Stage.PAUSED, Reader.LOST, Reader.LOST)
    assert back.visit.is_cut_off, "which card it was is not known any more"
    assert not back.is_free


def test_an_end_that_was_cut_off_still_needs_its_evidence() -> None:
    ending = replace(visit(), stage=Stage.ENDING, outcome=Outcome.COMPLETED, page_cleared=True)
    back = keeping.load(keeping.dump(Counter(visit=ending))).visit
    assert back is not None
    assert (back.stage, back.page_cleared, back.reader) == (Stage.ENDING, False, Reader.LOST)


@pytest.mark.parametrize("text", [None, "", "{}x", '{"waiting": 3}'])
def test_what_cannot_be_read_back_is_an_empty_counter(text: str | None) -> None:
    assert keeping.load(text) == Counter(reader=Reader.LOST)


def test_every_stage_comes_back_as_something() -> None:
    assert set(keeping._AS) == set(Stage)
