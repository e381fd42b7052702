"""The counter's two pages in Chromium: a visit with keyboard and keypad alone, and what is left of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from counter_agent.wiring import TRAINING_CLERK, Built, build_training
from tests.browser import faults_of_access, width_of_contents
from tests.counter_agent.desks import settings_of
from tests.walks.clerk_keys import expect, press, scan, tick, type_pin, type_ticket
from tests.walks.counters import serving, signed_in

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Training:
    """Training mode on a port of its own."""

    url: str
    built: Built
    home: Path

    def signed_in(self, browser: Browser) -> AbstractContextManager[tuple[Page, Page]]:
        return signed_in(browser, self.url, number=TRAINING_CLERK, password=TRAINING_CLERK)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Training]:
    home = tmp_path_factory.mktemp("home")
    built = build_training(settings_of(home))
    with serving(built) as url:
        yield Training(url, built, home)


def test_a_visit_with_scanner_keys_and_keypad_alone(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        scan(clerk, "https://desk.example/t/TR-001")
        expect(clerk.locator("tr.waiting")).to_contain_text("TR-001")
        press(clerk, "F4")
        expect(clerk.locator(".items")).to_be_visible()
        assert faults_of_access(clerk) == {}
        assert width_of_contents(clerk) <= 1366
        tick(clerk, 5)
        press(clerk, "F8")
        expect(clerk.locator(".who h2")).to_contain_text("カードを置く")
        clerk.locator(".training-cards").get_by_text("カードを置く").click()
        type_pin(resident, "12")
        shows_the_newest(resident, training)
        type_pin(resident, "34", after=2)
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
        press(clerk, "1")
        expect(clerk.locator(".service .chosen")).to_contain_text("できた")
        press(clerk, "F8")
        expect(clerk.locator(".evidence")).to_contain_text("カードが外れた")
        clerk.locator(".training-cards").get_by_text("カードを取る").click()
        expect(clerk.locator(".stage")).to_contain_text("終了しました")
        for page in (clerk, resident):
            page.bring_to_front()
            expect(page.locator("[data-version]")).to_be_visible()
            assert "あおぞらペイ" not in page.content()
        assert training.built.uplink is None


def test_the_last_try_is_seen_whole_in_every_language(browser: Browser, training: Training) -> None:
    """On the counter's small screen no key of the keypad is out of sight, and the warning is not either."""
    with training.signed_in(browser) as (clerk, resident):
        type_ticket(clerk, "tr002")
        press(clerk, "F4")
        expect(clerk.locator(".items")).to_be_visible()
        tick(clerk, 5)
        press(clerk, "F8")
        expect(clerk.locator(".who h2")).to_contain_text("カードを置く")
        clerk.locator(".training-cards").get_by_text("残り1回のカード").click()
        expect(clerk.locator(".stage")).to_contain_text("住民の同意：まだ")
        press(clerk, "F8")
        resident.bring_to_front()
        resident.locator("main button.main").click()
        expect(resident.locator(".keypad")).to_be_visible()
        for language in ("日本語", "English", "やさしい日本語"):
            resident.get_by_role("button", name=language, exact=True).click()
            expect(resident.locator(".speak .chosen")).to_have_text(language)
            expect(resident.locator(".problem")).to_be_visible()
            assert resident.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, language
            assert faults_of_access(resident) == {}, language
        clerk.bring_to_front()
        clerk.locator(".ways").get_by_text("中止").click()
        clerk.locator(".training-cards").get_by_text("カードを取る").click()
        expect(clerk.locator(".stage")).to_contain_text("終了しました")


