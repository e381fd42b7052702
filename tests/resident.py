"""A resident at the web chat, in a real browser: what they do, and what they see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import opened


class Resident:
    """Somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("#text")
        self.status = page.get_by_role("status")

    @property
    def own(self) -> Locator:
        return self.page.locator(".message.own")

    @property
    def desk(self) -> Locator:
        return self.page.locator(".message.desk")

    @property
    def choices(self) -> Locator:
        return self.page.locator(".message.desk:last-child .choices button")

    def types(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def hears(self, count: int) -> None:
        """The desk has said so many messages, all that the resident said is acknowledged, and no more come."""
        expect(self.desk).to_have_count(count)
        expect(self.page.locator(".state")).to_have_count(0)

    def does_not_move(self) -> None:
        """Smooth scrolling is over."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@contextmanager
def resident_at(browser: Browser, url: str, **options: object) -> Iterator[Resident]:
    with opened(browser, url, reduced_motion="reduce", **options) as page:  # type: ignore[arg-type]
        resident = Resident(page)
        resident.hears(1)
        yield resident
