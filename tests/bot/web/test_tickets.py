"""The page of a ticket: for whoever has the number, as long as it is a booking; nothing for anybody else."""

from __future__ import annotations

import uuid

import httpx
import pytest
import vobject
from playwright.sync_api import Browser

from tests.bot.web.served import Served
from tests.browser import faults_of_access, opened, width_of_contents


def say(client: httpx.Client, **body: str) -> list[dict[str, object]]:
    answer = client.post("/webchat/v1/messages", json={"event_id": uuid.uuid4().hex, **body})
    assert answer.status_code == 200
    messages: list[dict[str, object]] = answer.json()["messages"]
    return messages


def book(client: httpx.Client, time: str) -> dict[str, object]:
    """A booking made by chat; the message with the ticket."""
    for choice in (
        "booking",
        "booking:1.service=points",
        "booking:1.ready",
        "booking:1.party=1",
        "booking:1.day=2022-07-06",
    ):
        say(client, choice=choice)
    say(client, choice=f"booking:1.time=2022-07-06T{time}:00+09:00")
    return say(client, choice="booking:1.confirm")[-1]


def files_of(message: dict[str, object]) -> dict[str, str]:
    attachments = message["attachments"]
    assert isinstance(attachments, list)
    return {one["kind"]: one["url"] for one in attachments}


def test_a_ticket_comes_with_its_files(client: httpx.Client) -> None:
    files = files_of(book(client, "08:30"))
    assert set(files) == {"qr", "calendar", "page"}
    picture, calendar, page = (client.get(files[kind]) for kind in ("qr", "calendar", "page"))
    assert picture.headers["content-type"].startswith("image/svg+xml")
    event = vobject.readOne(calendar.text).vevent
    assert event.dtstart.value.isoformat() == "2022-07-06T08:30:00+09:00"
    assert "令和4年7月6日" in page.text
    assert "print" in page.text


def test_the_page_comes_in_the_language_asked_for(client: httpx.Client) -> None:
    page = files_of(book(client, "09:00"))["page"]
    assert "Your desk booking" in client.get(page, params={"lang": "en"}).text


@pytest.mark.parametrize("ticket", ["2222-2222", "nothing", "K7P3-9RXX", "%00", "a" * 300])
def test_a_number_that_is_no_booking_shows_nothing(client: httpx.Client, ticket: str) -> None:
    assert client.get(f"/tickets/{ticket}").status_code == 404
    assert client.get(f"/tickets/{ticket}/visit.ics").status_code == 404


def test_a_hold_is_no_booking_yet(client: httpx.Client) -> None:
    for choice in (
        "booking",
        "booking:1.service=points",
        "booking:1.ready",
        "booking:1.party=1",
        "booking:1.day=2022-07-06",
    ):
        say(client, choice=choice)
    held = say(client, choice="booking:1.time=2022-07-06T09:30:00+09:00")[-1]
    assert held["attachments"] == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [(320, 640), (1280, 900)])
def test_the_page_can_be_used_by_everybody(
    browser: Browser, served: Served, client: httpx.Client, size: tuple[int, int]
) -> None:
    page = files_of(book(client, "10:00" if size[0] == 320 else "10:30"))["page"]
    with opened(browser, f"{served.url}{page}", size=size) as shown:
        assert faults_of_access(shown) == {}
        assert width_of_contents(shown) <= size[0]
        assert shown.locator("#print").is_visible()
