"""LINE's library against a server that behaves like the Messaging API: replies, pushes, and all that can go wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.channels.channel import BundlingChannel, Parcel
from bot.channels.line import Line, retry_key
from bot.channels.line_events import read_events
from bot.channels.line_tokens import LIVES_S, TELLS_S, ReplyTokens
from bot.dialogue import Attachment, Rendered, RenderedChoice
from bot.errors import Blocked, Flooded, Refused, Unreachable
from tests.desk import AT
from tests.fakes.line_api import LineApi
from tests.fakes.line_events import user
from tests.fakes.server import until

pytestmark = pytest.mark.anyio
SEVEN = user(7)
LONG = "この文は三十字ほどの長さで、何度も何度もくり返して言います。" * 900


class Waiting:
    """A clock for the tokens' age, set forward by hand."""

    def __init__(self) -> None:
        self.skipped_s = 0.0

    def now_s(self) -> float:
        return time.monotonic() + self.skipped_s


@pytest.fixture
def api() -> Iterator[LineApi]:
    with LineApi() as one:
        yield one


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
async def line(api: LineApi, waiting: Waiting) -> AsyncIterator[Line]:
    async with opened(api, waiting) as one:
        yield one


@asynccontextmanager
async def opened(api: LineApi, waiting: Waiting, *, push_budget: int | None = None) -> AsyncIterator[Line]:
    tokens = ReplyTokens(waiting.now_s)
    one = Line(api.token, api.url, timeout_s=3.0, push_budget=push_budget, tokens=tokens)
    try:
        yield one
    finally:
        await one.close()


def parcel(
    letter_id: int, text: str, *, event_id: str | None = None, choices: tuple[str, ...] = (), is_notice: bool = False
) -> Parcel:
    buttons = tuple(RenderedChoice(label, f"t:{place}") for place, label in enumerate(choices))
    return Parcel(letter_id, AT, event_id, is_notice, Rendered(text, buttons))


def hears(line: Line, api: LineApi, person: int = 7) -> str:
    """An event comes in; its id."""
    [received] = read_events({"events": [api.events.text(person, "駐車場")]}, AT)
    line.note(received)
    return received.incoming.event_id


async def test_it_is_a_channel_that_takes_several_letters_at_once(line: Line) -> None:
    assert isinstance(line, BundlingChannel)


async def test_an_answer_goes_as_a_reply_with_all_its_letters_in_one_request(api: LineApi, line: Line) -> None:
    event_id = hears(line, api)
    parcels = [parcel(number, f"{number}", event_id=event_id) for number in (1, 2, 3)]
    assert await line.send_together(SEVEN, parcels) == 3
    assert [(one.user, one.text, one.by) for one in api.sent] == [(SEVEN, text, "reply") for text in "123"]
    assert [call.retry_key for call in api.calls] == [None]


async def test_five_messages_go_in_a_reply_and_the_sixth_is_left_to_be_pushed(api: LineApi, line: Line) -> None:
    event_id = hears(line, api)
    parcels = [parcel(number, f"{number}", event_id=event_id) for number in range(1, 7)]
    assert await line.send_together(SEVEN, parcels) == 5
    assert await line.send_together(SEVEN, parcels[5:]) == 1
    assert [one.by for one in api.sent] == [*["reply"] * 5, "push"]


async def test_a_token_past_its_minute_is_not_used(api: LineApi, line: Line, waiting: Waiting) -> None:
    event_id = hears(line, api)
    waiting.skipped_s = LIVES_S
    await line.send_together(SEVEN, [parcel(1, "こんにちは", event_id=event_id)])
    assert [one.by for one in api.sent] == ["push"]
    assert api.called("reply") == []


async def test_a_token_that_line_finds_too_old_is_followed_by_a_push(api: LineApi, line: Line) -> None:
    event_id = hears(line, api)
    api.pass_s(61)
    assert await line.send_together(SEVEN, [parcel(1, "こんにちは", event_id=event_id)]) == 1
    assert [one.by for one in api.sent] == ["push"]


async def test_what_answers_no_event_is_pushed_with_a_key_made_from_its_letter(api: LineApi, line: Line) -> None:
    reminder = parcel(9, "あすの予約です", is_notice=True)
    await line.send_together(SEVEN, [reminder])
    [call] = api.called("push")
    assert call.retry_key == retry_key(SEVEN, reminder)


