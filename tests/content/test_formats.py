"""How the town's pack words dates, hours and numbers: the table of docs/content.md."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content import Content
from bot.content.reading import read_pack
from bot.content.templates import Templates
from bot.language import Language

DEADLINE = date(2022, 9, 30)
STAFFED = [["08:30", "11:00"], ["13:00", "16:00"]]


@pytest.fixture(scope="module")
def content(pack_folder: Path) -> Content:
    """Only the formats are looked at, so an answer being rewritten does not matter."""
    return read_pack(pack_folder).content


@pytest.mark.parametrize(
    ("filter_name", "value", "ja", "easy", "en"),
    [
        ("day", DEADLINE, "令和4年9月30日", "2022年（令和4年）9月30日", "30 September 2022"),
        ("day", "2022-09-30", "令和4年9月30日", "2022年（令和4年）9月30日", "30 September 2022"),
        ("day", date(2019, 5, 1), "令和元年5月1日", "2019年（令和元年）5月1日", "1 May 2019"),
        ("day", date(2019, 4, 30), "平成31年4月30日", "2019年（平成31年）4月30日", "30 April 2019"),
        ("day", date(1989, 1, 8), "平成元年1月8日", "1989年（平成元年）1月8日", "8 January 1989"),
        ("day", date(1989, 1, 7), "1989年1月7日", "1989年1月7日", "7 January 1989"),
        ("day", date(1, 1, 1), "1年1月1日", "1年1月1日", "1 January 1"),
        ("day", date(2100, 12, 31), "令和82年12月31日", "2100年（令和82年）12月31日", "31 December 2100"),
        ("day", date(2101, 1, 1), "2101年1月1日", "2101年1月1日", "1 January 2101"),
        ("weekday_day", DEADLINE, "令和4年9月30日（金曜日）", "2022年9月30日（金よう日）", "Friday, 30 September 2022"),
        (
            "month_end", DEADLINE, "令和4年9月末（9月30日）", "2022年（令和4年）9月30日", "the end of September 2022 (30 September)",
        ),
        ("month", date(2022, 7, 31), "令和4年7月", "2022年（令和4年）7月", "July 2022"),
        ("yen", 7500, "7,500円", "7,500円", "7,500 yen"),
        ("number", 90000, "90,000", "90,000", "90,000"),
        (
            "hours", STAFFED,
            "午前8時30分から午前11時まで、午後1時から午後4時まで",
            "ごぜん8時30分から ごぜん11時まで、ごご1時から ごご4時まで",
            "8:30 a.m. to 11:00 a.m. and 1:00 p.m. to 4:00 p.m.",
        ),
        ("hours", [["12:00", "12:05"]], "午後0時から午後0時5分まで", "ごご0時から ごご0時5分まで", "12:00 p.m. to 12:05 p.m."),
    ],
)  # fmt: skip
def test_a_value_is_worded_in_each_language(
    content: Content, filter_name: str, value: object, ja: str, easy: str, en: str
) -> None:
    worded = {language: worded_by(content, language, filter_name, value) for language in Language}
    assert worded == {Language.JA: ja, Language.JA_EASY: easy, Language.EN: en}


@pytest.mark.parametrize(
    ("today", "ja", "easy", "en"),
    [
        (date(2022, 9, 18), "あと12日", "あと 12日", "12 days left"),
        (date(2022, 9, 29), "あと1日", "あと 1日", "1 day left"),
        (date(2022, 9, 30), "今日まで", "今日（きょう）まで", "today is the last day"),
        (date(2022, 10, 1), "期限を過ぎています", "もう おわりました", "the deadline has passed"),
    ],
)
def test_days_left_are_worded_in_each_language(content: Content, today: date, ja: str, easy: str, en: str) -> None:
    worded = {language: worded_by(content, language, "days_left", DEADLINE, today) for language in Language}
    assert worded == {Language.JA: ja, Language.JA_EASY: easy, Language.EN: en}


def worded_by(
    content: Content, language: Language, filter_name: str, value: object, today: date = date(2022, 7, 1)
) -> str:
    return Templates(content, language).compile(f"{{{{ value | {filter_name} }}}}")(value=value, today=today)
