"""The counter's two pages in Chromium: a visit with keyboard and keypad alone, and what is left of it afterwards."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from counter_agent.wiring import Built, build_training
from tests.browser import faults_of_access, opened, width_of_contents
from tests.counter_agent.desks import settings_of
from tests.fakes.server import Server, bound
from tests.walks.clerk_keys import press, scan

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Built]]:
    """Training mode on a port of its own; its counter runs on the server's own loop."""
    built = build_training(settings_of(tmp_path_factory.mktemp("home")))
    listening = bound()
    with running(built):
        server = Server(built.app, listening)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", built
        server.stop()


@contextmanager
def running(built: Built) -> Iterator[None]:
    """Start the agent on whatever loop serves the first request."""
    inner, started = built.app.middleware_stack, threading.Event()
    assert inner is None
    stack = built.app.build_middleware_stack()
    tasks: list[asyncio.Task[None]] = []

    async def with_agent(scope: object, receive: object, send: object) -> None:
        if not started.is_set():
            started.set()
            tasks.append(asyncio.get_running_loop().create_task(built.agent.run()))
        await stack(scope, receive, send)  # type: ignore[arg-type]

    built.app.middleware_stack = with_agent
    yield
    built.spool.close()


@contextmanager
def signed_in(browser: Browser, url: str) -> Iterator[tuple[Page, Page]]:
    """The clerk's side and the resident's side, at the size of the counter's screens."""
    with opened(browser, f"{url}/sign-in", size=(1366, 768)) as clerk:
        expect(clerk.get_by_text("TRAINING").first).to_be_visible()
        clerk.fill("#number", "training")
        clerk.fill("#password", "training")
        clerk.keyboard.press("Enter")
        expect(clerk.locator(".desk")).to_be_visible()
        resident = clerk.context.new_page()
        resident.goto(f"{url}/resident")
        yield clerk, resident


def test_a_visit_with_scanner_keys_and_keypad_alone(browser: Browser, training: tuple[str, Built]) -> None:
    url, built = training
    with signed_in(browser, url) as (clerk, resident):
        scan(clerk, "https://desk.example/t/TR-001")
        expect(clerk.locator("tr.waiting")).to_contain_text("TR-001")
        press(clerk, "F4")
        expect(clerk.locator(".items")).to_be_visible()
        assert faults_of_access(clerk) == {}
        assert width_of_contents(clerk) <= 1366
        for number in range(1, 6):
            clerk.keyboard.press(str(number))
            expect(clerk.locator(".items li.ready")).to_have_count(number)
        press(clerk, "F8")
        expect(clerk.locator("h2")).to_contain_text("カードを置く")
        clerk.locator(".training-cards").get_by_text("カードを置く").click()
        resident.bring_to_front()
        for digit in "1234":
            resident.locator(f"[data-digit='{digit}']").click()
        assert faults_of_access(resident) == {}
        assert "1234" not in resident.content()
        resident.locator("[data-enter]").click()
        clerk.bring_to_front()
        expect(clerk.locator("#payment")).to_be_visible()
        clerk.fill("#payment", "あおぞらペイ")
        clerk.keyboard.press("Enter")
        resident.bring_to_front()
        expect(resident.locator(".name")).to_have_text("あおぞらペイ")
        press(clerk, "F6")
        expect(clerk.locator(".stage")).to_contain_text("確認しました")
        clerk.locator(".service").get_by_text("できた").click()
        expect(clerk.locator(".service .chosen")).to_have_text("できた")
        press(clerk, "F8")
        expect(clerk.locator(".evidence")).to_contain_text("カードが外れた")
        clerk.locator(".training-cards").get_by_text("カードを取る").click()
        expect(clerk.locator(".stage")).to_contain_text("終了しました")
        for page in (clerk, resident):
            page.bring_to_front()
            expect(page.locator("[data-version]")).to_be_visible()
            assert "あおぞらペイ" not in page.content()
        assert built.uplink is None


def test_a_page_nobody_looks_at_shows_nothing(browser: Browser, training: tuple[str, Built]) -> None:
    url, _ = training
    with signed_in(browser, url) as (_, resident):
        expect(resident.locator("h1")).to_be_visible()
        resident.evaluate(
            """() => {
                Object.defineProperty(document, "hidden", { value: true, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        expect(resident.locator("#live")).to_be_empty()


def test_the_slip_and_every_page_say_training(browser: Browser, training: tuple[str, Built]) -> None:
    url, _ = training
    with signed_in(browser, url) as (clerk, resident):
        for page in (clerk, resident):
            expect(page.locator(".training-band")).to_contain_text("TRAINING")
        clerk.goto(f"{url}/slip")
        expect(clerk.locator(".training-band")).to_contain_text("TRAINING")


def test_the_folder_of_training_is_its_own(training: tuple[str, Built], tmp_path: Path) -> None:
    home = settings_of(tmp_path).home
    assert not (home / "spool.db").exists()
    assert training[1].uplink is None
