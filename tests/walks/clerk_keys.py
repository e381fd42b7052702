"""The desk's keyboard, scanner and keypad, as they are used: whoever sees that nothing came of it does it again.

Nothing here waits for a time: each press is followed by what it brings about, and a busy machine only takes longer.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Expect, Page
from playwright.sync_api import TimeoutError as NothingCame

expect = Expect()
expect.set_options(timeout=60_000)
"""For the counter's walks, where a read, a server and two pages take their turns on one busy machine."""

_TIMES = 4
_SENT_WITHIN_MS = 10_000
_AT_ONCE = """keys => {
    for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""


def press(clerk: Page, key: str) -> None:
    """A function key, once the page shows what it does: a page that was behind another is blank for a moment."""
    clerk.bring_to_front()
    _until_sent(clerk, f'[data-key="{key}"]', lambda: clerk.keyboard.press(key))


def tick(clerk: Page, count: int) -> None:
    """The first things to have ready are there: the keys 1, 2, 3 …"""
    for number in range(1, count + 1):
        press(clerk, str(number))
        expect(clerk.locator(".items li.ready")).to_have_count(number)


def scan(clerk: Page, code: str) -> None:
    """The scanner types what is in the QR code, and Enter.

    A scanner is as fast on a busy machine. The browser's driver is not: half a code would look like a code typed by hand.
    """
    clerk.bring_to_front()
    _until_sent(clerk, "#ticket", lambda: clerk.evaluate(_AT_ONCE, [*code, "Enter"]))


def type_ticket(clerk: Page, ticket: str) -> None:
    """By hand, into the field that F2 leads to."""
    clerk.bring_to_front()
    field = clerk.locator("#ticket")
    expect(field).to_be_visible()
    clerk.keyboard.press("F2")
    expect(field).to_be_focused()
    clerk.keyboard.type(ticket)
    _until_sent(clerk, "#ticket", lambda: clerk.keyboard.press("Enter"))


def type_pin(side: Page, pin: str, *, after: int = 0) -> None:
    """The resident presses digits, seeing each of them arrive `after` those that are there already."""
    side.bring_to_front()
    for count, digit in enumerate(pin, start=after + 1):
        side.locator(f"[data-digit='{digit}']").click()
        expect(side.locator(".dot.filled")).to_have_count(count)


def _until_sent(clerk: Page, place: str, act: Callable[[], object]) -> None:
    """Act on what is on the page until the page has asked the program for something."""
    for _ in range(_TIMES):
        expect(clerk.locator(place)).to_be_visible()
        try:
            with clerk.expect_request(lambda request: "/do/" in request.url, timeout=_SENT_WITHIN_MS):
                act()
        except NothingCame:
            continue
        return
    raise AssertionError(f"{place} was used {_TIMES} times, and nothing came of it")
