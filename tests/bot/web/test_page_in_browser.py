"""A resident at the page: by mouse, by keyboard alone, at 320 px, with a bad line, and as axe-core sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.bot.web.served import Served
from tests.browser import faults_of_access, opened, small_targets, width_of_contents
from tests.resident import Resident, resident_at

pytestmark = pytest.mark.browser
PHONE = (320, 640)
DESKTOP = (1280, 900)


NOTE_HOW_IT_IS_SAID = """
    window.saidAs = [];
    document.addEventListener("DOMContentLoaded", () => {
        const log = document.getElementById("log");
        new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(
            () => saidAs.push(log.getAttribute("aria-live"))
        ))).observe(log, { childList: true });
    });
"""


@pytest.fixture
def resident(browser: Browser, served: Served) -> Iterator[Resident]:
    with resident_at(browser, served.url) as resident:
        yield resident


def focused(page: Page) -> str:
    said: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return said


class TestAsking:
    def test_the_desk_greets_with_the_menu(self, resident: Resident) -> None:
        expect(resident.page.get_by_role("log")).to_contain_text("こんにちは")
        expect(resident.choices.first).to_have_text(re.compile(r"^1\. "))

    def test_a_choice_is_pressed(self, resident: Resident) -> None:
        label = resident.choices.first.inner_text().replace("\n", "").removeprefix("1. ").removeprefix("1.").strip()
        resident.choices.first.click()
        resident.hears(2)
        expect(resident.own).to_contain_text(label)
        expect(resident.desk.last).to_contain_text(label)

    def test_only_the_newest_choices_show_numbers_that_can_be_typed(self, resident: Resident) -> None:
        resident.choices.first.click()
        resident.hears(2)
        expect(resident.desk.first.locator(".number")).to_have_count(0)
        expect(resident.choices.first).to_have_text(re.compile(r"^1\. "))

    def test_an_old_choice_can_still_be_pressed(self, resident: Resident) -> None:
        resident.choices.first.click()
        resident.hears(2)
        resident.desk.first.locator(".choices button").nth(1).click()
        resident.hears(3)

    def test_a_question_by_keyboard_alone(self, resident: Resident) -> None:
        keyboard = resident.page.keyboard
        keyboard.press("Tab")
        assert focused(resident.page) == "質問の入力へ進む"
        keyboard.press("Enter")
        assert focused(resident.page) == "text"
        keyboard.insert_text("駐車場はありますか")
        keyboard.press("Enter")
        resident.hears(2)
        expect(resident.desk.last).to_contain_text("駐車場")
        assert focused(resident.page) == "text"
        keyboard.press("Shift+Tab")
        keyboard.press("Enter")
        resident.hears(3)

    def test_the_focus_can_be_seen_and_is_not_covered(self, resident: Resident) -> None:
        resident.choices.first.click()
        resident.hears(2)
        resident.page.keyboard.press("Tab")
        for _ in range(resident.choices.count()):
            resident.does_not_move()
            resident.page.keyboard.press("Tab")
            is_clear, outline = resident.page.evaluate(
                """() => {
                    const one = document.activeElement, box = one.getBoundingClientRect();
                    const top = document.elementFromPoint(box.x + box.width / 2, box.bottom - 4);
                    return [one.contains(top), getComputedStyle(one).outlineStyle];
                }"""
            )
            assert is_clear, focused(resident.page)
            assert outline == "solid"

    def test_the_enter_that_ends_a_conversion_sends_nothing(self, resident: Resident) -> None:
        resident.box.fill("ちゅうしゃじょう")
        for details in ({"key": "Enter", "isComposing": True}, {"key": "Enter", "keyCode": 229}):
            resident.box.dispatch_event("keydown", details)
        expect(resident.own).to_have_count(0)
        resident.box.press("Enter")
        expect(resident.own).to_have_count(1)

    def test_sending_nothing_says_what_to_do(self, resident: Resident) -> None:
        resident.types("   ")
        expect(resident.status).to_contain_text("文字を入力してから")
        expect(resident.own).to_have_count(0)

    def test_what_is_typed_is_never_markup(self, resident: Resident) -> None:
        resident.types("<img src=x onerror=alert(1)><b>太字</b>")
        resident.hears(2)
        expect(resident.own).to_contain_text("<img src=x onerror=alert(1)><b>太字</b>")
        expect(resident.page.locator("main img, main b")).to_have_count(0)

    def test_telephone_numbers_in_an_answer_can_be_called(self, resident: Resident) -> None:
        resident.types("電話で聞く")
        resident.hears(2)
        expect(resident.desk.last.locator('a[href="tel:0120950178"]')).to_have_text("0120-95-0178")

    def test_a_typed_pin_is_taken_off_the_screen(self, resident: Resident) -> None:
        resident.types("暗証番号は2580です")
        resident.hears(2)
        expect(resident.page.locator("body")).not_to_contain_text("2580")
        resident.page.reload()
        resident.hears(2)
        expect(resident.own).to_contain_text("画面から消しました")
        assert "2580" not in resident.page.evaluate("JSON.stringify(sessionStorage)")

    def test_forgetting_clears_the_screen(self, resident: Resident) -> None:
        resident.types("わすれて")
        resident.hears(2)
        resident.choices.first.click()
        expect(resident.own).to_have_count(1)
        expect(resident.desk).to_have_count(1)
        resident.page.reload()
        resident.hears(1)
        expect(resident.own).to_have_count(0)

    @pytest.mark.parametrize("yes", ["1", "はい"])
    def test_forgetting_by_a_typed_word_clears_the_screen_and_the_drawer(self, resident: Resident, yes: str) -> None:
        resident.types("駐車場はありますか")
        resident.hears(2)
        resident.types("わすれて")
        resident.hears(3)
        resident.types(yes)
        expect(resident.desk).to_have_count(1)
        expect(resident.own).to_have_count(1)
        expect(resident.own).to_contain_text(yes)
        assert "駐車場" not in resident.page.evaluate("JSON.stringify(sessionStorage)")

    def test_forgetting_clears_the_other_tabs_too(self, resident: Resident, served: Served) -> None:
        tab = Resident(resident.page.context.new_page())
        tab.page.goto(served.url)
        tab.types("駐車場はありますか")
        tab.hears(2)
        resident.types("わすれて")
        resident.hears(3)
        resident.types("1")
        expect(resident.desk).to_have_count(1)
        expect(tab.desk).to_have_count(1)
        expect(tab.own).to_have_count(0)
        assert "駐車場" not in tab.page.evaluate("JSON.stringify(sessionStorage)")


class TestReading:
    def test_a_reload_keeps_the_conversation_and_does_not_greet_again(self, resident: Resident) -> None:
        resident.types("駐車場はありますか")
        resident.hears(2)
        before = resident.page.get_by_role("log").locator(".bubble").all_inner_texts()
        resident.page.reload()
        resident.hears(2)
        assert resident.page.get_by_role("log").locator(".bubble").all_inner_texts() == before
        assert len(before) == 3

    def test_what_is_said_elsewhere_appears_without_a_reload(self, resident: Resident, served: Served) -> None:
        cookies = {cookie["name"]: cookie["value"] for cookie in resident.page.context.cookies()}
        httpx.post(
            f"{served.url}/webchat/v1/messages", json={"event_id": "elsewhere", "choice": "menu"}, cookies=cookies
        )
        resident.hears(2)

    def test_a_second_tab_shows_the_same_conversation(self, resident: Resident, served: Served) -> None:
        resident.types("駐車場はありますか")
        resident.hears(2)
        tab = resident.page.context.new_page()
        tab.goto(served.url)
        expect(tab.locator(".message.desk")).to_have_count(2)

    def test_each_message_says_who_speaks_and_in_which_language(self, resident: Resident) -> None:
        resident.types("Is there a parking lot at city hall?")
        resident.hears(2)
        articles = resident.page.get_by_role("log").get_by_role("article")
        expect(articles).to_have_count(3)
        expect(articles.nth(1)).to_have_accessible_name("あなた")
        expect(articles.nth(2)).to_have_accessible_name("窓口の案内")
        expect(resident.desk.first.locator(".bubble")).to_have_attribute("lang", "ja")
        expect(resident.desk.last.locator(".bubble")).to_have_attribute("lang", "en")

    def test_what_is_new_is_read_aloud_and_the_past_is_not(self, browser: Browser, served: Served) -> None:
        with opened(browser, served.url) as page:
            page.add_init_script(NOTE_HOW_IT_IS_SAID)
            page.reload()
            resident = Resident(page)
            resident.hears(1)
            page.reload()
            resident.hears(1)
            assert page.evaluate("saidAs") == ["off"]
            expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
            resident.choices.first.click()
            resident.hears(2)
            assert page.evaluate("saidAs") == ["off", "polite", "polite"]

    def test_the_greeting_is_read_aloud(self, browser: Browser, served: Served) -> None:
        with opened(browser, f"{served.url}/health/live") as page:
            page.add_init_script(NOTE_HOW_IT_IS_SAID)
            page.goto(served.url)
            Resident(page).hears(1)
            assert page.evaluate("saidAs") == ["polite"]

    def test_a_fax_number_is_not_called_and_an_address_ends_where_it_ends(self, resident: Resident) -> None:
        linked = resident.page.evaluate(
            """async text => {
                const { worded } = await import("/static/wording.js");
                const box = document.createElement("div");
                box.append(...worded(text, "ja"));
                return [box.textContent, [...box.querySelectorAll("a")].map(one => one.getAttribute("href"))];
            }""",
            "電話 042-470-7722（FAX 042-470-7805）、案内（https://www.example.jp/a?b=1）。https://example.jp/. 1042-470-7722",
        )
        assert linked[1] == ["tel:0424707722", "https://www.example.jp/a?b=1", "https://example.jp/"]
        assert linked[0].endswith("https://example.jp/. 1042-470-7722")


class TestChoosingHowItLooks:
    @pytest.mark.parametrize(("code", "html_lang", "send"), [("en", "en", "Send"), ("ja-easy", "ja", "おくる")])
    def test_the_language_changes_page_and_desk(
        self, resident: Resident, served: Served, code: str, html_lang: str, send: str
    ) -> None:
        resident.page.locator(f"nav a[data-language={code}]").click()
        expect(resident.page.locator("html")).to_have_attribute("lang", html_lang)
        expect(resident.page.locator("form button")).to_have_text(send)
        resident.hears(2)
        expect(resident.desk.last.locator(".bubble")).to_have_attribute("lang", html_lang)
        resident.page.goto(served.url)
        expect(resident.page.locator("form button")).to_have_text(send)
        resident.hears(2)

    def test_a_language_chosen_in_the_chat_changes_the_page_too(self, resident: Resident) -> None:
        resident.page.locator('button[data-choice="lang:en"]').click()
        expect(resident.page.locator("form button")).to_have_text("Send")
        resident.hears(2)

    def test_a_language_asked_for_by_a_typed_word_changes_the_page_too(self, resident: Resident) -> None:
        resident.types("英語")
        expect(resident.page.locator("form button")).to_have_text("Send")
        resident.hears(2)

    def test_what_was_being_typed_survives_a_change_of_language(self, resident: Resident) -> None:
        resident.box.fill("駐車場は")
        resident.page.locator("nav a[data-language=en]").click()
        expect(resident.page.locator("form button")).to_have_text("Send")
        expect(resident.box).to_have_value("駐車場は")

    def test_the_text_grows_and_stays_grown(self, resident: Resident) -> None:
        def size() -> float:
            return float(
                resident.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)")
            )

        before = size()
        resident.page.get_by_role("button", name="特大").click()
        assert size() > before * 1.5
        expect(resident.page.get_by_role("button", name="特大")).to_have_attribute("aria-pressed", "true")
        resident.page.reload()
        resident.hears(1)
        assert size() > before * 1.5
        expect(resident.page.get_by_role("button", name="標準")).to_have_attribute("aria-pressed", "false")

    def test_without_scripts_the_page_says_whom_to_call(self, browser: Browser, served: Served) -> None:
        with opened(browser, served.url, java_script_enabled=False) as page:
            expect(page.locator("main")).to_contain_text("0120-95-0178")
            expect(page.locator("form")).to_be_hidden()


class TestABadLine:
    def test_what_is_typed_offline_is_sent_once_when_the_line_is_back(self, resident: Resident) -> None:
        resident.page.context.set_offline(True)
        resident.types("駐車場はありますか")
        resident.types("何時から何時までですか")
        expect(resident.status).to_contain_text("つながっていません")
        expect(resident.own).to_have_count(2)
        expect(resident.own.last).to_contain_text("送信中")
        resident.page.context.set_offline(False)
        resident.hears(3)
        expect(resident.own).to_have_count(2)
        expect(resident.status).not_to_contain_text("つながっていません")
        assert [who.split()[1] for who in classes(resident)] == ["desk", "own", "desk", "own", "desk"]

    def test_what_was_not_sent_survives_a_reload(self, resident: Resident) -> None:
        resident.page.route("**/webchat/v1/messages", lambda route: route.abort())
        resident.types("駐車場はありますか")
        expect(resident.own).to_contain_text("送信中")
        resident.page.reload()
        expect(resident.own).to_contain_text("送信中")
        resident.page.unroute("**/webchat/v1/messages")
        resident.hears(2)
        expect(resident.own).to_have_count(1)

    def test_an_answer_that_is_lost_on_the_way_is_not_doubled(self, resident: Resident, served: Served) -> None:
        losses: list[str] = []

        def lose_the_first_answer(route: Route) -> None:
            response = route.fetch()
            if losses:
                route.fulfill(response=response)
            else:
                losses.append(response.text())
                route.abort()

        resident.page.route("**/webchat/v1/messages", lose_the_first_answer)
        resident.types("駐車場はありますか")
        resident.hears(2)
        assert len(losses) == 1
        expect(resident.own).to_have_count(1)
        resident.page.reload()
        resident.hears(2)
        expect(resident.own).to_have_count(1)

    def test_a_refused_message_can_be_sent_again(self, resident: Resident) -> None:
        resident.page.route("**/webchat/v1/messages", lambda route: route.fulfill(status=403, body="{}"), times=1)
        resident.types("駐車場はありますか")
        resident.own.get_by_role("button", name="もう一度送る").click()
        resident.hears(2)
        expect(resident.own).to_have_count(1)

    def test_a_service_that_restarts_loses_and_doubles_nothing(self, browser: Browser, tmp_path: Path) -> None:
        service = Served(tmp_path)
        service.start()
        try:
            with resident_at(browser, service.url) as resident:
                resident.types("駐車場はありますか")
                resident.hears(2)
                service.stop()
                resident.types("何時から何時までですか")
                expect(resident.status).to_contain_text("つながっていません")
                service.start()
                expect(resident.desk).to_have_count(3, timeout=30_000)
                resident.hears(3)
                expect(resident.own).to_have_count(2)
        finally:
            service.stop()


def classes(resident: Resident) -> list[str]:
    return [article.get_attribute("class") or "" for article in resident.page.locator(".message").all()]


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["320 px", "1280 px"])
    def test_axe_finds_nothing_wrong(
        self, browser: Browser, served: Served, size: tuple[int, int], scheme: str
    ) -> None:
        with resident_at(browser, served.url, size=size, color_scheme=scheme) as resident:
            expect(resident.page.locator(".demo")).to_be_visible()
            assert faults_of_access(resident.page) == {}
            resident.types("駐車場はありますか")
            resident.hears(2)
            resident.types(" ")
            assert faults_of_access(resident.page) == {}

    @pytest.mark.parametrize("code", ["ja-easy", "en"])
    def test_axe_finds_nothing_wrong_in_the_other_languages(self, browser: Browser, served: Served, code: str) -> None:
        with resident_at(browser, f"{served.url}/?lang={code}", size=PHONE) as resident:
            assert faults_of_access(resident.page) == {}

    @pytest.mark.parametrize("code", ["ja", "ja-easy", "en"])
    @pytest.mark.parametrize("size", ["normal", "larger"])
    def test_at_320_px_nothing_is_cut_off_and_everything_can_be_hit(
        self, browser: Browser, served: Served, code: str, size: str
    ) -> None:
        with resident_at(browser, f"{served.url}/?lang={code}", size=PHONE) as resident:
            resident.page.locator(f"button[data-size={size}]").click()
            resident.types("東久留米市の窓口のこと https://www.example.jp/" + "a" * 80)
            resident.hears(2)
            assert width_of_contents(resident.page) == 320
            assert small_targets(resident.page) == []

    def test_at_400_percent_the_form_leaves_room_for_the_conversation(self, browser: Browser, served: Served) -> None:
        with resident_at(browser, served.url, size=(320, 256)) as resident:
            assert resident.page.evaluate("getComputedStyle(document.querySelector('#form')).position") == "static"
            assert width_of_contents(resident.page) == 320
