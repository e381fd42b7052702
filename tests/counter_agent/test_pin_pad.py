"""A reader's own keys: the PIN goes from them to the card, and this PC never has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_agent.apdu import CardConnection
from counter_agent.card_errors import BadCardData, CardError, UnexpectedStatus
from counter_agent.commands.card import Pad, Report, Trust, examine
from counter_agent.pin_pad import NotTyped, feature_code
from counter_agent.reading import (
    Evidence,
    Inspection,
    NotPresented,
    PadGaveUp,
    PinRefused,
    ReadResult,
    TokenKind,
    WhyNot,
    inspect,
    read_on_pad,
)
from counter_agent.training_cards import TrainingCards
from counter_agent.virtual_card.folder import open_card
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.memory import connect_folder
from counter_agent.wiring import card_desk
from counter_agent.worker import CardWorker
from tests.counter_agent.cards import CHALLENGE, ISSUED_ON, card_folder, made_card, on_reader
from tests.counter_agent.desks import PIN, Browser, cards_in, desk, settings_of
from tests.counter_agent.pads import CANCEL, ENTER, FEATURES, NOTHING, PadReader
from tests.counter_agent.served import CounterServer, served


def pad_reader(tmp_path: Path, *pressed: str, knobs: Knobs | None = None) -> PadReader:
    reader = PadReader(made_card(tmp_path, knobs))
    for one in pressed:
        reader.presses.put(one)
    return reader


def read_from(reader: PadReader, *, last_try_agreed: bool = False) -> ReadResult:
    with reader.connected() as connection:
        return read_on_pad(connection, CHALLENGE, last_try_agreed=last_try_agreed)


def tries(reader: PadReader) -> int:
    assert reader.card is not None
    return reader.card.tries_left()


def test_a_reader_with_keys_is_told_from_one_without(tmp_path: Path) -> None:
    with pad_reader(tmp_path).connected() as connection:
        assert inspect(connection) == Inspection(TokenKind.CARD, has_certificate=True, tries_left=3, has_pad=True)
    with on_reader(tmp_path).connected() as connection:
        assert not inspect(connection).has_pad
        with pytest.raises(CardError, match="no PIN pad"):
            read_on_pad(connection, CHALLENGE)


@pytest.mark.parametrize("features", ["", "0504423300050A0442330012", "06024233", "0604", "06", "07044233000A"])
def test_a_reader_that_cannot_verify_by_itself_has_no_pad(tmp_path: Path, features: str) -> None:
    reader = pad_reader(tmp_path)
    reader.features = bytes.fromhex(features)
    with reader.connected() as connection:
        assert not inspect(connection).has_pad


def test_the_right_pin_is_presented_and_never_seen_here(tmp_path: Path) -> None:
    reader = pad_reader(tmp_path, "1234" + ENTER)
    assert isinstance(read_from(reader), Evidence)
    assert not any(b"1234" in one for one in reader.seen)


def test_a_wrong_pin_costs_one_try_and_says_how_many_are_left(tmp_path: Path) -> None:
    reader = pad_reader(tmp_path, "9999" + ENTER)
    assert read_from(reader) == PinRefused(2, 3)
    assert tries(reader) == 2


@pytest.mark.parametrize(
    ("pressed", "why"),
    [
        (NOTHING, NotTyped.TIMED_OUT),
        ("12", NotTyped.TIMED_OUT),
        (CANCEL, NotTyped.CANCELLED),
        ("1234" + CANCEL, NotTyped.CANCELLED),
        ("123" + ENTER, NotTyped.MISTYPED),
        ("12345" + ENTER, NotTyped.MISTYPED),
    ],
)
def test_what_was_not_four_digits_and_enter_costs_no_try(tmp_path: Path, pressed: str, why: NotTyped) -> None:
    reader = pad_reader(tmp_path, pressed)
    assert read_from(reader) == PadGaveUp(why, 3)
    assert tries(reader) == 3


def test_a_reader_that_says_the_entries_differ_costs_no_try_either(tmp_path: Path) -> None:
    reader = pad_reader(tmp_path)
    reader.answers_with = bytes.fromhex("6402")
    assert read_from(reader) == PadGaveUp(NotTyped.MISTYPED, 3)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("6B80", UnexpectedStatus), ("6F00", UnexpectedStatus), ("90", BadCardData), ("001234", BadCardData)],
)
def test_a_pad_that_answers_strangely_is_not_asked_again(tmp_path: Path, answer: str, error: type[CardError]) -> None:
    reader = pad_reader(tmp_path)
    reader.answers_with = bytes.fromhex(answer)
    with pytest.raises(error):
        read_from(reader)
    assert sum(one == reader.answers_with for one in reader.seen) == 1


def test_the_last_try_needs_consent_and_the_pad_stays_dark_without(tmp_path: Path) -> None:
    reader = pad_reader(tmp_path, "9999" + ENTER, "9999" + ENTER)
    read_from(reader)
    read_from(reader)
    assert read_from(reader) == NotPresented(WhyNot.LAST_TRY, 1, TokenKind.CARD)
    reader.presses.put("1234" + ENTER)
    assert isinstance(read_from(reader, last_try_agreed=True), Evidence)


@pytest.mark.parametrize("knobs", [Knobs(blocked=True), Knobs(kind=Kind.OLD), Knobs(kind=Kind.NOT_MYNUMBER)])
def test_a_card_that_cannot_be_read_never_lights_the_pad(tmp_path: Path, knobs: Knobs) -> None:
    reader = pad_reader(tmp_path, "1234" + ENTER, knobs=knobs)
    assert isinstance(read_from(reader), NotPresented)
    assert reader.presses.qsize() == 1


@given(st.binary(max_size=64))
def test_any_list_of_features_is_a_list(features: bytes) -> None:
    code = feature_code(features, 0x06)
    assert code is None or 0 <= code <= 0xFFFFFFFF
    assert feature_code(FEATURES + features, 0x06) == 0x42330006


def test_the_worker_says_when_there_is_no_pad(tmp_path: Path) -> None:
    with CardWorker(partial(connect_folder, card_folder(tmp_path), ISSUED_ON, Knobs())) as worker:
        assert not worker.inspect("any").has_pad
        with pytest.raises(CardError, match="no PIN pad"):
            worker.read_on_pad("any", CHALLENGE)
        with pytest.raises(CardError, match="no PIN pad"):
            examine(Report(reader="any"), worker, Trust((), None), Pad.OF_THE_READER)


@contextmanager
def with_keys(folder: Path, pressed: str) -> Iterator[CardConnection]:
    """A reader on which this is pressed, for a worker in a process of its own."""
    reader = PadReader(open_card(folder, ISSUED_ON))
    reader.presses.put(pressed)
    with reader.connected() as connection:
        yield connection


def test_what_comes_of_the_pad_crosses_from_the_workers_process(tmp_path: Path) -> None:
    with CardWorker(partial(with_keys, card_folder(tmp_path))) as worker:
        assert worker.inspect("1234" + ENTER).has_pad
        assert worker.read_on_pad(CANCEL, CHALLENGE) == PadGaveUp(NotTyped.CANCELLED, 3)
        assert worker.read_on_pad("9999" + ENTER, CHALLENGE) == PinRefused(2, 3)
        assert isinstance(worker.read_on_pad("1234" + ENTER, CHALLENGE), Evidence)
        report = examine(Report(reader=CANCEL), worker, Trust((), None), Pad.OF_THE_READER)
    assert (report.pin_pad, report.pin, report.problem, report.tries_left) == (
        True,
        "not_presented",
        "pad_cancelled",
        3,
    )


# At the desk


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cards")
    cards_in(made)
    return made


@pytest.fixture
def cards(folder: Path) -> TrainingCards:
    return TrainingCards(folder, cards_in(folder).today, PadReader())


@pytest.fixture
def url() -> Iterator[str]:
    with served(CounterServer()) as address:
        yield address


def at_pad(cards: TrainingCards, pressed: str) -> None:
    assert isinstance(cards.reader, PadReader)
    cards.reader.presses.put(pressed)


async def with_card_on(browser: Browser, card: str = "good") -> None:
    await browser.sign_in()
    await browser.come_to_the_card()
    browser.cards.lay(card)
    await browser.until("card_on")


@pytest.mark.anyio
async def test_the_resident_types_on_the_reader_and_the_visit_goes_on(
    tmp_path: Path, cards: TrainingCards, url: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await with_card_on(browser)
        shown = await browser.shows()
        assert "読み取り機のボタンで、4桁の暗証番号を押します" in shown
        assert "data-digit" not in shown
        assert await browser.post("/resident/pin", content=PIN.encode()) == "type_on_the_reader"
        assert await browser.do("pad") == ""
        await browser.until("reading")
        assert "確定（緑）" in await browser.shows()
        at_pad(cards, PIN + ENTER)
        await browser.support()
        assert isinstance(cards.reader, PadReader)
        assert not any(PIN.encode() in one for one in cards.reader.seen)
        assert not browser.built.agent.holds_pin


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("pressed", "text"), [(NOTHING, "時間内に"), (CANCEL, "取消のボタン"), ("12" + ENTER, "4桁ではありません")]
)
async def test_what_the_pad_did_not_send_is_told_to_both_and_may_be_typed_again(
    tmp_path: Path, cards: TrainingCards, url: str, pressed: str, text: str
) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await with_card_on(browser)
        at_pad(cards, pressed)
        await browser.do("pad")
        await browser.until_shown(text)
        shown = await browser.shows()
        assert "まちがいの回数は増えていません" in shown
        assert "残り <strong>3</strong>" in shown
        at_pad(cards, PIN + ENTER)
        assert await browser.do("pad") == ""
        await browser.until("read")


@pytest.mark.anyio
async def test_on_the_pad_too_the_last_try_needs_both_each_time(tmp_path: Path, cards: TrainingCards, url: str) -> None:
    async with desk(tmp_path, cards, url) as browser:
        await with_card_on(browser, "last_try")
        assert "/do/pad" not in await browser.shows()
        assert await browser.do("pad") == "consent_needed"
        for _ in range(2):
            await browser.post("/resident/consent", data={})
            assert await browser.do("consent") == ""
            assert "/do/pad" in await browser.shows()
            at_pad(cards, CANCEL)
            assert await browser.do("pad") == ""
            await browser.until("card_on")
            assert await browser.do("pad") == "consent_needed"
        assert cards.inspect().tries_left == 1


@pytest.mark.anyio
async def test_a_pad_that_is_not_to_be_used_is_not_spoken_of(tmp_path: Path, cards: TrainingCards) -> None:
    for setting, is_used in (("yes", True), ("no", False)):
        port = card_desk(settings_of(tmp_path, pin_pad=setting), cards, cards.watch, None)
        cards.lay("good")
        found = await port.inspect()
        assert found is not None
        assert found.has_pad is is_used


@pytest.mark.anyio
async def test_a_reader_without_keys_is_not_asked_for_them(tmp_path: Path, folder: Path, url: str) -> None:
    plain = TrainingCards(folder, cards_in(folder).today)
    async with desk(tmp_path, plain, url) as browser:
        await with_card_on(browser)
        assert "data-digit" in await browser.shows()
        assert await browser.do("pad") == "no_pad"
