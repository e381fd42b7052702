"""The contract: what it takes, what it refuses, and what it cannot hold at all."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from counter_agent import wire
from counter_agent.reporting import check_in_of, closed_of
from tests.counter_agent.made_up import MORNING, today, visit, visitor

FORBIDDEN = ("pin", "name", "certificate", "serial", "cn", "address", "phone", "payment_service")


@pytest.mark.parametrize("kind", [wire.CheckIn, wire.Called, wire.CardRead, wire.Closed])
def test_no_report_has_a_field_for_anything_of_the_resident(kind: type[wire.Report]) -> None:
    assert set(kind.model_fields).isdisjoint(FORBIDDEN)


def test_a_report_crosses_and_comes_back_the_same() -> None:
    for report in (
        check_in_of(visitor(), None, report_id="1" * 32),
        closed_of(visit(), report_id="2" * 32, at=MORNING),
    ):
        assert wire.REPORT.validate_json(wire.REPORT.dump_json(report)) == report


def test_a_list_crosses_and_comes_back_the_same() -> None:
    assert wire.Today.model_validate_json(today().model_dump_json()) == today()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "opened"},
        {"pin": "1234"},
        {"report_id": "1"},
        {"at": "2022-07-01T09:00:00"},
        {"services": []},
        {"party": 0},
        {"ticket": "x" * 40},
    ],
)
def test_a_report_that_is_none_is_refused(change: dict[str, object]) -> None:
    body = json.loads(wire.REPORT.dump_json(check_in_of(visitor(), None, report_id="1" * 32)))
    with pytest.raises(ValidationError):
        wire.REPORT.validate_json(json.dumps({**body, **change}))


def test_codes_and_tokens_do_not_show_themselves() -> None:
    assert "secret-code" not in repr(wire.EnrolRequest(code="secret-code", name="窓口1"))
    assert "t" * 32 not in repr(wire.Enrolled(agent_id="a", name="窓口1", token="t" * 32))
