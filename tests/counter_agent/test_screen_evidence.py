"""The end of a visit over HTTP, where a page or the program itself failed; and who is told what of a wrong PIN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from counter_agent import keeping
from counter_agent.training_cards import TrainingCards
from counter_agent.visit import Stage
from counter_agent.waiting import Counter
from counter_agent.wire import Closed, ConflictKind, Language, Outcome, Status
from tests.counter_agent.desks import ORIGIN, PATIENCE_S, PIN, Browser, cards_in, desk
from tests.counter_agent.made_up import MORNING, TICKET, booking, today, visitor
from tests.counter_agent.served import CounterServer, served
from tests.fakes.server import until

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def card_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    cards_in(folder)
    return folder


@pytest.fixture
def cards(card_folder: Path) -> TrainingCards:
    return TrainingCards(card_folder, cards_in(card_folder).today)


@pytest.fixture
def heard() -> CounterServer:
    return CounterServer()


@pytest.fixture
def url(heard: CounterServer) -> Iterator[str]:
    with served(heard) as address:
        yield address


def stage_of(browser: Browser) -> Stage:
    visit = browser.built.agent.visit
    assert visit is not None
    return visit.stage


async def shows_until_the_end(browser: Browser, page: str) -> None:
    """A page says what it shows of the visit, and then nothing more; the card is taken all the same."""
    version = str(browser.built.agent.pages.version)
    await browser.client.get("/state", params={"page": page, "shown": version})
    await browser.do("finish")
    await browser.until("ending")
    browser.cards.lay("off")


async def test_a_page_that_hangs_holds_up_the_end_until_the_clerk_has_looked(
    tmp_path: Path, cards: TrainingCards, url: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.read_card()
        await browser.support()
        await shows_until_the_end(browser, "hangs")
        assert await browser.do("screens-seen") == "screens_answer"
        await browser.until_shown("応答しない画面が 1 つあります")
        assert stage_of(browser) is Stage.ENDING
        assert await browser.do("call") == "visit_not_closed"
        assert await browser.do("screens-seen") == ""
        await browser.until("closed")
    assert '"action": "screens_seen"' in (tmp_path / "actions.log").read_text(encoding="utf-8")


async def test_a_page_that_says_goodbye_is_not_waited_for(tmp_path: Path, cards: TrainingCards, url: str) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.read_card()
        await browser.support()
        await shows_until_the_end(browser, "closed")
        stranger = httpx.AsyncClient(transport=httpx.ASGITransport(browser.built.app), base_url=ORIGIN)
        async with stranger:
            refused = await stranger.post("/left?page=closed", headers={"Origin": "http://evil.example"})
            assert refused.status_code == 403
            said = await stranger.post("/left?page=closed", headers={"Origin": ORIGIN})
            assert said.status_code == 204
        await browser.until("closed")
        assert browser.built.agent.pages.silent == 0


async def test_after_a_crash_somebody_must_look_at_the_screens(tmp_path: Path, cards: TrainingCards, url: str) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.read_card()
        await browser.until("read")
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        assert stage_of(browser) is Stage.PAUSED
        assert await browser.do("end", outcome="abandoned") == ""
        cards.lay("off")
        await browser.until_shown("応答しない画面が")
        assert stage_of(browser) is Stage.ENDING
        assert await browser.do("screens-seen") == ""
        await browser.until("closed")


async def test_a_signed_out_page_can_say_that_it_is_blank_and_learns_nothing(
    tmp_path: Path, cards: TrainingCards, url: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.shows()
        browser.client.cookies.clear()
        pages = browser.built.agent.pages
        for page, is_known in (("both", True), ("made up", False)):
            answer = await browser.client.get("/state", params={"page": page, "shown": "blank"})
            assert (answer.status_code, "version" in answer.text) == (401, False)
            assert pages.knows(page) is is_known


async def test_without_a_clerk_the_residents_side_waits_and_shows_nobody(
    tmp_path: Path, cards: TrainingCards, url: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.come_to_the_card()
        browser.client.cookies.clear()
        shown = await browser.get("/resident")
    assert "ただいま準備中です" in shown
    assert "We are getting ready" in shown
    assert "パスワード" not in shown
    assert "カードを置いて" not in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "暗証番号がちがいました"), ("ja-easy", "ちがいました"), ("en", "That PIN was wrong")],
)
async def test_a_wrong_pin_is_called_wrong_on_both_sides_until_the_next_try(
    tmp_path: Path, cards: TrainingCards, url: str, language: str, said: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.come_to_the_card()
        assert await browser.do("speak", language=language) == ""
        cards.lay("good")
        await browser.until("card_on")
        assert said not in await browser.get("/fragment/resident")
        assert await browser.post("/resident/pin", content=b"0000") == ""
        await browser.until_shown("残り <strong>2</strong>")
        assert said in await browser.get("/fragment/resident")
        assert "押された暗証番号がちがいました" in await browser.get("/fragment/clerk")
        assert await browser.post("/resident/pin", content=PIN.encode()) == ""
        await browser.until("read")
        assert said not in await browser.shows()


async def test_nobody_is_noted_as_missing_before_their_time(
    tmp_path: Path, cards: TrainingCards, heard: CounterServer, url: str
) -> None:
    heard.today = today(booking(minutes=180))
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        assert await browser.do("no-show", ticket=TICKET) == "too_early"
        assert await browser.do("check-in", ticket=TICKET) == ""
        await until(lambda: len(heard.reports) == 1, PATIENCE_S)
    assert [report.kind for report in heard.reports] == ["check_in"]


async def test_the_page_goes_with_the_clock_and_offers_to_note_a_no_show_from_the_booked_time_on(
    tmp_path: Path, cards: TrainingCards, heard: CounterServer, url: str
) -> None:
    heard.today = today(booking())
    a_little_before = MORNING - timedelta(seconds=3)
    async with desk(tmp_path, cards, url, clock=a_little_before.isoformat()) as browser:
        await browser.sign_in()
        before = await browser.shows()
        assert ("08:59" in before, "受付" in before, "/do/no-show" in before) == (True, True, False)
        version = browser.built.agent.pages.version
        await until(lambda: browser.built.agent.pages.version > version, PATIENCE_S)
        assert "/do/no-show" in await browser.shows()


async def test_a_no_show_that_the_server_refused_closes_nothing_here(
    tmp_path: Path, cards: TrainingCards, heard: CounterServer, url: str
) -> None:
    heard.conflicts[TICKET] = ConflictKind.MOVED
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        assert await browser.do("no-show", ticket=TICKET) == ""
        await browser.until_shown("まだ予約の時刻の前なので")
        listed = browser.built.agent.today()
        assert listed is not None
        assert listed.bookings[0].status is Status.CONFIRMED
        assert await browser.do("check-in", ticket=TICKET) == ""


async def test_whoever_waited_yesterday_is_gone_when_a_clerk_begins_the_day(
    tmp_path: Path, cards: TrainingCards, heard: CounterServer, url: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        before = browser.built.spool
        old, new = (visitor(None, visit_id=letter * 32) for letter in "ab")
        old = replace(old, checked_in_at=MORNING - timedelta(days=3))
        before.keep_counter(keeping.dump(Counter(waiting=(old, new))))
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        assert [one.visit_id for one in browser.built.agent.counter.waiting] == ["b" * 32]
        await until(lambda: bool(heard.reports), PATIENCE_S)
    (gone,) = heard.reports
    assert isinstance(gone, Closed)
    assert (gone.visit_id, gone.outcome) == ("a" * 32, Outcome.ABANDONED)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.JA, ("手続きの控え", "2022年7月1日", "できました")),
        (Language.JA_EASY, ("手続（てつづ）きの メモ", "2022年7月1日", "できました")),
        (Language.EN, ("Record of your visit", "1 July 2022", "Done")),
    ],
)
async def test_the_slip_is_in_the_residents_language(
    tmp_path: Path, cards: TrainingCards, url: str, language: Language, said: tuple[str, ...]
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        await browser.do("walk-in", **{"service.advice": "1", "language": language.value})
        await browser.do("call")
        await browser.do("items-checked")
        await browser.do("settle", service="advice", result="done")
        slip = await browser.get("/slip")
    for text in said:
        assert text in slip
    assert f'<html lang="{"en" if language is Language.EN else "ja"}">' in slip


async def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path, cards: TrainingCards, url: str) -> None:
    (tmp_path / "actions.log").touch(mode=0o644)
    async with desk(tmp_path, cards, url) as browser:
        await browser.sign_in()
        modes = modes_in(tmp_path)
    assert {"spool.db", "spool.db-wal", "actions.log", "actions.head", "identity.json"} <= set(modes)
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir() if file.is_file()}