def test_two_letters_never_share_a_key_nor_do_two_databases() -> None:
    one = parcel(9, "x")
    later = Parcel(9, AT + timedelta(microseconds=1), None, is_notice=False, message=one.message)
    keys = {
        retry_key(SEVEN, one),
        retry_key(SEVEN, parcel(10, "x")),
        retry_key(SEVEN, later),
        retry_key(SEVEN, one, 5),
        retry_key(user(8), one),
    }
    assert len(keys) == 5


@pytest.mark.parametrize("trouble", ["lose_answer", "fail", "stop", "slow"])
async def test_a_push_tried_again_reaches_the_resident_once(api: LineApi, line: Line, trouble: str) -> None:
    letter = parcel(1, "あすの予約です")
    await line.send_together(SEVEN, [parcel(0, "先の知らせ")])
    stalled = _has_trouble(api, trouble, "push")
    with pytest.raises(Unreachable):
        await line.send_together(SEVEN, [letter])
    stalled.set()
    if trouble == "stop":
        api.start()
    await _tries_again(line, letter)
    assert api.texts() == ["先の知らせ", "あすの予約です"]


@pytest.mark.parametrize("trouble", ["lose_answer", "fail", "slow"])
async def test_a_reply_tried_again_reaches_the_resident_once_and_for_free(
    api: LineApi, line: Line, trouble: str
) -> None:
    event_id = hears(line, api)
    parcels = [parcel(number, f"{number}", event_id=event_id) for number in (1, 2)]
    stalled = _has_trouble(api, trouble, "reply")
    with pytest.raises(Unreachable):
        await line.send_together(SEVEN, parcels)
    stalled.set()
    # After a failed try letters come one by one, each when the one before it is out.
    for one in parcels:
        assert await line.send_together(SEVEN, [one]) == 1
    assert [(one.text, one.by) for one in api.sent] == [("1", "reply"), ("2", "reply")]


async def test_a_failed_reply_whose_token_is_too_old_to_tell_is_pushed_and_not_taken_for_accepted(
    api: LineApi, line: Line, waiting: Waiting
) -> None:
    event_id = hears(line, api)
    api.pass_s(40)  # LINE's call was read late, for whatever reason
    api.fail("reply")
    with pytest.raises(Unreachable):
        await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id)])
    api.pass_s(TELLS_S)
    waiting.skipped_s = TELLS_S
    assert await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id)]) == 1
    assert [(one.text, one.by) for one in api.sent] == [("答え", "push")]


def _has_trouble(api: LineApi, trouble: str, path: str) -> asyncio.Event:
    stalled = asyncio.Event()
    if trouble == "slow":
        on_line = api.stall(path, takes_it=True)
        stalled.set = on_line.set  # type: ignore[method-assign]
    elif trouble == "stop":
        api.stop()
    else:
        getattr(api, trouble)(path)
    return stalled


async def _tries_again(line: Line, letter: Parcel) -> None:
    """A connection that was cut may be noticed only when it is used."""
    for _ in range(3):
        try:
            assert await line.send_together(SEVEN, [letter]) == 1
        except Unreachable:
            continue
        return
    pytest.fail("LINE was never reached again")


@pytest.mark.parametrize("path", ["reply", "push"])
async def test_a_flooded_platform_is_told_of_and_nothing_is_lost(api: LineApi, line: Line, path: str) -> None:
    event_id = hears(line, api) if path == "reply" else None
    api.flood(path)
    with pytest.raises(Flooded):
        await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id)])
    await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id)])
    assert [(one.text, one.by) for one in api.sent] == [("答え", path)]


async def test_a_person_whom_line_does_not_know_has_left(api: LineApi, line: Line) -> None:
    api.unknown.add(SEVEN)
    with pytest.raises(Blocked):
        await line.send_together(SEVEN, [parcel(1, "答え")])


async def test_a_message_that_line_will_never_take_is_refused(api: LineApi, line: Line) -> None:
    api.fail(status=413)
    with pytest.raises(Refused, match="413"):
        await line.send_together(SEVEN, [parcel(1, "答え")])
    with pytest.raises(Refused, match="no text"):
        await line.send_together(SEVEN, [parcel(2, "")])


async def test_a_letter_is_not_refused_for_what_went_along_with_it(api: LineApi, line: Line) -> None:
    event_id = hears(line, api)
    endless = Rendered("悪い", (RenderedChoice("x", "t" * 301),))
    bad = Parcel(2, AT, event_id, is_notice=False, message=endless)
    assert await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id), bad]) == 1
    assert api.texts() == ["答え"]


