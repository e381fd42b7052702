from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.instant import from_micros, to_micros


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_comes_back_the_same_to_the_microsecond(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at.astimezone(UTC)


def test_two_names_of_one_instant_are_one_number() -> None:
    tokyo = datetime(2022, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=9)))
    assert to_micros(tokyo) == to_micros(datetime(2022, 7, 1, 1, 0, tzinfo=UTC))


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2022, 7, 1, 1, 0))  # noqa: DTZ001
