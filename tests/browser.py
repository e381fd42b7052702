"""Headless Chromium for tests of pages, and what such tests ask of a page again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=15_000)
"""A busy machine is slow; a page that is wrong stays wrong."""

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; the tests that need it are skipped, saying so, where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: the pages were not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, *, size: tuple[int, int] = (1280, 900), **options: Any) -> Iterator[Page]:
    """A page of a browser that has never been here; what it complained about fails the test at the end."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", **options)
    page = context.new_page()
    complaints = listen_to(page, url)
    page.goto(url)
    yield page
    context.close()
    assert complaints == []


def listen_to(page: Page, url: str) -> list[str]:
    """Scripts' errors, refusals of the content security policy, and requests that leave the site, as they come."""
    complaints: list[str] = []
    home = urlsplit(url).netloc
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said.type, said.text) else None)
    page.on(
        "request",
        lambda request: complaints.append(request.url) if urlsplit(request.url).netloc != home else None,
    )
    return complaints


def _is_complaint(kind: str, text: str) -> bool:
    """A request that failed is written to the console too; the tests that make one fail look at the page."""
    return kind in {"error", "warning"} and not text.startswith("Failed to load resource")


def faults_of_access(page: Page) -> Mapping[str, list[str]]:
    """What axe-core finds wrong: rule -> the elements."""
    violations = Axe().run(page).response["violations"]
    return {fault["id"]: [node["html"] for node in fault["nodes"]] for fault in violations}


def width_of_contents(page: Page) -> int:
    """More than the window's width means scrolling sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def small_targets(page: Page, least_px: float = 44) -> list[str]:
    """Controls that a finger would miss. Links inside a sentence are not meant."""
    targets: list[str] = page.evaluate(
        """least => [...document.querySelectorAll("button, textarea, input, nav a, footer a")]
            .filter(one => one.checkVisibility())
            .map(one => [one.textContent.trim() || one.id, one.getBoundingClientRect()])
            .filter(([, box]) => box.width < least || box.height < least)
            .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)""",
        least_px,
    )
    return targets
