"""A visit from the booking in the chat to the closing message there, in Chromium: two programs, a real server between."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from counter_agent.training_cards import TrainingCards
from tests.counter_agent.desks import cards_in
from tests.counter_agent.test_screen import traces_of
from tests.resident import Resident
from tests.walks.clerk_keys import expect
from tests.walks.counters import Town, booked, counter_in, database_of, hears_last, status_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up cards: making their keys takes a moment."""
    folder = tmp_path_factory.mktemp("cards")
    cards_in(folder)
    return folder


def votes(town: Town) -> list[tuple[str, int, int]]:
    with closing(sqlite3.connect(database_of(town))) as connection:
        return connection.execute("SELECT entry_id, helped, count FROM feedback").fetchall()


def test_from_the_booking_to_the_closing_message_and_nothing_of_the_card_is_kept(
    browser: Browser, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with counter_in(town, browser, tmp_path / "pc", cards) as desk:
        desk.expects(ticket)
        desk.takes(ticket)
        desk.reads_the_card()
        desk.helps()
        certificate = certificate_on(cards)
        desk.finishes()
        desk.sees("未送信なし")
    hears_last(resident, "窓口でのお手続きが終わりました")
    hears_last(resident, "お役に立ちましたか")
    resident.choices.filter(has_text="役に立った").click()
    hears_last(resident, "お答えありがとうございます")
    assert (status_of(town, ticket), votes(town)) == ("done", [("visit", 1, 1)])
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("chat.db*")).decode("utf-8", "replace")
    assert ticket in kept
    for name, trace in traces_of(certificate).items():
        assert not re.search(trace, kept, re.IGNORECASE), name
    assert "あおぞらペイ" not in kept


def certificate_on(cards: Path) -> bytes:
    laid = TrainingCards(cards, cards_in(cards).today)
    laid.lay("good")
    certificate = laid.read_certificate()
    assert certificate is not None
    return certificate


def test_a_visit_while_the_network_is_away_arrives_later(
    browser: Browser, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with counter_in(town, browser, tmp_path / "pc", cards) as desk:
        desk.expects(ticket)
        town.stop()
        desk.takes(ticket)
        desk.sees("受付済み・未送信")
        desk.reads_the_card()
        desk.helps()
        desk.finishes()
        desk.sees("未送信 4 件")
        assert status_of(town, ticket) == "confirmed"
        town.start()
        desk.sees("未送信なし")
    assert status_of(town, ticket) == "done"
    hears_last(resident, "窓口でのお手続きが終わりました")
    expect(resident.desk.filter(has_text="窓口でのお手続きが終わりました")).to_have_count(1)


def test_a_visit_that_is_broken_off_says_so_and_offers_another(
    browser: Browser, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with counter_in(town, browser, tmp_path / "pc", cards) as desk:
        desk.expects(ticket)
        desk.takes(ticket)
        desk.ends("中止")
        desk.is_closed()
        desk.sees("未送信なし")
    hears_last(resident, "お手続きは途中で終わりました")
    assert status_of(town, ticket) == "abandoned"
    expect(resident.choices.filter(has_text="予約")).not_to_have_count(0)


def test_another_card_at_the_end_stops_the_visit(
    browser: Browser, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with counter_in(town, browser, tmp_path / "pc", cards) as desk:
        desk.expects(ticket)
        desk.takes(ticket)
        desk.reads_the_card()
        desk.helps()
        desk.lays("別の人のカード")
        desk.sees("はじめと違うカードです")
        desk.presses("F8", lambda: expect(desk.clerk.locator(".evidence")).to_be_visible())
        desk.lays("カードを取る")
        desk.is_closed()
        desk.sees("未送信なし")
    hears_last(resident, "安全のため、お手続きを途中で止めました")
    assert status_of(town, ticket) == "abandoned"


def test_two_clerks_with_one_ticket_and_only_one_has_the_resident(
    browser: Browser, town: Town, resident: Resident, cards: Path, tmp_path: Path
) -> None:
    ticket = booked(resident, town)
    with (
        counter_in(town, browser, tmp_path / "one", cards, name="窓口1") as one,
        counter_in(town, browser, tmp_path / "two", cards, name="窓口2") as two,
    ):
        one.expects(ticket)
        two.expects(ticket)
        one.takes(ticket)
        one.sees("未送信なし")
        two.scans(ticket)
        two.is_told("ほかの窓口で受")  # by its own list, if that is new enough already; else by the server
        one.ends("中止")
        one.is_closed()
        one.sees("未送信なし")
    hears_last(resident, "お手続きは途中で終わりました")
    expect(resident.desk.filter(has_text="途中で終わりました")).to_have_count(1)
