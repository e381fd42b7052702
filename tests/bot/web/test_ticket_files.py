"""The QR code reads as the ticket number, and the calendar file is understood by another library."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import vobject
import zxingcpp
from PIL import Image

from bot.web.ticket_files import TicketCard, calendar_file, qr_png, qr_svg

JST = timezone(timedelta(hours=9))
CARD = TicketCard(
    ticket="K7P-3R9X",
    starts_at=datetime(2022, 7, 5, 9, 0, tzinfo=JST),
    ends_at=datetime(2022, 7, 5, 9, 30, tzinfo=JST),
    title="窓口サポート",
    place="東京都東久留米市本町3-3-1",
    notes="持ち物：カード, パスワード; スマートフォン\n" + "とても長い説明の行" * 20,
    url="https://www.example.jp/",
    version=3,
    changed_at=datetime(2022, 7, 1, tzinfo=UTC),
)


def read(data: bytes) -> vobject.base.Component:
    return vobject.readOne(data.decode()).vevent


def test_the_qr_code_holds_the_ticket_number_and_nothing_else() -> None:
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png("K7P-3R9X"))))
    assert [code.text for code in codes] == ["K7P-3R9X"]


def test_the_picture_to_print_is_black_on_white_on_every_page() -> None:
    svg = qr_svg("K7P-3R9X").decode()
    assert svg.startswith("<svg")
    assert "#fff" in svg
    assert "#000" in svg


def test_another_library_reads_the_appointment() -> None:
    event = read(calendar_file(CARD, "city.example.jp"))
    assert event.dtstart.value == CARD.starts_at
    assert event.dtend.value == CARD.ends_at
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Tokyo"]
    assert (event.summary.value, event.location.value) == (CARD.title, CARD.place)
    assert event.description.value == CARD.notes
    assert event.status.value == "CONFIRMED"


def test_a_changed_booking_replaces_its_earlier_version_in_the_calendar() -> None:
    before = read(calendar_file(CARD, "city.example.jp"))
    after = read(calendar_file(replace(CARD, version=4, starts_at=CARD.ends_at), "city.example.jp"))
    assert before.uid.value == after.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)


def test_a_cancelled_booking_says_so() -> None:
    assert read(calendar_file(replace(CARD, is_cancelled=True), "city.example.jp")).status.value == "CANCELLED"


@pytest.mark.parametrize("line", ["A" * 75, "予約" * 60])
def test_no_line_is_longer_than_the_standard_allows(line: str) -> None:
    data = calendar_file(replace(CARD, title=line), "city.example.jp")
    assert max(len(one) for one in data.split(b"\r\n")) <= 75
