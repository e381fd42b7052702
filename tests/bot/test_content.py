"""A pack without a fault is read whole; each thing that can be wrong with one is named by file, line and key."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import (
    Contact,
    Content,
    EntryKind,
    NoticeKind,
    check_pack,
    documents,
    load_pack,
    unfound_questions,
)
from bot.errors import ContentError, Fault
from bot.language import Language
from tests.bot.mini_pack import FAQ, MiniPack

Broken = tuple[str, str, str, str, str]
"""What stands in a file, what stands there instead, and the key and problem that are then reported."""


@pytest.fixture
def pack(tmp_path: Path) -> MiniPack:
    return MiniPack(tmp_path)


@pytest.fixture
def content(pack: MiniPack) -> Content:
    return load_pack(pack.folder)


def test_a_pack_without_a_fault_has_none(pack: MiniPack) -> None:
    assert pack.faults() == ()


def test_an_entry_is_read_whole(content: Content) -> None:
    entry = content.entries["desk.hours"]
    assert (entry.topic, entry.kind, entry.contact) == ("desk", EntryKind.FACT, Contact.CITY)
    assert entry.question[Language.EN] == "What are your hours?"
    assert entry.asks["ko"] == ("시간",)
    assert entry.source.section == "support"
    assert entry.source.facts == ("F58",)
    assert entry.related == ("desk.gift",)
    assert FAQ.splitlines()[entry.line - 1].strip() == "- id: desk.hours"


def test_an_entry_holds_to_its_last_day_and_the_packs_validity_is_the_default(content: Content) -> None:
    entry = content.entries["desk.hours"]
    assert entry.holds_on(date(2023, 2, 28))
    assert not entry.holds_on(date(2023, 3, 1))
    assert content.entries["desk.gift"].holds_on(date(2040, 1, 1))


def test_notices_begin_and_end_on_their_days(content: Content) -> None:
    def on(day: date, kind: NoticeKind) -> str | None:
        notice = content.notice_on(day, kind)
        return notice.text_key if notice else None

    assert on(date(2022, 11, 13), NoticeKind.BANNER) is None
    assert on(date(2022, 11, 14), NoticeKind.BANNER) == "notice.changed"
    assert on(date(2023, 2, 28), NoticeKind.BANNER) == "notice.changed"
    assert on(date(2023, 3, 1), NoticeKind.BANNER) is None
    assert on(date(2040, 1, 1), NoticeKind.CLOSING) == "notice.over"


def test_typed_words_of_all_languages_are_joined_and_folded(content: Content) -> None:
    assert content.words == {"menu": {"メニュー", "menu"}, "back": {"戻る", "back"}}


def test_texts_are_known_by_dotted_keys(content: Content) -> None:
    assert content.texts[Language.EN]["notice.over"] == "It is over"
    assert "words.menu" not in content.texts[Language.EN]


def test_a_pack_may_do_without_synonyms(pack: MiniPack) -> None:
    (pack.folder / "synonyms.yaml").unlink()
    assert load_pack(pack.folder).synonyms == {}


STRUCTURE: dict[str, Broken] = {
    "unknown key": (
        "faq/desk.yaml", "contact: city", "contakt: city", "desk.hours.contakt", "did you mean 'contact'",
    ),
    "missing key": ("faq/desk.yaml", "    contact: city\n", "", "desk.hours.contact", "is missing"),
    "key twice": ("faq/desk.yaml", "order: 10", "order: 10\norder: 11", "order", "is there twice"),
    "a list for a text": ("faq/desk.yaml", "id: desk.hello", "id: [desk.hello]", "entries.3.id", "must be text"),
    "a text for a list": ("faq/desk.yaml", "entries:", "entries: none\nlabels:", "entries", "must be a list"),
    "a number for a text": ("pack.yaml", 'number: "1"', "number: 1", "page.number", "put it in quotes"),
    "a text for a number": ("faq/desk.yaml", "order: 10", "order: ten", "order", "must be a whole number"),
    "a negative number": ("faq/desk.yaml", "order: 10", "order: -1", "order", "no plain whole number"),
    "a yes that is no text": ("texts/en.yaml", "menu: Menu", "menu: yes", "button.menu", "put it in quotes"),
    "a key that is no text": ("synonyms.yaml", "{ペイ:", "{on:", "synonyms.on", "in quotes"),
    "nothing": ("texts/en.yaml", "menu: Menu", "menu: null", "button.menu", "but is nothing"),
    "an empty text": ("texts/en.yaml", "menu: Menu", "menu: ''", "button.menu", "is empty"),
    "an empty way of asking": ("faq/desk.yaml", "[いち, に]", "[いち, に, '']", "desk.hours.asks.ja-easy.3", "is empty"),
    "a language missing": ("faq/desk.yaml", ", en: Hello}", "}", "desk.hello.label.en", "is missing"),
    "a language nobody asks in": ("faq/desk.yaml", "zh: [时间]", "fr: [heure]", "desk.hours.asks.fr", "unknown key"),
    "a pack without English": ("pack.yaml", "[ja, ja-easy, en]", "[ja, ja-easy]", "languages", "en is missing"),
    "a pack in French": ("pack.yaml", "ja-easy, en]", "ja-easy, en, fr]", "languages", "does not answer in 'fr'"),
    "a topic of another name": ("faq/desk.yaml", "topic: desk", "topic: desks", "topic", "must be the file's name"),
    "an id in capitals": ("faq/desk.yaml", "id: desk.hello", "id: desk.Hello", "desk.Hello.id", "topic.name"),
    "an id of another topic": ("faq/desk.yaml", "id: desk.hello", "id: chat.hello", "chat.hello.id", "begin with"),
    "an id too long": (
        "faq/desk.yaml", "id: desk.hello", f"id: desk.{'o' * 36}", f"desk.{'o' * 36}.id", "at most 40",
    ),
    "an id twice": ("faq/desk.yaml", "id: desk.hello", "id: desk.gift", "desk.gift.id", "faq/desk.yaml:26"),
    "an unknown kind": ("faq/desk.yaml", "kind: chat", "kind: chatt", "desk.hello.kind", "did you mean 'chat'"),
    "an unknown contact": ("faq/desk.yaml", "contact: city", "contact: moon", "desk.hours.contact", "hotline"),
    "a fact without source": (
        "faq/desk.yaml", "    source: {section: support, facts: [F58]}\n", "", "desk.hours.source", "is missing",
    ),
    "a fact without facts": ("faq/desk.yaml", "facts: [F58]", "facts: []", "desk.hours.source.facts", "no fact"),
    "a chat with a source": (
        "faq/desk.yaml", "kind: chat", "kind: chat\n    source: {section: support, facts: [F1]}",
        "desk.hello.source", "has no source",
    ),
    "a dialogue that is none": (
        "faq/desk.yaml", "kind: chat", "kind: dialogue\n    starts: boking", "desk.hello.starts", "did you mean 'booking'",
    ),
    "a dialogue without its name": ("faq/desk.yaml", "kind: chat", "kind: dialogue", "desk.hello.starts", "eligibility"),
    "a chat that starts a dialogue": (
        "faq/desk.yaml", "kind: chat", "kind: chat\n    starts: booking", "desk.hello.starts", "kind: dialogue",
    ),
    "an address that is none": ("faq/desk.yaml", '"https://', '"', "desk.gift.source.url", "begins with https://"),
    "an unknown section": ("faq/desk.yaml", "section: support", "section: suport", "desk.hours.source.section", "'support'"),
    "an unknown neighbour": ("faq/desk.yaml", "related: [desk.gift]", "related: [desk.gifd]", "desk.hours.related", "'desk.gift'"),
    "itself as a neighbour": ("faq/desk.yaml", "related: [desk.gift]", "related: [desk.hours]", "desk.hours.related", "itself"),
    "too many neighbours": (
        "faq/desk.yaml", "related: [desk.gift]", "related: [desk.gift, desk.gift, desk.gift, desk.gift]",
        "desk.hours.related", "at most 3",
    ),
    "no entry": ("faq/desk.yaml", "entries:", "entries: []\nmore:", "entries", "has no entry"),
    "an impossible date": ("pack.yaml", "2022-05-23\n  checked", "2022-02-30\n  checked", "page.updated_on", "not a day"),
    "a date that is none": ("pack.yaml", "checked_on: 2022-06-01", "checked_on: June", "page.checked_on", "must be a date"),
    "checked before the page": ("pack.yaml", "checked_on: 2022-06-01", "checked_on: 2022-05-22", "page.checked_on", "check the page"),
    "an end before its beginning": ("faq/desk.yaml", "{until: null}", "{until: 2022-05-22}", "desk.gift.valid", "after its end"),
    "a notice that ends first": ("pack.yaml", "until: 2023-02-28}\n  -", "until: 2022-11-13}\n  -", "notices.1", "after its end"),
    "a notice without its text": ("pack.yaml", "text: notice.over", "text: notice.ovr", "notices.2.text", "'notice.over'"),
    "hours in disorder": ("pack.yaml", '["08:30", "11:00"]', '["11:00", "08:30"]', "values.hours.staffed", "not in order"),
    "an hour without quotes": ("pack.yaml", '"13:00"', "13:00", "values.hours.staffed.2.1", "in quotes"),
    "an hour that is none": ("pack.yaml", '"13:00"', '"25:00"', "values.hours.staffed.2", "two times"),
    "a value named like the day": ("pack.yaml", "amounts:", "today:", "values.today", "another name"),
    "a text in one language only": ("texts/en.yaml", "greeting:", "greetings:", "greeting", "another language has it"),
    "a command in one language only": ("texts/en.yaml", "  back: [back]\n", "", "words.back", "another language has it"),
    "a command without words": ("texts/en.yaml", "back: [back]", "back: []", "words.back", "has no word"),
    "no words at all": ("texts/en.yaml", "words:", "wordz:", "words", "is missing"),
    "no formats": ("texts/en.yaml", "formats:", "formatz:", "formats", "is missing"),
    "eleven months": ("texts/en.yaml", "[January, ", "[", "formats.months", "must be 12 names"),
    "a pattern missing": ("texts/en.yaml", '  yen: "{{ number }} yen"\n', "", "formats.yen", "is missing"),
    "a synonym of itself": ("synonyms.yaml", "[決済サービス]", "[ペイ]", "synonyms.ペイ", "means itself"),
    "a synonym of nothing": ("synonyms.yaml", "[決済サービス]", "[]", "synonyms.ペイ", "at least one"),
    "a synonym that is no list": ("synonyms.yaml", "[決済サービス]", "決済サービス", "synonyms.ペイ", "must be a list"),
}  # fmt: skip


@pytest.mark.parametrize("broken", STRUCTURE.values(), ids=STRUCTURE)
def test_a_pack_of_the_wrong_shape_is_not_loaded(pack: MiniPack, broken: Broken) -> None:
    file, old, new, key, problem = broken
    pack.change(file, old, new)
    with pytest.raises(ContentError) as refused:
        load_pack(pack.folder)
    assert named(refused.value.faults, file, key, problem)
    assert set(refused.value.faults) <= set(pack.faults())


MEANING: dict[str, Broken] = {
    "an unknown variable": (
        "faq/desk.yaml", "en: Weekdays, {{ hours.staffed", "en: Weekdays, {{ hours.stafed",
        "desk.hours.answer.en", "did you mean 'hours.staffed'",
    ),
    "an unknown variable on a branch not taken": (
        "faq/desk.yaml", "        終わりました。", "        {% if 1 > 2 %}{{ contacts.city.fax }}{% endif %}",
        "desk.hours.answer.ja", "contacts.city.fax",
    ),
    "an unknown day in a condition": (
        "faq/desk.yaml", "today > dates.ends_on", "today > dates.end", "desk.hours.answer.ja", "did you mean 'dates.ends_on'",
    ),
    "a group of values": (
        "faq/desk.yaml", "en: Hello.}", "en: 'Call {{ contacts.city }}'}", "desk.hello.answer.en", "group of values",
    ),
    "an unknown filter": ("faq/desk.yaml", "| month_end", "| monthend", "desk.gift.answer.ja", "did you mean 'month_end'"),
    "a filter that does not fit": (
        "faq/desk.yaml", "{{ amounts.gift_yen | yen }}.", "{{ amounts.gift_yen | day }}.", "desk.gift.answer.en", "does not fit 'day'",
    ),
    "the end of a month that is none": (
        "pack.yaml", "ends_on: 2023-02-28", "ends_on: 2023-02-27", "desk.gift.answer.ja", "not the last day",
    ),
    "a tag left open": ("faq/desk.yaml", "{% endif %}", "", "desk.hours.answer.ja", "is no template"),
    "a number typed out": (
        "faq/desk.yaml", "en: Hello.}", "en: Call 042-000-1234.}", "desk.hello.answer.en", "write {{ contacts.city.number }}",
    ),
    "a number typed out in full width": (
        "faq/desk.yaml", "en: Hello.}", "en: ０４２-０００-１２３４}", "desk.hello.answer.en", "contacts.city.number",
    ),
    "an amount typed out": (
        "faq/desk.yaml", "answer: {ja: こんにちは。", "answer: {ja: '7,500円'", "desk.hello.answer.ja", "write {{ amounts.gift_yen }}",
    ),
    "an amount in a text": ("texts/en.yaml", "hotline: Telephone", "hotline: 7500 yen", "contact.hotline", "typed out"),
    "an answer too long": (
        "faq/desk.yaml", "answer: {ja: こんにちは。", f"answer: {{ja: {'長' * 351}", "desk.hello.answer.ja", "has 351 characters",
    ),
    "an answer of no words": (
        "faq/desk.yaml", "en: Hello.}", "en: '{% if today < dates.ends_on %}Hello{% endif %}'}",
        "desk.hello.answer.en", "says nothing on 2023-02-28",
    ),
    "a division by nothing": (
        "faq/desk.yaml", "en: Hello.}", "en: '{{ 1 // (amounts.gift_yen - 7500) }}'}", "desk.hello.answer.en", "cannot be worded",
    ),
    "a label too long": ("faq/desk.yaml", "en: Hours}", f"en: {'H' * 21}}}", "desk.hours.label.en", "at most 20"),
    "two buttons alike": ("faq/desk.yaml", "en: Amount}", "en: Hours}", "desk.gift.label.en", "also the label of desk.hours"),
    "a heading too long": ("faq/desk.yaml", "en: The desk}", f"en: {'D' * 21}}}", "label.en", "at most 20"),
    "a button too long": ("texts/en.yaml", "menu: Menu", f"menu: {'M' * 21}", "button.menu", "at most 20"),
    "a button with a variable": ("texts/en.yaml", "menu: Menu", "menu: '{{ today }}'", "button.menu", "no variables"),
    "a question with a variable": ("faq/desk.yaml", "en: How much is it?", "en: 'How {{ today }}?'", "desk.gift.question.en", "is no template"),
    "too few ways of asking": ("faq/desk.yaml", "七, 八]", "七]", "desk.hours.asks.ja", "at least 8"),
    "no Korean": ("faq/desk.yaml", "ko: [시간]", "ko: []", "desk.hours.asks.ko", "at least 1"),
    "a way of asking twice": ("faq/desk.yaml", "七, 八]", "七, 八, 八！]", "desk.hours.asks.ja.9", "is there twice"),
    "a way of asking of two entries": ("faq/desk.yaml", "[九, ", "[「 一 」。, ", "desk.gift.asks.ja.1", "desk.hours.asks.ja.1"),
    "a way of asking across languages": ("faq/desk.yaml", "[six, ", "[ＯＮＥ？, ", "desk.gift.asks.en.1", "desk.hours.asks.en.1"),
    "another entry's question": ("faq/desk.yaml", "[九, ", "[何時までですか？, ", "desk.gift.asks.ja.1", "desk.hours.question.ja"),
    "one question for two entries": ("faq/desk.yaml", "{ja: いくらですか", "{ja: 何時までですか", "desk.gift.question.ja", "also asked"),
    "an answer that ended before the page": (
        "faq/desk.yaml", "{until: null}", "{from: 2021-01-01, until: 2022-05-22}", "desk.gift.valid.until", "before the page's day",
    ),
    "two notices at once": (
        "pack.yaml", "kind: closing, from: 2023-03-01", "kind: banner, from: 2023-02-28", "notices.2", "together with 'notice.changed'",
    ),
    "a word for two commands": ("texts/en.yaml", "back: [back]", "back: [Menu]", "words.back", "already means 'menu'"),
    "a text below answers with a strange variable": (
        "texts/ja.yaml", "{{ section }}", "{{ heading }}", "source.page", "there is no 'heading'",
    ),
    "a slip in a text": ("texts/ja.yaml", "市 {{ contacts.", "市 {{ contact.", "contact.city", "did you mean 'contacts.city.number'"),
    "other variables than in Japanese": (
        "texts/en.yaml", "Welcome to {{ city }}", "Welcome", "greeting", "does not use 'city', which ja does",
    ),
    "more variables than in Japanese": ("texts/en.yaml", "over: It is over", "over: 'It is over {{ name }}'", "notice.over", "uses 'name'"),
    "an argument with parts": ("texts/ja.yaml", "{{ city }}", "{{ city.name }}", "greeting", "there is no 'city.name'"),
    "a pattern with a strange name": ("texts/en.yaml", '"{{ number }} yen"', '"{{ nummer }} yen"', "formats.yen", "'number'"),
    "a pattern that is no template": ("texts/en.yaml", '"{{ number }} yen"', '"{{ number yen"', "formats.yen", "is no template"),
}  # fmt: skip


@pytest.mark.parametrize("broken", MEANING.values(), ids=MEANING)
def test_a_pack_that_says_something_wrong_is_found_out(pack: MiniPack, broken: Broken) -> None:
    file, old, new, key, problem = broken
    pack.change(file, old, new)
    blamed = "faq/desk.yaml" if key.startswith("desk.") else file
    assert named(pack.faults(), blamed, key, problem), [str(fault) for fault in pack.faults()]
    load_pack(pack.folder)


def named(faults: tuple[Fault, ...], file: str, key: str, problem: str) -> bool:
    return any(one.file == file and one.key == key and problem in one.problem and one.line > 0 for one in faults)


def test_a_fault_in_a_template_is_on_the_templates_own_line(pack: MiniPack) -> None:
    pack.change("faq/desk.yaml", "        終わりました。", "        {{ nothing }}")
    (fault,) = pack.faults()
    lines = (pack.folder / "faq/desk.yaml").read_text(encoding="utf-8").splitlines()
    assert "nothing" in lines[fault.line - 1]


def test_a_text_that_stands_below_answers_is_asked_for_in_every_language(pack: MiniPack) -> None:
    for language in Language:
        pack.change(f"texts/{language}.yaml", "operator:", "provider:")
    assert [(fault.file, fault.key) for fault in pack.faults()] == [
        (f"texts/{language}.yaml", "contact.operator") for language in (Language.EN, Language.JA_EASY, Language.JA)
    ]


def test_a_day_in_the_future_is_a_fault_on_the_day_before_and_none_on_the_day(pack: MiniPack) -> None:
    assert [fault.key for fault in pack.faults(date(2022, 5, 31))] == ["page.checked_on"]
    assert pack.faults(date(2022, 6, 1)) == ()


def test_every_fault_is_named_in_one_run(pack: MiniPack) -> None:
    pack.change("pack.yaml", "kind: banner", "kind: baner")
    pack.change("faq/desk.yaml", "en: Hours}", f"en: {'H' * 21}}}")
    pack.change("faq/desk.yaml", "    contact: city\n", "")
    pack.change("faq/desk.yaml", "| month_end", "| monthend")
    pack.change("texts/en.yaml", "menu: Menu", "menu: ''")
    assert [fault.key for fault in pack.faults()] == [
        "desk.hours.contact", "desk.hours.label.en", "desk.gift.answer.ja", "notices.1.kind", "button.menu",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "problem", "line"),
    [
        ("faq/desk.yaml", b"topic: desk\n  entries: [\n", "is not YAML", 2),
        ("faq/desk.yaml", "topic: desk\norder: 窓".encode("shift_jis"), "is not UTF-8", 2),
        ("faq/desk.yaml", b"", "is empty", 1),
        ("faq/desk.yaml", b"topic: a\n---\ntopic: b\n", "is not YAML", 2),
        ("faq/desk.yaml", b"topic: \x07\n", "is not YAML", 0),
        ("texts/en.yaml", b"- a\n", "must be a mapping", 1),
        ("pack.yaml", b"just words\n", "must be a mapping", 1),
        ("pack.yaml", b"id: &a [*a]\n", "must be text", 1),
        ("pack.yaml", b"values: &a {a: *a}\n", "nested too deeply", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_named(pack: MiniPack, name: str, text: bytes, problem: str, line: int) -> None:
    (pack.folder / name).write_bytes(text)
    found = [fault for fault in pack.faults() if fault.file == name and problem in fault.problem]
    assert found
    assert found[0].line == line


def test_what_a_file_that_cannot_be_read_holds_is_not_missed_elsewhere(pack: MiniPack) -> None:
    pack.change("faq/desk.yaml", "related: [desk.gift]", "related: [moon.hours]")
    pack.write("faq/moon.yaml", "topic: [")
    assert [fault.file for fault in pack.faults()] == ["faq/moon.yaml"]


@pytest.mark.parametrize("name", ["pack.yaml", "texts/ja.yaml", "texts/ja-easy.yaml", "texts/en.yaml"])
def test_a_missing_file_is_named(pack: MiniPack, name: str) -> None:
    (pack.folder / name).unlink()
    assert re.search("cannot be read", next(fault.problem for fault in pack.faults() if fault.file == name))


def test_a_folder_that_is_not_there_is_one_fault_that_names_it(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(ContentError) as refused:
        load_pack(nowhere)
    assert [fault.file for fault in refused.value.faults] == [str(nowhere)]
    assert check_pack(nowhere) == refused.value.faults


def test_a_folder_that_is_no_pack_is_named_file_by_file(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        load_pack(tmp_path)
    files = {fault.file for fault in refused.value.faults}
    assert files == {"pack.yaml", "faq", "texts/ja.yaml", "texts/ja-easy.yaml", "texts/en.yaml"}


ONE_CAUSE: dict[str, tuple[str, str, str, str]] = {
    "an impossible date": ("pack.yaml", "ends_on: 2023-02-28", "ends_on: 2023-02-29", "values.dates.ends_on"),
    "an hour that is none": ("pack.yaml", '"13:00"', '"25:00"', "values.hours.staffed.2"),
    "an amount that is none": ("pack.yaml", "gift_yen: 7500", "gift_yen: 0x1d4c", "values.amounts.gift_yen"),
    "a value without a key's mapping": ("pack.yaml", "{city: {number: 042-000-1234}}", "{city: ''}", "values.contacts.city"),
    "a slip in a Japanese text": ("texts/ja.yaml", "市 {{ contacts.city", "市 {{ contacts.cty", "contact.city"),
    "a Japanese text left open": ("texts/ja.yaml", '"{{ city }}', '"{{ city', "greeting"),
    "a Japanese text that is empty": ("texts/ja.yaml", '"{{ city }}へようこそ"', "''", "greeting"),
    "a number typed out in Japanese": ("texts/ja.yaml", "{{ contacts.city.number }}", "042-000-1234", "contact.city"),
    "a file under another name": ("faq/desk.yaml", "topic: desk", "topic: counter", "topic"),
}  # fmt: skip


@pytest.mark.parametrize("broken", ONE_CAUSE.values(), ids=ONE_CAUSE)
def test_what_follows_from_a_fault_is_not_told_again(pack: MiniPack, broken: tuple[str, str, str, str]) -> None:
    file, old, new, key = broken
    pack.change(file, old, new)
    assert [(fault.file, fault.key) for fault in pack.faults()] == [(file, key)], list(map(str, pack.faults()))


def test_an_entry_copied_whole_is_said_to_be_there_twice_and_no_more(pack: MiniPack) -> None:
    whole = (pack.folder / "faq/desk.yaml").read_text(encoding="utf-8")
    pack.write("faq/desk.yaml", whole + whole[whole.index("  - id: desk.hello") :])
    assert [fault.key for fault in pack.faults()] == ["desk.hello.id"]


def test_other_faults_are_named_beside_one_that_much_follows_from(pack: MiniPack) -> None:
    pack.change("pack.yaml", "ends_on: 2023-02-28", "ends_on: 2023-02-29")
    pack.change("faq/desk.yaml", "en: Weekdays, {{ hours.staffed", "en: Weekdays, {{ hours.stafed")
    pack.change("faq/desk.yaml", "| month_end", "| monthend")
    assert [fault.key for fault in pack.faults()] == [
        "desk.hours.answer.en",
        "desk.gift.answer.ja",
        "values.dates.ends_on",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("texts/fr.yaml", "rename or delete"),
        ("texts/jp.yaml", "texts/ja.yaml"),
        ("texts/ja.yml", "texts/ja.yaml"),
        ("faq/notes.txt", "faq/<topic>.yaml"),
        ("faq/desk.yml", "faq/<topic>.yaml"),
        ("faq/old/desk.yaml", "faq/<topic>.yaml"),
    ],
)
def test_a_file_that_is_never_read_is_a_fault(pack: MiniPack, name: str, hint: str) -> None:
    pack.write(name, "topic: desk\n")
    (fault,) = pack.faults()
    assert name.startswith(fault.file)
    assert hint in fault.problem
    load_pack(pack.folder)


def test_what_the_computer_itself_puts_into_a_folder_is_no_fault(pack: MiniPack) -> None:
    pack.write("faq/.DS_Store", "")
    assert pack.faults() == ()


@settings(max_examples=60, deadline=None)
@given(edit=st.data())
def test_whatever_is_cut_or_put_into_a_file_gives_faults_not_errors(
    tmp_path_factory: pytest.TempPathFactory, edit: st.DataObject
) -> None:
    pack = MiniPack(tmp_path_factory.mktemp("pack"))
    name = edit.draw(st.sampled_from(["pack.yaml", "faq/desk.yaml", "texts/en.yaml", "synonyms.yaml"]))
    text = (pack.folder / name).read_text(encoding="utf-8")
    start = edit.draw(st.integers(0, len(text)))
    end = edit.draw(st.integers(start, min(len(text), start + 30)))
    put_in = edit.draw(st.text(alphabet="{}[]|%:'\"- \n#&*!1aあ", max_size=6))
    pack.write(name, text[:start] + put_in + text[end:])
    faults = pack.faults()
    assert all(fault.file and fault.key and fault.problem for fault in faults)


def test_documents_join_both_kinds_of_japanese_and_keep_the_other_languages_apart(content: Content) -> None:
    of_hours = {document.language: document for document in documents(content) if document.id == "desk.hours"}
    assert set(of_hours) == {"ja", "en", "zh", "ko", "vi"}
    assert of_hours["ja"].question == "何時までですか"
    assert of_hours["ja"].asks == ("なんじまで ですか", "一", "二", "三", "四", "五", "六", "七", "八", "いち", "に")
    assert of_hours["en"].asks[0] == "one"
    assert (of_hours["ko"].question, of_hours["ko"].asks) == ("", ("시간",))


def test_documents_carry_the_words_of_an_answer_without_its_tags(content: Content) -> None:
    answers = {document.language: document.answer for document in documents(content) if document.id == "desk.hours"}
    assert "{" not in answers["ja"]
    assert "hours.staffed" not in answers["ja"]
    assert "平日" in answers["ja"]
    assert "終わりました" in answers["ja"]


def test_an_entry_its_own_question_does_not_find_is_a_fault(content: Content) -> None:
    answers = {text: entry.id for entry in content.entries.values() for text in entry.question.values()}
    assert unfound_questions(content, answers.get) == ()
    answers["How much is it?"] = "desk.hours"
    del answers["Hello"]
    faults = unfound_questions(content, answers.get)
    assert [(fault.file, fault.key) for fault in faults] == [
        ("faq/desk.yaml", "desk.gift.question.en"), ("faq/desk.yaml", "desk.hello.question.en"),
    ]  # fmt: skip
    assert "'desk.hours' instead" in faults[0].problem
    assert faults[1].line == content.entries["desk.hello"].line
