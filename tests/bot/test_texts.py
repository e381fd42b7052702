"""A message is worded in the resident's language, on its day, with what the answer rests on and whom to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from bot.content import load_pack
from bot.content.pack import Formats
from bot.content.wording import Wording
from bot.dialogue import Choice, Joint, Kind, Phrase, Rendered, RenderedChoice, Say
from bot.errors import ContentError
from bot.language import Language
from bot.texts import Texts
from tests.bot.mini_pack import MiniPack

DAY = date(2022, 7, 1)


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    return MiniPack(tmp_path)


@pytest.fixture
def texts(pack: MiniPack) -> Texts:
    return Texts(load_pack(pack.folder))


def word(texts: Texts, key: str, language: Language = Language.JA, today: date = DAY, **args: str | int) -> str:
    return texts.word(Phrase(key, args), language, today)


def test_an_answer_is_followed_by_its_source_and_whom_to_call(texts: Texts) -> None:
    assert word(texts, "@answer/desk.hours") == (
        "平日の午前8時30分から午前11時まで午後1時から午後4時までです。\n\n"
        "出典：令和4年5月23日「窓口」\n市 042-000-1234"
    )  # fmt: skip


def test_a_general_answer_names_where_it_comes_from_and_nobody_to_call(texts: Texts) -> None:
    assert word(texts, "@answer/desk.gift", Language.EN) == (
        "7,500 yen.\n\nGeneral: 国の案内 (https://www.example.go.jp/)"
    )


def test_small_talk_has_neither_source_nor_telephone(texts: Texts) -> None:
    assert word(texts, "@answer/desk.hello", Language.EN) == "Hello."


@pytest.mark.parametrize(
    ("contact", "line"),
    [("hotline", "Telephone"), ("city", "City 042-000-1234"), ("both", "Both"), ("operator", "Operator")],
)
def test_whom_to_call_is_worded_by_the_pack(pack: MiniPack, contact: str, line: str) -> None:
    pack.change("faq/desk.yaml", "contact: city", f"contact: {contact}")
    assert word(Texts(load_pack(pack.folder)), "@answer/desk.hours", Language.EN).endswith(f'"窓口"\n{line}')


def test_an_answer_changes_with_the_day_it_is_given_on(texts: Texts) -> None:
    on_the_day, the_day_after = date(2023, 2, 28), date(2023, 3, 1)
    assert "終わりました" not in word(texts, "@answer/desk.hours", today=on_the_day)
    assert "終わりました" in word(texts, "@answer/desk.hours", today=the_day_after)
    assert "終わりました" not in word(texts, "@answer/desk.hours", today=on_the_day)


def test_days_left_are_counted_from_the_day_of_the_answer(texts: Texts) -> None:
    assert "あと242日" in word(texts, "@answer/desk.gift")
    assert "あと1日" in word(texts, "@answer/desk.gift", today=date(2023, 2, 27))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("@question/desk.hours", "What are your hours?"),
        ("@label/desk.hours", "Hours"),
        ("@topic/desk", "The desk"),
        ("button.menu", "Menu"),
        ("notice.over", "It is over"),
    ],
)
def test_a_phrase_is_worded_by_its_key(texts: Texts, key: str, expected: str) -> None:
    assert word(texts, key, Language.EN) == expected


def test_arguments_are_filled_in_and_a_day_may_come_as_text(texts: Texts) -> None:
    assert word(texts, "greeting", city="東京") == "東京へようこそ"
    assert word(texts, "booking.when", Language.EN, starts_on="2022-07-04") == "Monday, 4 July 2022"


def test_what_was_said_with_one_argument_is_not_said_with_another(texts: Texts) -> None:
    assert word(texts, "greeting", Language.EN, city="A") == "Welcome to A"
    assert word(texts, "greeting", Language.EN, city="B") == "Welcome to B"


def test_a_phrase_may_go_on_in_the_paragraph_or_the_line_before_it(texts: Texts) -> None:
    line, same = Phrase("notice.over", joint=Joint.LINE), Phrase("button.menu", joint=Joint.NONE)
    said = Say(Kind.MENU, (Phrase("button.menu"), line, same, Phrase("button.menu")))
    assert texts.render(said, Language.EN, DAY).text == "Menu\nIt is overMenu\n\nMenu"


def test_a_forgotten_argument_is_an_error_and_no_gap(texts: Texts) -> None:
    with pytest.raises(UndefinedError):
        word(texts, "greeting")


@pytest.mark.parametrize("key", ["nothing", "@answer/desk.none", "@label/desk.none", "@topic/none", "@hint/desk.hours"])
def test_a_key_the_pack_does_not_hold_is_named(texts: Texts, key: str) -> None:
    with pytest.raises(ContentError, match=key):
        word(texts, key)


def test_a_template_cannot_reach_out_of_its_sandbox(pack: MiniPack) -> None:
    pack.change("texts/en.yaml", "over: It is over", "over: '{{ page.__class__.__mro__ }}'")
    with pytest.raises(SecurityError, match="unsafe"):
        word(Texts(load_pack(pack.folder)), "notice.over", Language.EN)


def test_phrases_are_paragraphs_and_choices_keep_their_tokens(texts: Texts) -> None:
    say = Say(
        Kind.NOTICE,
        (Phrase("notice.changed"), Phrase("notice.over")),
        (Choice(Phrase("button.menu"), "menu"), Choice(Phrase("@label/desk.gift"), "ask:desk.gift")),
    )
    assert texts.render(say, Language.EN, DAY) == Rendered(
        "It changed\n\nIt is over", (RenderedChoice("Menu", "menu"), RenderedChoice("Amount", "ask:desk.gift"))
    )


KEPT = Say(
    Kind.ANSWER,
    (Phrase("@answer/desk.none"), Phrase("greeting", {"town": "東京"}), Phrase("notice.over")),
    (Choice(Phrase("@label/desk.none"), "ask:desk.none"), Choice(Phrase("button.menu"), "menu")),
)
"""Said by a pack that had an entry more, and a greeting that took another argument."""


def test_what_a_changed_pack_cannot_word_any_more_is_left_out_of_a_kept_message(texts: Texts) -> None:
    assert texts.render_kept(KEPT, Language.EN, DAY) == Rendered("It is over", (RenderedChoice("Menu", "menu"),))


def test_a_kept_message_of_which_nothing_is_left_is_an_apology(texts: Texts) -> None:
    gone = replace(KEPT, phrases=KEPT.phrases[:2])
    assert texts.render_kept(gone, Language.EN, DAY).text == "Something went wrong"


def test_a_pack_without_the_apology_still_breaks_no_page_and_is_found_out(pack: MiniPack) -> None:
    for language in Language:
        pack.change(f"texts/{language}.yaml", "failure: {unexpected", "failure: {other")
    gone = replace(KEPT, phrases=KEPT.phrases[:1])
    assert Texts(load_pack(pack.folder)).render_kept(gone, Language.JA, DAY).text == ""
    assert {fault.key for fault in pack.faults()} == {"failure.unexpected"}


def plain_wording() -> Wording:
    """Filters over patterns that show what they are given."""
    patterns = ("day", "weekday_day", "month_end", "month", "time", "hours", "yen", "number", "days_left")
    formats = Formats("R", "H", tuple("JFMAmjuaSOND"), tuple("mtwTfsS"), "am", "pm", {name: name for name in patterns})
    return Wording(formats, lambda name: lambda **given: f"{name} {sorted(given.items())}")


@pytest.mark.parametrize(
    ("day", "era", "year"),
    [
        (date(2019, 4, 30), "H", 31),
        (date(2019, 5, 1), "R", 1),
        (date(2019, 12, 31), "R", 1),
        (date(2020, 1, 1), "R", 2),
        (date(1989, 1, 8), "H", 1),
        (date(2022, 7, 1), "R", 4),
    ],
)
def test_reiwa_begins_on_the_first_of_may_2019(day: date, era: str, year: int) -> None:
    assert f"('era', '{era}'), ('era_year', {year})" in plain_wording().day(day)


@pytest.mark.parametrize(
    ("clock", "half", "hour", "hour12"),
    [("00:00", "am", 0, 12), ("11:59", "am", 11, 11), ("12:00", "pm", 12, 12), ("13:00", "pm", 13, 1), ("23:59", "pm", 23, 11)],
)  # fmt: skip
def test_an_hour_is_in_its_half_of_the_day(clock: str, half: str, hour: int, hour12: int) -> None:
    minute = int(clock[3:])
    given_names = [("half", half), ("hour", hour), ("hour12", hour12), ("minute", minute)]
    assert plain_wording().time(clock) == f"time {given_names}"


def test_a_months_end_is_its_last_day_only() -> None:
    assert plain_wording().month_end(date(2024, 2, 29)).startswith("month_end")
    with pytest.raises(ValueError, match="not the last day"):
        plain_wording().month_end(date(2024, 2, 28))


@pytest.mark.parametrize(("by", "days"), [(-1, -1), (0, 0), (1, 1)])
def test_days_left_are_negative_after_the_day(by: int, days: int) -> None:
    assert plain_wording().days_left(DAY + timedelta(days=by), DAY) == f"days_left [('days', {days})]"


@pytest.mark.parametrize(
    ("filter_name", "value"),
    [
        ("day", 3), ("day", "tomorrow"), ("month", None), ("yen", "7500"), ("number", True),
        ("hours", []), ("hours", "08:30"), ("hours", [["08:30"]]), ("hours", [["8", "late"]]),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_worded_is_refused(filter_name: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        getattr(plain_wording(), filter_name)(value)


@given(st.dates())
def test_every_day_can_be_worded(day: date) -> None:
    wording = plain_wording()
    assert wording.day(day) == wording.day(day.isoformat())
    assert wording.weekday_day(day)
