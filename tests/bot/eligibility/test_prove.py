"""The proof: what it looks at is everything, and it says so where a rule leaves something open or asks in vain."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from bot.content import load_pack
from bot.eligibility.changes import days_to_try, limits_of, periods
from bot.eligibility.possible import completions, representatives
from bot.eligibility.prove import Flaw, prove, told
from bot.eligibility.rules import Scheme
from bot.eligibility.ruling import ruling_on
from tests.bot.eligibility.schemes import LATE, facts_of, mynapoint
from tests.bot.eligibility.second_scheme import write_scheme
from tests.bot.mini_pack import MiniPack


def heating(folder: Path, old: str = "", new: str = "") -> Scheme:
    pack = MiniPack(folder)
    write_scheme(pack)
    if old:
        pack.change("eligibility/heating/rule.yaml", old, new)
    return load_pack(folder).schemes["heating"]


def problems(flaws: tuple[Flaw, ...]) -> dict[str, str]:
    return {flaw.key: flaw.problem for flaw in flaws}


def test_a_day_asked_against_another_limit_than_the_rules_leaves_something_open(tmp_path: Path) -> None:
    found = problems(prove(heating(tmp_path, "limit: moved_by", "limit: closes")))
    assert found["benefits.voucher"].startswith("no question is left, but it is not decided: home here, moved_in_on ")


def test_a_missing_case_is_shown_with_the_facts_and_the_day(tmp_path: Path) -> None:
    case = "          - {status: later, when: [間に合って転入した], amount: voucher_yen, steps: [apply]}\n"
    found = problems(prove(heating(tmp_path, case, "")))
    assert re.fullmatch(r"no case holds: home here, moved_in_on 2023-.+ on 2023-.+; add one", found["benefits.voucher"])


def test_contradictions_that_can_never_come_up_are_found() -> None:
    (version,) = mynapoint().versions
    dead = replace(version.contradictions[0], id="dead", when=replace(version.contradictions[0].when, parts=(
        *version.contradictions[0].when.parts, *version.contradictions[2].when.parts,
    )))  # fmt: skip
    scheme = replace(mynapoint(), versions=(replace(version, contradictions=(*version.contradictions, dead)),))
    assert "can never come up" in problems(prove(scheme))["dead"]


def test_a_sum_above_the_maximum_is_found() -> None:
    found = problems(prove(replace(mynapoint(), at_most="round1_up_to")))
    assert found["at_most"].startswith("a sum exceeds the maximum: 20000 is more than 5000 on ")


def test_every_limit_is_tried_with_the_days_around_it() -> None:
    tried = days_to_try(mynapoint())
    assert date(2022, 9, 30) in limits_of(mynapoint())
    assert [day for day in tried if date(2022, 9, 1) < day < date(2022, 11, 1)] == [
        date(2022, 9, 29), date(2022, 9, 30), date(2022, 10, 1),
    ]  # fmt: skip


def test_periods_cover_every_day_once() -> None:
    first, last = date(2021, 12, 1), date(2023, 4, 1)
    stretches = periods(mynapoint(), first, last)
    assert (stretches[0][0], stretches[-1][1]) == (first, last)
    for (_, end), (begin, _) in pairwise(stretches):
        assert (begin - end).days == 1


def test_a_day_is_tried_on_each_side_of_its_limit() -> None:
    ruling = ruling_on(mynapoint(), LATE)
    tried = [str(day) for day in representatives(ruling, mynapoint().facts["card_applied_on"])]
    assert tried == ["2022-09-30", "2022-12-01"]


def test_a_number_is_tried_around_what_it_is_compared_with_and_at_its_ends() -> None:
    tried = representatives(ruling_on(mynapoint(), LATE), mynapoint().facts["round1_granted_yen"])
    assert tried == (0, 1, 4999, 5000)


def test_facts_that_do_not_exist_are_left_out_of_the_combinations() -> None:
    found = list(completions(ruling_on(mynapoint(), LATE), ["card_applied_on", "round1"], facts_of(card="none")))
    assert all("card_applied_on" not in given for given in found)
    assert {str(given["round1"]) for given in found} == {"none", "full"}, "partial would contradict"


@pytest.mark.parametrize(
    ("plain", "line"),
    [
        ({}, "nothing known"),
        ({"card": "has", "applied": []}, "card has, applied nothing"),
        ({"applied": ["group2", "group1"], "card_applied_on": "../2022-01-01"}, "applied group1+group2, card_applied_on ../2022-01-01"),
    ],
)  # fmt: skip
def test_facts_are_told_on_one_line(plain: dict[str, object], line: str) -> None:
    assert told(facts_of(**plain)) == line
