"""The town's pack: without a fault, with every fact of the page and everything the page does not say."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jinja2 import meta  # noqa: TID251 - to see which arguments a text takes

from bot.content import Content, EntryKind, NoticeKind, check_pack
from bot.content.templates import Templates
from bot.dialogue import Phrase
from bot.language import Language
from bot.texts import Texts

CHECKED_ON = date(2026, 11, 22)
CAMPAIGN = date(2022, 7, 1)
DAYS = (date(2022, 5, 23), CAMPAIGN, date(2022, 10, 1), date(2023, 2, 28), date(2023, 10, 1), CHECKED_ON)
BOT = Path(__file__).resolve().parents[2] / "bot"
ARGUMENTS = {
    "card_deadline_on", "city", "closes_on", "day", "first_on", "from_on", "from_time", "last_on", "limit", "message", "minutes", "most",
    "name", "note", "number", "opens_on", "opens_time", "place", "section", "sign", "source_name", "source_url", "ticket",
    "time", "title", "until", "until_on", "until_time", "up_to", "yen",
}  # fmt: skip


def test_the_pack_has_no_fault(pack_folder: Path) -> None:
    assert [str(fault) for fault in check_pack(pack_folder, CHECKED_ON)] == []


def test_every_fact_of_the_page_is_in_an_answer(content: Content) -> None:
    named = {fact for entry in content.entries.values() for fact in entry.source.facts}
    assert [fact for number in range(1, 69) if (fact := f"F{number:02}") not in named] == []


def test_everything_the_page_does_not_say_is_answered_honestly(content: Content) -> None:
    named = {fact for entry in content.entries.values() for fact in entry.source.facts}
    assert [fact for number in range(1, 19) if (fact := f"N{number:02}") not in named] == []


def test_every_answer_can_be_worded_in_every_language_on_every_day(content: Content, texts: Texts) -> None:
    for entry_id in content.entries:
        for language in Language:
            for day in DAYS:
                worded = texts.word(Phrase(f"@answer/{entry_id}"), language, day)
                assert worded, (entry_id, language, day)
                assert "{" not in worded, (entry_id, language, day)


def test_texts_take_only_arguments_that_the_desk_gives(content: Content) -> None:
    for language in Language:
        environment = Templates(content, language).environment
        for key, source in content.texts[language].items():
            needed = meta.find_undeclared_variables(environment.parse(source)) - {"today", *environment.globals}
            assert needed <= ARGUMENTS, (key, language)


def test_every_text_the_desk_says_by_name_is_there(content: Content) -> None:
    groups = {key.partition(".")[0] for key in content.texts[Language.JA]}
    literals = {text for text in literals_of(BOT) if re.fullmatch(r"[a-z_]+\.[a-z_]*[a-z]", text)}
    said = {key for key in literals if key.partition(".")[0] in groups and not key.endswith(".html")}
    assert "question.none" in said
    assert sorted(said - set(content.texts[Language.JA])) == []


def literals_of(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize(
    ("entry_id", "parts"),
    [
        ("contact.hotline", ["0120-95-0178"]),
        ("contact.city", ["042-470-7722"]),
        ("contact.fax", ["042-470-7805"]),
        ("contact.address", ["203-8555", "3-3-1"]),
        ("amounts.total", ["5,000", "7,500", "20,000"]),
        ("amounts.group1", ["5,000"]),
        ("amounts.group2", ["7,500"]),
        ("amounts.group3", ["7,500"]),
        ("round1.cap", ["5,000"]),
        ("round1.how", ["25"]),
        ("account.not_at_city", ["0120-95-0178"]),
        ("account.inquiry", ["0120-95-0178"]),
        ("items.pin_forgot", ["042-470-7722"]),
        ("desk.reserve", ["042-470-7722"]),
        ("card.lost", ["0120-95-0178"]),
    ],
)
def test_a_number_of_the_page_is_in_its_answer_in_every_language(texts: Texts, entry_id: str, parts: list[str]) -> None:
    for language in Language:
        worded = texts.word(Phrase(f"@answer/{entry_id}"), language, CAMPAIGN)
        assert [part for part in parts if part not in worded] == [], language


@pytest.mark.parametrize(
    ("entry_id", "language", "parts"),
    [
        ("desk.staffed_hours", Language.JA, ["平日", "午前8時30分から午前11時まで", "午後1時から午後4時まで"]),
        ("desk.staffed_hours", Language.JA_EASY, ["ごぜん8時30分から ごぜん11時まで", "ごご1時から ごご4時まで"]),
        ("desk.staffed_hours", Language.EN, ["8:30 a.m. to 11:00 a.m.", "1:00 p.m. to 4:00 p.m."]),
        ("desk.hours_any", Language.JA, ["午前8時30分から午前11時まで", "午前8時30分から午後5時まで"]),
        ("desk.self_service", Language.JA, ["午前8時30分から午後5時まで", "市民課"]),
        ("desk.self_service_end", Language.JA, ["令和4年7月"]),
        ("desk.parking", Language.JA, ["1時間", "有料", "駐車券"]),
        ("desk.reserve", Language.JA, ["予約", "日時"]),
        ("deadlines.points", Language.JA, ["令和5年2月末（2月28日）", "あと242日"]),
        ("deadlines.points", Language.JA_EASY, ["2023年（令和5年）2月28日"]),
        ("deadlines.points", Language.EN, ["the end of February 2023 (28 February)"]),
        ("deadlines.card", Language.JA, ["令和4年9月末（9月30日）"]),
        ("deadlines.group23_opens", Language.JA, ["令和4年6月30日"]),
        ("deadlines.group1_opens", Language.JA, ["令和4年1月1日"]),
        ("round1.ended", Language.JA, ["令和3年12月"]),
        ("insurance.support", Language.JA, ["保険年金課"]),
        ("account.not_at_city", Language.JA, ["公金受取口座", "できません"]),
        ("apply.change_service", Language.JA, ["変更"]),
        ("apply.free", Language.JA, ["無料"]),
        ("apply.smartphone", Language.JA, ["App Store", "Google Play", "下4桁"]),
        ("programme.page_date", Language.JA, ["令和4年5月23日", "1019975"]),
        ("programme.first_come", Language.JA, ["先着順ではありません"]),
        ("safety.pin_never", Language.JA, ["暗証番号"]),
    ],
)
def test_a_fact_of_the_page_is_worded_as_on_the_page(
    texts: Texts, entry_id: str, language: Language, parts: list[str]
) -> None:
    worded = unicodedata.normalize("NFC", texts.word(Phrase(f"@answer/{entry_id}"), language, CAMPAIGN))
    assert [part for part in parts if part not in worded] == []


def test_an_answer_from_the_page_says_of_which_day_and_section(content: Content, texts: Texts) -> None:
    for entry in content.entries.values():
        if entry.kind in {EntryKind.FACT, EntryKind.NOT_ON_PAGE}:
            worded = texts.word(Phrase(f"@answer/{entry.id}"), Language.JA, CAMPAIGN)
            assert "令和4年5月23日時点" in worded, entry.id
            assert content.page.sections[entry.source.section or ""] in worded, entry.id


def test_general_information_is_marked_with_its_own_source(content: Content, texts: Texts) -> None:
    for entry in content.entries.values():
        if entry.kind is EntryKind.GENERAL:
            worded = texts.word(Phrase(f"@answer/{entry.id}"), Language.JA, CAMPAIGN)
            assert "一般的な情報" in worded, entry.id
            assert entry.source.name, entry.id
            assert entry.source.name in worded, entry.id


def test_another_departments_business_is_never_given_as_a_fact(content: Content, texts: Texts) -> None:
    forbidden = ("円", "時から", "公金受取口座", "決済サービスID", "駐車場は")
    for entry in content.entries.values():
        if entry.kind is EntryKind.ELSEWHERE:
            worded = texts.word(Phrase(f"@answer/{entry.id}"), Language.JA, CAMPAIGN)
            assert [part for part in forbidden if part in worded] == [], entry.id
            assert "042-470-7722" in worded, entry.id


def test_after_the_programme_every_promise_of_points_is_called_a_scam(texts: Texts) -> None:
    assert "詐欺" in texts.word(Phrase("@answer/safety.scam"), Language.JA, date(2023, 10, 1))
    assert "scam" in texts.word(Phrase("@answer/safety.scam"), Language.EN, date(2023, 10, 1))


def test_answers_hold_to_the_end_of_february_2023_and_then_a_notice_stands_in_for_them(content: Content) -> None:
    entry = content.entries["desk.staffed_hours"]
    last, first = date(2023, 2, 28), date(2023, 3, 1)
    assert (entry.holds_on(last), entry.holds_on(first)) == (True, False)
    assert content.notice_on(last, NoticeKind.CLOSING) is None
    assert content.notice_on(first, NoticeKind.CLOSING) is not None


def test_how_to_reach_the_city_and_how_to_stay_safe_holds_for_good(content: Content) -> None:
    for entry in content.entries.values():
        if entry.topic in {"contact", "safety", "card", "chat", "elsewhere"}:
            assert entry.valid_until is None, entry.id
