"""The chaos of `bench/chaos.py`, small: whatever happens to replicas, database and platforms, the desk is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import live_through
from tests.postgres import PostgresServer
from tests.walks.chaos_residents import Got
from tests.walks.chaos_town import Weather
from tests.walks.chaos_verdict import Repeats, compare

pytestmark = pytest.mark.postgres

RESIDENTS = 40


@pytest.mark.anyio
async def test_through_kills_a_restart_and_troubled_platforms_all_is_done_once_and_told_in_order(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    weather = Weather(kill_every_s=2.5, flooded=0.03, failed=0.03, answer_lost=0.03)
    verdict, there, _ = await live_through(postgres_server, tmp_path, RESIDENTS, weather, arrive_s=6.0, lease_s=12.0)
    assert verdict.faults == []
    assert verdict.numbers["seats taken"] != 0
    assert "confirmed" in str(verdict.numbers["bookings"])
    assert there.done["PostgreSQL restarts"] == 1
    assert there.done["kills"] >= 1
    assert there.done["doubled"] > 0
    assert there.done["delayed"] > 0
    assert there.telegram.troubles.total() > 0
    assert there.line.troubles.total() > 0


def got(*texts: str, by: str = "send") -> list[Got]:
    return [Got(text, (), by) for text in texts]


@pytest.mark.parametrize(
    ("arrived", "is_right"),
    [
        ("abc", True),
        ("aabc", True),
        ("ababc", True),
        ("abcc", True),
        ("ac", False),
        ("acb", False),
        ("ab", False),
        ("abcx", False),
        ("", False),
    ],
)
def test_the_verdict_knows_a_repeat_from_a_loss(arrived: str, is_right: bool) -> None:
    assert (compare("abc", got(*arrived), Repeats()) is None) == is_right


def test_the_verdict_tells_what_a_channel_could_have_prevented() -> None:
    repeats = Repeats()
    compare("ab", [*got("a", by="reply"), *got("a", "b", "b", by="push")], repeats)
    compare("a", got("a", "a"), repeats)
    assert (repeats.line_after_reply, repeats.line_pushed_twice, repeats.telegram) == (1, 1, 1)
