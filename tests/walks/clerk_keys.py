"""A clerk's keyboard and scanner, as they are used: whoever sees that nothing came of it does it again."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NothingCame

_SCANS = 5
_SEEN_WITHIN_MS = 30_000


def press(clerk: Page, key: str) -> None:
    """A function key, once the page shows what it does: a page that was behind another is blank for a moment."""
    clerk.bring_to_front()
    expect(clerk.locator(f'[data-key="{key}"]')).to_be_visible(timeout=_SEEN_WITHIN_MS)
    clerk.keyboard.press(key)


def scan(clerk: Page, code: str) -> None:
    """The scanner types what is in the QR code, and Enter. A machine too busy for its speed needs it twice."""
    clerk.bring_to_front()
    expect(clerk.locator("#ticket")).to_be_visible(timeout=_SEEN_WITHIN_MS)
    for _ in range(_SCANS):
        with suppress(NothingCame):
            with clerk.expect_request(lambda request: request.url.endswith("/do/check-in"), timeout=3000):
                clerk.keyboard.type(code, delay=2)
                clerk.keyboard.press("Enter")
            return
    raise AssertionError(f"{code} was scanned {_SCANS} times, and nothing came of it")
