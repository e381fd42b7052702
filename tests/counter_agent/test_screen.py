"""The clerk's page and the resident's side, over HTTP, with a made-up card and a server of the contract."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from counter_agent.auditlog import verify
from counter_agent.events import Reason
from counter_agent.screen.wording import read_wording
from counter_agent.training_cards import TrainingCards
from counter_agent.visit import Reader, Stage
from counter_agent.wire import Closed, ConflictKind, Language, Outcome
from tests.counter_agent.desks import ORIGIN, PATIENCE_S, PIN, cards_in, desk
from tests.counter_agent.made_up import TICKET
from tests.counter_agent.served import CounterServer, served
from tests.fakes.server import until

pytestmark = pytest.mark.anyio
TEXTS = Path(__file__).parents[2] / "counter_agent" / "screen" / "texts"


@pytest.fixture(scope="module")
def card_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    cards_in(folder)
    return folder


@pytest.fixture
def cards(card_folder: Path) -> TrainingCards:
    return TrainingCards(card_folder, cards_in(card_folder).today)


@contextmanager
def server() -> Iterator[tuple[CounterServer, str]]:
    one = CounterServer()
    with served(one) as url:
        yield one, url


async def test_a_whole_visit_closes_by_evidence_and_is_reported(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (heard, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.support()
            assert await browser.do("finish") == ""
            await browser.until("ending")
            assert await browser.do("call") != ""
            cards.lay("off")
            await browser.until("closed")
            await until(lambda: len(heard.reports) == 4, PATIENCE_S)
        closed = heard.reports[-1]
        assert [one.kind for one in heard.reports] == ["check_in", "called", "card_read", "closed"]
        assert isinstance(closed, Closed)
        assert (closed.outcome, closed.payment_service_confirmed) == (Outcome.COMPLETED, True)
    assert verify(tmp_path / "actions.log").lines > 10


async def test_a_pin_and_a_card_leave_no_trace(
    tmp_path: Path, cards: TrainingCards, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with server() as (heard, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card("0000")
            await browser.until("card_on")
            assert "残り <strong>2</strong>" in await browser.shows()
            assert await browser.post("/resident/pin", content=PIN.encode()) == ""
            await browser.support()
            assert not browser.built.agent.holds_pin
            certificate = cards.read_certificate()
            await browser.get("/slip")
            await browser.do("finish")
            await browser.until("ending")
            cards.lay("off")
            await browser.until("closed")
            await browser.get("/report.csv")
            kept = everything_in(tmp_path)
        assert certificate is not None
        places = {
            "log": caplog.text,
            "disk": kept.decode("utf-8", "replace"),
            "sent": b"\n".join(heard.bodies).decode(),
            "pages": "\n".join(browser.bodies),
        }
    for place, text in places.items():
        assert len(text) > 200, place
        for name, trace in traces_of(certificate).items():
            assert not re.search(trace, text, re.IGNORECASE), (place, name)
    assert "あおぞらペイ" not in places["log"] + places["disk"] + places["sent"]


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def traces_of(certificate: bytes) -> dict[str, str]:
    """What must be nowhere. Four digits inside a longer hash or number are no PIN."""
    parsed = x509.load_der_x509_certificate(certificate)
    common_name = str(parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    middle = certificate[len(certificate) // 2 :][:24]
    return {
        "PIN": rf"(?<![0-9a-z_-]){PIN}(?![0-9a-z_-])",
        "common name": re.escape(common_name),
        "serial number": rf"{parsed.serial_number}|{parsed.serial_number:x}"
        if parsed.serial_number > 10**6
        else r"serial.{0,3}\d",
        "certificate in hex": middle.hex(),
        "certificate in base64": re.escape(base64.b64encode(middle[:24]).decode()[2:-2]),
        "certificate as bytes": re.escape(repr(middle)[2:-1]),
    }


async def test_a_different_card_at_the_end_stops_everything(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (heard, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.support()
            cards.lay("off")
            await browser.until("paused")
            assert "あおぞらペイ" not in await browser.shows()
            cards.lay("other")
            await browser.until("alarm")
            assert "はじめとちがうカードです" in await browser.shows()
            assert await browser.do("end", outcome="abandoned") == "not_now"
            assert await browser.do("alarm-seen") == ""
            cards.lay("off")
            await browser.until("closed")
            await until(lambda: isinstance(heard.reports[-1], Closed), PATIENCE_S)
        closed = heard.reports[-1]
        assert isinstance(closed, Closed)
        assert closed.outcome is Outcome.WRONG_CARD


async def test_the_same_card_put_back_goes_on(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.until("read")
            cards.lay("off")
            await browser.until("paused")
            cards.lay("good")
            await browser.until("read")


async def test_the_last_try_asks_both_and_a_wrong_one_locks(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.come_to_the_card()
            cards.lay("last_try")
            await browser.until("card_on")
            assert "これが最後の1回です" in await browser.shows()
            assert "data-digit" not in await browser.shows()
            assert await browser.post("/resident/pin", content=b"0000") == "consent_needed"
            assert await browser.post("/resident/consent", data={}) == ""
            assert await browser.post("/resident/pin", content=b"0000") == "consent_needed"
            assert await browser.do("consent") == ""
            assert await browser.post("/resident/pin", content=b"0000") == ""
            await browser.until("stuck")
            assert "000-000-0000" in await browser.shows()
            assert await browser.do("end", outcome="card_locked") == ""


@pytest.mark.parametrize("typed", [b"", b"123", b"12345", b"12a4", "１２３４".encode()])
async def test_only_four_digits_reach_the_card(tmp_path: Path, cards: TrainingCards, typed: bytes) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.come_to_the_card()
            cards.lay("good")
            await browser.until("card_on")
            assert await browser.post("/resident/pin", content=typed) == "not_four_digits"
            assert cards.inspect().tries_left == 3


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ("phone", "スマートフォン"),
        ("not_mynumber", "マイナンバーカードを置いて"),
        ("blocked", "ロック"),
        ("expired", ""),
    ],
)
async def test_other_cards_are_told_to_the_resident(tmp_path: Path, cards: TrainingCards, card: str, text: str) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.come_to_the_card()
            cards.lay(card)
            if card == "expired":
                await browser.until("card_on")
                await browser.post("/resident/pin", content=PIN.encode())
            await browser.until("stuck")
            assert text in await browser.shows()


async def test_without_the_server_the_visit_goes_on_and_the_screen_says_so(
    tmp_path: Path, cards: TrainingCards
) -> None:
    with server() as (heard, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            heard.fails_with = 503
            await browser.read_card()
            await browser.until("read")
            await browser.until_shown("通信できません")
            assert "受付済み・未送信" in await browser.shows()


async def test_a_conflict_is_shown_until_it_is_seen(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (heard, url):
        heard.conflicts[TICKET] = ConflictKind.AT_OTHER_COUNTER
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.do("check-in", ticket="7k32m")
            await browser.until_shown("ほかの窓口で受け付けられています")
            await browser.do("see", report=heard.reports[0].report_id)
            assert "ほかの窓口で受け付けられています" not in await browser.shows()


async def test_hold_walk_in_and_no_show(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            assert await browser.do("walk-in") == "unknown_service"
            assert await browser.do("walk-in", **{"service.insurance": "1", "language": "en"}) == ""
            assert await browser.do("check-in", ticket="XX-000") == "no_such_ticket"
            assert await browser.do("call") == ""
            assert "What you need" in await browser.shows()
            visit = browser.built.agent.visit
            assert visit is not None
            assert await browser.do("hold", visit=visit.visit_id) == ""
            assert browser.built.agent.visit is None
            assert await browser.do("left", visit=visit.visit_id) == ""
            assert await browser.do("no-show", ticket=TICKET) == ""
            assert await browser.do("no-show", ticket=TICKET) == "booking_is_closed"
            assert "来庁なし" in await browser.shows()
            assert await browser.do("check-in", ticket=TICKET) == "", "they came after all"


async def test_the_next_is_not_called_while_a_card_is_left_behind(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.do("check-in", ticket=TICKET)
            cards.lay("good")
            await until(lambda: browser.built.agent.counter.reader is Reader.CARD, PATIENCE_S)
            assert await browser.do("call") == "card_left_behind"


async def test_a_page_that_still_shows_the_resident_holds_up_the_end(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.read_card()
            await browser.support()
            old = browser.built.agent.pages.version
            await browser.client.get("/state", params={"page": "slow one", "shown": str(old)})
            await browser.do("finish")
            await browser.until("ending")
            cards.lay("off")
            await browser.shows()
            visit = browser.built.agent.visit
            assert visit is not None
            assert visit.stage is Stage.ENDING
            await browser.client.get("/state", params={"page": "slow one", "shown": "blank"})
            await browser.until("closed")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "desk.example.jp:8090"}, 403),
        ({"Host": "127.0.0.1:8091"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "localhost:8090"}, 303),
        ({}, 303),
    ],
)
async def test_only_this_pcs_own_address_is_answered(
    tmp_path: Path, cards: TrainingCards, headers: dict[str, str], status: int
) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            answer = await browser.client.get("/", headers={"Accept": "text/html", **headers})
            assert answer.status_code == status
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_nothing_is_done_for_another_origin_or_without_the_pages_token(
    tmp_path: Path, cards: TrainingCards
) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            good = {"Origin": ORIGIN, "X-CSRF": browser.csrf}
            for headers in (
                {"X-CSRF": browser.csrf},
                {**good, "Origin": "http://evil.example"},
                {**good, "Origin": "null"},
                {**good, "X-CSRF": "guess"},
                {"Origin": ORIGIN},
            ):
                answer = await browser.client.post("/do/check-in", data={"ticket": TICKET}, headers=headers)
                assert answer.status_code == 403
            assert browser.built.agent.counter.waiting == ()
            for action, form in (
                ("nothing", {}),
                ("end", {"outcome": "gold"}),
                ("item", {}),
                ("settle", {"service": "x"}),
            ):
                answer = await browser.client.post(f"/do/{action}", data=form, headers=good)
                assert answer.status_code == 400


async def test_without_signing_in_nothing_is_shown(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            for path in ("/", "/resident", "/fragment/clerk", "/state", "/slip", "/report.csv"):
                assert (await browser.client.get(path)).status_code == 401
            wrong = {"number": "c07", "password": "guess"}
            for _ in range(5):
                answer = await browser.client.post("/sign-in", data=wrong, headers={"Origin": ORIGIN})
                assert answer.status_code == 401
            assert "1分間" in answer.text


async def test_the_day_end_report_is_numbers(tmp_path: Path, cards: TrainingCards) -> None:
    with server() as (_, url):
        async with desk(tmp_path, cards, url) as browser:
            await browser.sign_in()
            await browser.do("no-show", ticket=TICKET)
            report = await browser.get("/report.csv")
            assert "outcome,no_show,1" in report
            assert TICKET not in report
            assert browser.built.agent.log_head().hash != ""


def test_both_sides_have_the_same_words_in_every_language() -> None:
    words = read_wording().resident
    assert {language: set(words[language]) for language in Language} == {
        key: set(words[Language.JA]) for key in Language
    }
    variables = {
        language: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in words[language].items()}
        for language in Language
    }
    assert variables[Language.JA_EASY] == variables[Language.JA]
    assert variables[Language.EN] == variables[Language.JA]


def test_every_reason_outcome_and_conflict_has_words() -> None:
    from_file = yaml.safe_load((TEXTS / "clerk.yaml").read_text(encoding="utf-8"))
    assert set(Outcome) <= set(from_file["outcome"])
    assert set(ConflictKind) <= set(from_file["conflict"])
    assert set(Stage) <= set(from_file["stage"])
    assert set(Reason) <= set(from_file["reason"])