async def test_a_refused_access_token_is_waited_out(line: Line, api: LineApi, caplog: pytest.LogCaptureFixture) -> None:
    api.token = "another"
    with pytest.raises(Unreachable):
        await line.send_together(SEVEN, [parcel(1, "答え")])
    assert "MADOGUCHI_LINE_ACCESS_TOKEN" in caplog.text
    assert "fake-channel-access-token" not in caplog.text


async def test_a_very_long_message_goes_whole_and_in_order(api: LineApi, line: Line) -> None:
    event_id = hears(line, api)
    api.flood("push")
    letter = parcel(1, LONG, event_id=event_id, choices=("はい", "いいえ"))
    with pytest.raises(Flooded):
        await line.send_together(SEVEN, [letter])
    api.lose_answer("push")
    with pytest.raises(Unreachable):
        await line.send_together(SEVEN, [letter])
    await line.send_together(SEVEN, [letter])
    assert "".join(api.texts()).startswith(LONG)
    assert len(api.sent) == 6
    assert [action["label"] for action in api.sent[-1].actions] == ["1. はい", "2. いいえ"]


async def test_towards_the_end_of_the_months_pushes_only_notices_go(api: LineApi, line: Line) -> None:
    api.quota, api.pushed = 200, 160
    with pytest.raises(Refused, match="budget"):
        await line.send_together(SEVEN, [parcel(1, "答え")])
    assert await line.send_together(SEVEN, [parcel(2, "あすの予約です", is_notice=True)]) == 1
    assert api.texts() == ["あすの予約です"]
    assert line.known_month is not None
    assert (line.known_month.used, line.known_month.most) == (161, 200)


async def test_the_last_push_of_the_month_goes_and_one_more_does_not(api: LineApi, line: Line) -> None:
    api.quota, api.pushed = 200, 199
    await line.send_together(SEVEN, [parcel(1, "一", is_notice=True)])
    with pytest.raises(Refused, match="budget"):
        await line.send_together(SEVEN, [parcel(2, "二", is_notice=True)])


async def test_a_reply_costs_nothing_even_when_the_month_is_used_up(api: LineApi, line: Line) -> None:
    api.quota, api.pushed = 200, 200
    event_id = hears(line, api)
    assert await line.send_together(SEVEN, [parcel(1, "答え", event_id=event_id)]) == 1
    assert api.called("quota") == []


async def test_the_towns_own_limit_holds_below_lines(api: LineApi, waiting: Waiting) -> None:
    api.quota, api.pushed = 200, 10
    async with opened(api, waiting, push_budget=10) as line:
        with pytest.raises(Refused, match="budget"):
            await line.send_together(SEVEN, [parcel(1, "答え", is_notice=True)])


async def test_where_the_count_is_not_known_line_itself_ends_the_month(api: LineApi, line: Line) -> None:
    api.fail("consumption", times=2)
    api.quota, api.pushed = 200, 199
    await line.send_together(SEVEN, [parcel(1, "一", is_notice=True)])
    with pytest.raises(Refused, match="used up at LINE"):
        await line.send_together(SEVEN, [parcel(2, "二", is_notice=True)])


async def test_the_loading_sign_is_shown_and_its_failing_hurts_nobody(api: LineApi, line: Line) -> None:
    await line.show_loading(SEVEN)
    assert api.loading == [SEVEN]
    api.fail("start")
    await line.show_loading(SEVEN)
    api.stop()
    await line.show_loading(SEVEN)
    await until(lambda: api.loading == [SEVEN])


async def test_a_ticket_comes_with_the_address_of_its_page(api: LineApi) -> None:
    line = Line(api.token, api.url, tickets_at="https://desk.example/tickets/")
    ticket = Rendered("予約しました。", (), (Attachment("AB12"),))
    await line.send_together(SEVEN, [Parcel(1, AT, None, is_notice=True, message=ticket)])
    await line.close()
    assert api.texts() == ["予約しました。\n\nhttps://desk.example/tickets/AB12"]


def test_the_library_is_not_loaded_where_line_is_not_configured() -> None:
    load = "import sys, bot.wiring, bot.delivery, bot.web.webhooks; sys.exit('linebot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", load], check=False).returncode == 0


async def test_closing_twice_is_harmless(line: Line) -> None:
    await line.show_loading(SEVEN)
    await line.close()
    await line.close()
