"""A slot booked, changed and cancelled in a browser, in three languages; the QR code on the screen is the ticket."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.bot.web.served import Served
from tests.browser import faults_of_access
from tests.resident import Resident, resident_at

pytestmark = pytest.mark.browser
TICKET = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
BOOKED = {
    "ja": ("窓口サポートを予約したいです", "7/5", "10時", "令和4年7月5日（火曜日）"),
    "ja-easy": ("まどぐちに いく よやくを したいです", "7/6", "13時", "7月6日"),
    "en": ("I want to reserve a time at the support desk", "next friday", "3 pm", "Friday, 8 July 2022"),
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    service = Served(tmp_path)
    service.start()
    yield service
    service.stop()


def does(resident: Resident, *steps: str) -> None:
    """Type one thing after another; each is answered with one message."""
    for step in steps:
        count = resident.desk.count()
        resident.types(step)
        resident.hears(count + 1)


@pytest.mark.parametrize("language", BOOKED)
def test_from_the_first_message_to_the_ticket(browser: Browser, served: Served, language: str) -> None:
    first, day, time, shown = BOOKED[language]
    with resident_at(browser, f"{served.url}/?lang={language}") as resident:
        does(resident, first, "1", "1", "1", day, time, "1")
        expect(resident.desk.last).to_contain_text(shown)
        ticket = TICKET.search(resident.desk.last.inner_text())
        assert ticket is not None
        picture = resident.desk.last.locator(".attachments img")
        expect(picture).to_be_visible()
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.screenshot())))
        assert [code.text for code in codes] == [ticket[0]]
        assert faults_of_access(resident.page) == {}


def test_a_booking_is_changed_and_cancelled(browser: Browser, served: Served) -> None:
    with resident_at(browser, served.url) as resident:
        does(resident, "窓口の予約をしたい", "1", "1", "1", "7/5", "10時", "1")
        before = TICKET.search(resident.desk.last.inner_text())
        does(resident, "日時を変える", "7/7", "14時半", "1")
        expect(resident.desk.last).to_contain_text("予約を変更しました")
        expect(resident.desk.last).to_contain_text("令和4年7月7日（木曜日） 午後2時30分")
        after = TICKET.search(resident.desk.last.inner_text())
        assert before and after and before[0] == after[0], "the ticket stays the same"
        does(resident, "取り消す", "1")
        expect(resident.desk.last).to_contain_text("取り消しました")
        does(resident, after[0])
        expect(resident.desk.last).to_contain_text("取り消されています")


def test_who_waits_is_offered_the_seat_that_is_given_back(browser: Browser, served: Served) -> None:
    with resident_at(browser, served.url) as first, resident_at(browser, served.url) as second:
        does(first, "窓口の予約をしたい", "1", "1", "2", "7/5", "10時", "1")
        does(second, "窓口の予約をしたい", "1", "1", "1", "7/5")
        second.choices.get_by_text("× 午前10時（空き待ち）").click()
        expect(second.desk.last).to_contain_text("空き待ちに登録しました（1番目）")
        does(first, "取り消す", "はい")
        expect(second.desk.last).to_contain_text("空きが出ました")
        second.choices.get_by_text("この時間で予約する").click()
        expect(second.desk.last).to_contain_text("予約できました")
