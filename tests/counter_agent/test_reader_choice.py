from __future__ import annotations

from pathlib import Path

import pytest

from counter_agent.card_errors import NoReader
from counter_agent.reader_choice import choose, recall, remember

ONE = "ACME CL [contactless] 00 00"
TWO = "Other Reader 01 00"


def test_the_only_reader_is_taken() -> None:
    assert choose((ONE,), None) == ONE


def test_the_one_asked_for_comes_before_the_remembered_one() -> None:
    assert choose((ONE, TWO), TWO, ONE) == TWO


def test_the_remembered_one_is_taken_among_several(tmp_path: Path) -> None:
    kept = tmp_path / "home" / "reader"
    assert recall(kept) is None
    remember(kept, TWO)
    assert choose((ONE, TWO), None, recall(kept)) == TWO


def test_several_without_a_choice_are_named() -> None:
    with pytest.raises(NoReader, match="several") as raised:
        choose((ONE, TWO), None)
    assert raised.value.readers == (ONE, TWO)


def test_another_reader_is_not_taken_for_the_remembered_one() -> None:
    with pytest.raises(NoReader, match="not there"):
        choose((TWO,), None, ONE)


def test_no_reader_at_all_is_said() -> None:
    with pytest.raises(NoReader, match="plugged in"):
        choose((), None)


def test_a_reader_plugged_in_elsewhere_is_known_again() -> None:
    assert choose((TWO, "ACME CL [contactless] 02 00"), None, ONE) == "ACME CL [contactless] 02 00"


def test_two_of_a_kind_are_told_apart() -> None:
    twins = ("ACME CL [contactless] 01 00", "ACME CL [contactless] 02 00")
    assert choose(twins, None, twins[1]) == twins[1]
    with pytest.raises(NoReader):
        choose(twins, None, ONE)
