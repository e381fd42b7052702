"""Days as residents type them; a day without a year is the last one up to today; an impossible day stays impossible."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.eligibility.answers import folded
from bot.eligibility.days import Impossible, Mentioned, find_day, with_digits
from bot.eligibility.facts import Span, on_day

TODAY = date(2022, 7, 4)


def found(text: str) -> Span | Impossible | None:
    mentioned = find_day(with_digits(folded(text)), TODAY)
    return mentioned.span if isinstance(mentioned, Mentioned) else mentioned


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("今日", "2022-07-04", "2022-07-04"),
        ("一昨日", "2022-07-02", "2022-07-02"),
        ("先々月", "2022-05-01", "2022-05-31"),
        ("今月", "2022-07-01", "2022-07-31"),
        ("先週", "2022-06-27", "2022-07-03"),
        ("2週間前", "2022-06-14", "2022-06-26"),
        ("三か月前", "2022-04-01", "2022-04-30"),
        ("3 months ago", "2022-04-01", "2022-04-30"),
        ("10日前", "2022-06-24", "2022-06-24"),
        ("2 years ago", "2020-01-01", "2020-12-31"),
        ("おととし", "2020-01-01", "2020-12-31"),
        ("this year", "2022-01-01", "2022-12-31"),
        ("12月", "2021-12-01", "2021-12-31"),
        ("5月上旬", "2022-05-01", "2022-05-10"),
        ("5月中旬", "2022-05-11", "2022-05-20"),
        ("2月下旬", "2022-02-21", "2022-02-28"),
        ("令和3年2月末", "2021-02-28", "2021-02-28"),
        ("平成31年4月30日", "2019-04-30", "2019-04-30"),
        ("令和元年5月", "2019-05-01", "2019-05-31"),
        ("令和2年", "2020-01-01", "2020-12-31"),
        ("2021/03", "2021-03-01", "2021-03-31"),
        ("mid May", "2022-05-11", "2022-05-20"),
        ("end of June 2021", "2021-06-30", "2021-06-30"),
        ("3rd of March 2021", "2021-03-03", "2021-03-03"),
        ("in 2019", "2019-01-01", "2019-12-31"),
        ("2月29日", "2020-02-29", "2020-02-29"),
    ],
)
def test_a_day_in_words(text: str, first: str, last: str) -> None:
    assert found(text) == Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("5月より前", None, "2022-04-30"),
        ("5月以前", None, "2022-05-31"),
        ("5月から", "2022-05-01", None),
        ("5月より後", "2022-06-01", None),
        ("after May", "2022-06-01", None),
        ("since May", "2022-05-01", None),
        ("until May", None, "2022-05-31"),
    ],
)
def test_a_direction_opens_one_end(text: str, first: str | None, last: str | None) -> None:
    ends = [date.fromisoformat(end) if end else None for end in (first, last)]
    assert found(text) == Span(*ends)


@pytest.mark.parametrize(
    "text", ["2022-02-30", "令和99年", "2021年2月29日", "13/1", "令和4年0月1日", "9999年", "1850年3月"]
)
def test_a_day_that_is_in_no_calendar_is_impossible(text: str) -> None:
    assert isinstance(found(text), Impossible)


@pytest.mark.parametrize("text", ["はい", "5000円", "ok", "", "0120-95-0178"])
def test_no_day_is_found_where_there_is_none(text: str) -> None:
    assert found(text) is None


@given(st.dates(date(2013, 1, 1), date(2032, 12, 31)))
def test_every_day_is_read_in_every_way_of_writing_it(day: date) -> None:
    ways = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} {day:%B} {day.year}",
    ]
    if day >= date(2019, 5, 1):
        era = day.year - 2018
        ways += [f"令和{era}年{day.month}月{day.day}日", f"R{era}.{day.month}.{day.day}"]
    assert {found(way) for way in ways} == {on_day(day)}


@given(st.text(max_size=60))
def test_no_text_breaks_the_calendar(text: str) -> None:
    assert found(text) is None or isinstance(found(text), Span | Impossible)