def test_a_wrong_pin_is_called_wrong_and_seen_whole_in_every_language(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        comes_to_the_keypad(clerk, "tr005")
        type_pin(resident, "0000")
        resident.locator("[data-enter]").click()
        expect(resident.locator(".problem")).to_contain_text("ちがいました")
        for language in ("日本語", "English", "やさしい日本語"):
            resident.get_by_role("button", name=language, exact=True).click()
            expect(resident.locator(".speak .chosen")).to_have_text(language)
            expect(resident.get_by_role("alert").locator("visible=true")).to_be_visible()
            assert resident.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, language
            assert faults_of_access(resident) == {}, language
        clerk.bring_to_front()
        expect(clerk.locator(".problem")).to_contain_text("ちがいました")
        gives_up(clerk)


def test_a_window_stopped_by_a_dialog_holds_up_the_end(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        comes_to_the_keypad(clerk, "tr004")
        expect(resident.locator(".keypad")).to_be_visible()
        with resident.expect_event("dialog") as stopped:
            resident.evaluate("setTimeout(() => alert('as a print dialog does'))")
        clerk.locator(".ways").get_by_text("中止").click()
        clerk.locator(".training-cards").get_by_text("カードを取る").click()
        expect(clerk.locator(".stage")).to_contain_text("応答しない画面が 1 つあります")
        expect(clerk.locator(".evidence li.ok")).to_have_text("カードが外れた")
        assert faults_of_access(clerk) == {}
        stopped.value.dismiss()
        expect(clerk.locator(".stage")).to_contain_text("終了しました")


def test_the_residents_side_waits_for_a_clerk_and_comes_back_by_itself(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        expect(resident.locator(".side")).to_be_visible()
        clerk.get_by_role("button", name="サインアウト").click()
        expect(resident.locator("#away")).to_contain_text("We are getting ready")
        assert faults_of_access(resident) == {}
        clerk.fill("#number", TRAINING_CLERK)
        clerk.fill("#password", TRAINING_CLERK)
        clerk.keyboard.press("Enter")
        expect(clerk.locator(".desk")).to_be_visible()
        resident.bring_to_front()
        expect(resident.locator(".side")).to_be_visible()
        expect(resident.locator("#away")).to_be_hidden()


def test_when_the_program_is_gone_both_sides_say_so(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        for page, text in ((clerk, "プログラムから返事がありません"), (resident, "ただいま準備中です")):
            page.bring_to_front()
            page.route("**/state?*", lambda route: route.abort())
            expect(page.locator("#away")).to_contain_text(text)
            expect(page.locator("#away")).to_be_visible()
            assert faults_of_access(page) == {}
            page.unroute("**/state?*")
            expect(page.locator("[data-version]")).to_be_visible()
            expect(page.locator("#away")).to_be_hidden()


def test_what_is_half_typed_stays_and_what_was_sent_goes(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, _):
        clerk.bring_to_front()
        clerk.locator("#ticket").fill("TR-0")
        clerk.locator(".training-cards").get_by_text("カードを置く").click()
        expect(clerk.locator(".state", has_text="カード：あり")).to_be_visible()
        expect(clerk.locator("#ticket")).to_have_value("TR-0")
        clerk.locator(".training-cards").get_by_text("カードを取る").click()
        clerk.locator("#ticket").press("Enter")
        expect(clerk.locator("#notice")).to_be_visible()
        expect(clerk.locator("#ticket")).to_have_value("TR-0")
        clerk.keyboard.press("F9")
        clerk.locator(".walk-in input").first.check()
        clerk.locator(".walk-in select").select_option("en")
        clerk.locator(".walk-in button").click()
        expect(clerk.locator("tr.waiting").first).to_contain_text("予約なし")
        expect(clerk.locator(".walk-in input").first).not_to_be_checked()
        expect(clerk.locator(".walk-in select")).to_have_value("ja")
        expect(clerk.locator(".walk-in button")).to_be_hidden()
        expect(clerk.locator("#ticket")).to_have_value("TR-0")
        clerk.locator("tr.waiting", has_text="予約なし").get_by_text("帰った").click()
        expect(clerk.locator("tr.waiting", has_text="予約なし")).to_have_count(0)


def comes_to_the_keypad(clerk: Page, ticket: str) -> None:
    type_ticket(clerk, ticket)
    expect(clerk.locator("tr.waiting")).to_be_visible()
    expect(clerk.locator("#ticket")).to_have_value("")
    press(clerk, "F4")
    expect(clerk.locator(".items")).to_be_visible()
    tick(clerk, clerk.locator(".items li").count())
    press(clerk, "F8")
    expect(clerk.locator("h2")).to_contain_text("カードを置く")
    clerk.locator(".training-cards").get_by_text("カードを置く").click()
    expect(clerk.locator("h2")).to_contain_text("暗証番号")


def gives_up(clerk: Page) -> None:
    clerk.locator(".ways").get_by_text("中止").click()
    clerk.locator(".training-cards").get_by_text("カードを取る").click()
    expect(clerk.locator(".stage")).to_contain_text("終了しました")


def shows_the_newest(page: Page, training: Training) -> None:
    """Something happened at the desk that this page shows nothing of; and it has heard of it."""
    training.built.agent.pages.changed()
    expect(page.locator("[data-version]")).to_have_attribute("data-version", str(training.built.agent.pages.version))


def test_an_answer_that_comes_late_brings_nothing_back(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (_, resident):
        late: list[Route] = []
        resident.bring_to_front()
        shows_the_newest(resident, training)
        resident.route("**/fragment/resident*", lambda route: route.fallback() if late else late.append(route))
        training.built.agent.pages.changed()
        for _ in range(3000):  # what the page asks for is heard of only while something is waited for
            if late:
                break
            resident.wait_for_timeout(20)
        for is_hidden in (True, False):
            becomes(resident, is_hidden=is_hidden)
        shows_the_newest(resident, training)
        with resident.expect_event("requestfinished", lambda request: "fragment" in request.url):
            late[0].fulfill(body='<div class="side" data-version="1">あおぞらペイ</div>')
        resident.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert "あおぞらペイ" not in resident.content()
        expect(resident.locator("#live h1")).to_be_visible()


def becomes(page: Page, *, is_hidden: bool) -> None:
    """As when the window goes behind another, or comes back."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_a_page_nobody_looks_at_shows_nothing(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (_, resident):
        expect(resident.locator("#live h1")).to_be_visible()
        becomes(resident, is_hidden=True)
        expect(resident.locator("#live")).to_be_empty()


def test_the_slip_and_every_page_say_training(browser: Browser, training: Training) -> None:
    with training.signed_in(browser) as (clerk, resident):
        for page in (clerk, resident):
            expect(page.locator(".training-band")).to_contain_text("TRAINING")
        for path in ("slip", "sign-in"):
            clerk.goto(f"{training.url}/{path}")
            expect(clerk.locator(".training-band")).to_contain_text("TRAINING")


def test_the_folder_of_training_is_its_own(training: Training) -> None:
    assert [file.name for file in training.home.iterdir()] == ["training"]
    assert (training.home / "training" / "spool.db").exists()
    assert training.built.uplink is None
