"""Codes that are typed, and names that clerks can tell apart."""

from __future__ import annotations

from bot.enrolment import LONGEST_NAME, bare_code, free_name, new_code
from counter_agent.wire import EnrolRequest


def test_a_code_fits_the_contract_and_can_be_typed_in_any_way() -> None:
    code = new_code()
    EnrolRequest(code=code, name="窓口1")
    assert bare_code(code.lower().replace("-", " ")) == bare_code(code)
    assert len(bare_code(code)) == 12


def test_codes_differ() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


def test_a_name_stays_within_the_contract_when_a_number_follows_it() -> None:
    name = "窓" * LONGEST_NAME
    second = free_name(name, {name})
    assert len(second) == LONGEST_NAME
    assert second.endswith(" 2")
