"""The town's scheme: no fault, proved in seconds, each example right, each limit with its days, each value with a source."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.content import Content, check_pack
from bot.content.eligibility_examples import read_examples
from bot.content.part import read_yaml
from bot.eligibility.changes import limits_of
from bot.eligibility.examples import Example, days_without_example, differences
from bot.eligibility.prove import prove
from bot.eligibility.rules import Scheme
from bot.eligibility.ruling import ruling_on
from bot.errors import Fault

SLOWEST_PROOF_S = 10
FOLDER = "eligibility/mynapoint"


@pytest.fixture(scope="module")
def scheme(content: Content) -> Scheme:
    return content.schemes["mynapoint"]


@pytest.fixture(scope="module")
def examples(pack_folder: Path, scheme: Scheme) -> tuple[Example, ...]:
    faults: list[Fault] = []
    read = tuple(
        example for example, _ in read_examples(read_yaml(pack_folder, f"{FOLDER}/examples.yaml", faults), scheme)
    )
    assert faults == []
    return read


def test_the_scheme_has_no_fault(pack_folder: Path) -> None:
    assert [str(fault) for fault in check_pack(pack_folder) if fault.file.startswith("eligibility/")] == []


def test_the_proof_finds_nothing_and_is_quick(scheme: Scheme) -> None:
    ruling_on.cache_clear()
    begun = time.process_time()
    assert prove(scheme) == ()
    assert time.process_time() - begun < SLOWEST_PROOF_S


def test_every_example_is_right(scheme: Scheme, examples: tuple[Example, ...]) -> None:
    wrong = {example.id: found for example in examples if (found := differences(scheme, example))}
    assert wrong == {}
    assert len(examples) >= 60


def test_every_limit_has_examples_on_the_day_before_the_day_and_the_day_after(
    scheme: Scheme, examples: tuple[Example, ...]
) -> None:
    assert list(days_without_example(scheme, examples)) == []
    assert date(2022, 9, 30) in limits_of(scheme)


def test_every_status_is_in_an_example(scheme: Scheme, examples: tuple[Example, ...]) -> None:
    shown = {status for example in examples for status in example.gives.values()}
    assert set(scheme.statuses) - shown == set()


def test_every_value_has_its_source_and_the_day_it_was_checked(content: Content, scheme: Scheme) -> None:
    for value in scheme.values.values():
        for line in value.history:
            assert line.source.section in content.page.sections, value.name
            assert all(re.fullmatch(r"F\d\d", fact) for fact in line.source.facts), value.name
            assert content.page.updated_on <= line.checked_on, value.name


def test_the_day_before_the_first_value_is_unknown(scheme: Scheme) -> None:
    for value in scheme.values.values():
        first = value.history[0].from_on
        assert str(value.on(first - timedelta(days=1))) == f"{value.name} is not known before {first}"


def test_every_condition_a_reason_can_name_rests_on_a_source(scheme: Scheme) -> None:
    assert [name for name, condition in unsourced(scheme)] == []


def unsourced(scheme: Scheme) -> Iterator[tuple[str, object]]:
    """Conditions that look at a fact, have no source themselves and compare with no sourced value."""
    for version in scheme.versions:
        for name, condition in version.conditions.items():
            text = repr(condition.test)
            if condition.source is None and not any(value in text for value in scheme.values) and "Named" not in text:
                yield name, condition
