"""The counters' HTTP: as its OpenAPI says, closed to strangers, and the same report gets the same answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis.checks import CHECKS

from bot.web.counter_api import MOST_BYTES, counter_app
from bot.web.pace import Pace
from counter_agent import wire
from tests.fakes.counter_desk import CODE, NOW, TOKEN, FakeCounterDesk

pytestmark = pytest.mark.anyio
VISIT, REPORT = "a" * 32, "b" * 32
OURS = {"Authorization": f"Bearer {TOKEN}"}
_app = counter_app(FakeCounterDesk(), Pace(burst=1_000_000))
OF_NO_USE = {"ignored_auth", "missing_required_header", "unsupported_method"}
"""Checks that take away the token, or ask for what the counter never does."""

schema = schemathesis.openapi.from_asgi("/openapi.json", _app)


def check_in(report_id: str = REPORT, party: int = 1) -> dict[str, object]:
    return {
        "kind": "check_in", "report_id": report_id, "visit_id": VISIT, "ticket": "K7P-3R9X", "at": NOW.isoformat(),
        "services": ["points"], "party": party, "language": "ja",
    }  # fmt: skip


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = counter_app(FakeCounterDesk(), Pace(burst=20, per_second=0.01))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as one:
        yield one


async def test_a_code_enrols_one_counter_once(client: httpx.AsyncClient) -> None:
    body = {"code": CODE, "name": "窓口1"}
    first = await client.post("/enrol", json=body)
    assert (first.status_code, first.json()["token"]) == (201, TOKEN)
    again = await client.post("/enrol", json=body)
    assert (again.status_code, again.json()["code"]) == (403, "code_refused")


async def test_guessing_at_codes_is_slowed_down(client: httpx.AsyncClient) -> None:
    for _ in range(20):
        await client.post("/enrol", json={"code": "AAAAAA", "name": "x"})
    refused = await client.post("/enrol", json={"code": CODE, "name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert int(refused.headers["Retry-After"]) > 0


class BrokenDesk(FakeCounterDesk):
    """A house with a fault that nobody foresaw."""

    async def today(self, day: date | None) -> wire.Today:
        raise OverflowError(day)


async def test_a_fault_of_the_program_is_told_like_any_other_problem() -> None:
    app = counter_app(BrokenDesk(), Pace(burst=20))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as one:
        answer = await one.get("/today", headers=OURS)
    assert (answer.status_code, answer.json()["code"]) == (500, "unavailable")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
async def test_strangers_see_nothing(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answers = [
        await client.get("/today", headers=headers),
        await client.post("/challenge", headers=headers, json={"visit_id": VISIT}),
        await client.post("/reports", headers=headers, json=check_in()),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(401, "unauthorised")] * 3


async def test_the_same_report_gets_the_same_answer_and_another_body_is_refused(client: httpx.AsyncClient) -> None:
    first = await client.post("/reports", headers=OURS, json=check_in())
    assert first.json()["kind"] == "accepted"
    assert (await client.post("/reports", headers=OURS, json=check_in())).json() == first.json()
    other = await client.post("/reports", headers=OURS, json=check_in(party=2))
    assert (other.status_code, other.json()["code"]) == (409, "report_id_reused")


async def test_what_is_not_in_the_contract_is_refused_without_being_repeated(client: httpx.AsyncClient) -> None:
    wrong = {**check_in(), "pin": "1234"}
    answer = await client.post("/reports", headers=OURS, json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "pin" in answer.json()["detail"]
    assert "1234" not in answer.text


async def test_a_body_larger_than_any_report_is_not_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/reports", headers=OURS, content=b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 413


@schema.parametrize()
def test_it_behaves_as_its_openapi_says(case: Any) -> None:
    case.headers = {**(case.headers or {}), **OURS}
    skipped: Any = [check for check in CHECKS.get_all() if check.__name__ in OF_NO_USE]
    case.call_and_validate(excluded_checks=skipped)


def test_nothing_that_says_who_a_resident_is_can_cross() -> None:
    fields = {name for kind in wire.REPORT.json_schema()["$defs"].values() for name in kind.get("properties", {})}
    assert not fields & {"pin", "certificate", "serial", "cn", "address", "birth", "telephone"}
