"""Am I entitled? Walked in a browser from the first message to the result card, with a question, a restart and a second
window in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.bot.web.served import Served
from tests.browser import faults_of_access
from tests.resident import Resident, resident_at
from tests.walks.eligibility_walks import WALKS

pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    service = Served(tmp_path)
    service.start()
    yield service
    service.stop()


def asks(resident: Resident, text: str, messages: int) -> None:
    resident.types(text)
    resident.hears(messages)


@pytest.mark.parametrize("language", WALKS)
def test_from_the_first_message_to_the_result(browser: Browser, served: Served, language: str) -> None:
    first, question, answers, total = WALKS[language]
    with resident_at(browser, f"{served.url}/?lang={language}") as resident:
        asks(resident, first, 2)
        expect(resident.desk.last).to_contain_text(question)
        expect(resident.desk.last).to_contain_text("1/4")
        for place, answer in enumerate(answers, start=3):
            asks(resident, answer, place)
        expect(resident.desk.last).to_contain_text(total)
        expect(resident.desk.last).to_contain_text("5,000")
        assert faults_of_access(resident.page) == {}


def test_a_question_and_a_restart_in_the_middle_lose_nothing(browser: Browser, served: Served) -> None:
    with resident_at(browser, served.url) as resident:
        asks(resident, "自分がいくらもらえるか調べたい", 2)
        asks(resident, "持ってます", 3)
        asks(resident, "駐車場は無料ですか", 5)
        expect(resident.desk.nth(3)).to_contain_text("駐車場")
        expect(resident.desk.last).to_contain_text("2/4")
        served.stop()
        served.start()
        asks(resident, "申し込んでいません", 6)
        expect(resident.desk.last).to_contain_text("3/4")
        resident.choices.filter(has_text="なぜ聞くの").click()
        resident.hears(7)
        expect(resident.desk.last).to_contain_text("対象者2")


def test_two_windows_of_one_resident_do_not_answer_twice(browser: Browser, served: Served) -> None:
    with resident_at(browser, served.url) as resident:
        asks(resident, "私は対象になりますか？", 2)
        other = Resident(resident.page.context.new_page())
        other.page.goto(served.url)
        other.hears(2)
        resident.choices.filter(has_text=re.compile("持っている")).click()
        resident.hears(3)
        other.desk.nth(1).locator(".choices button").filter(has_text="まだ申請していない").click()
        expect(other.desk.last).to_contain_text("もう終わっています")
        expect(other.desk.last).to_contain_text("2/4")
