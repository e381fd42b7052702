"""Whatever the town's pack says, in any language, stays within each platform's limits, and is said whole."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.channel import Parcel
from bot.channels.line import Line
from bot.channels.line_layout import messages_of
from bot.channels.telegram import Telegram
from bot.dialogue import Conversation, Desk, Rendered, RenderedChoice, Say
from bot.handlers import route
from bot.language import Language
from bot.settings import read_settings
from bot.texts import Texts
from bot.wiring import make_desk
from tests.bot.booking_house import SLOT, opened_house
from tests.desk import AT, CAMPAIGN
from tests.fakes.line_api import LineApi
from tests.fakes.line_events import user
from tests.fakes.line_rules import faults_of
from tests.fakes.telegram_api import TelegramApi

pytestmark = pytest.mark.anyio
_WORDS = "あ漢。！\n aZ.か\u3099👨\u200d👩🇯🇵𠮷"
_LABELS = st.text(st.sampled_from(_WORDS), min_size=1, max_size=50).filter(str.strip)
_CHOICES = st.lists(st.builds(RenderedChoice, _LABELS, st.text("ab:-0", min_size=1, max_size=64)), max_size=30)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Language, Rendered]]:
    """Every message the pack has for a pressed button, in every language; a booking with all that comes of it, too."""
    desk = make_desk(read_settings({}).content)
    texts = Texts(desk.content)
    pressed = [
        (language, texts.render(say, language, CAMPAIGN)) for language in Language for say in _says(desk, language)
    ]
    booked = [
        (language, message)
        for language in Language
        for message in asyncio.run(_bookings(tmp_path_factory.mktemp(language), language))
    ]
    assert sum(bool(message.attachments) for _, message in booked) >= len(Language)
    return [*pressed, *booked]


async def _bookings(folder: Path, language: Language) -> list[Rendered]:
    """Both residents' messages: one books for four, with another day and another time, moves and cancels; one waits."""
    async with opened_house(folder) as house:
        for address in ("anna", "berta"):
            await house.presses(address, f"lang:{language}", "booking")
            run = (await house.filling(address)).run
            for service in ("account", "kiosk", "both", "insurance", "points"):
                await house.presses(address, f"booking:{run}.service={service}")
            await house.presses(address, *(f"booking:{run}.{step}" for step in ("item=card", "not_ready", "ready")))
        anna, berta = [(await house.filling(address)).run for address in ("anna", "berta")]
        days = ("party=4", "more=2022-07-15", "day=2022-07-16", "day=2022-07-05")
        await house.presses(
            "anna", *(f"booking:{anna}.{step}" for step in (*days, f"time={SLOT}", "remind=hours_before"))
        )
        await house.presses("anna", f"booking:{anna}.confirm")
        await house.presses("berta", *(f"booking:{berta}.{step}" for step in ("party=1", "day=2022-07-05")))
        await house.presses("berta", f"booking:{berta}.time={SLOT}", f"booking:{berta}.wait={SLOT}", "bookings")
        (ticket,) = [one.ticket for one in await house.bookings("anna")]
        await house.presses("anna", "bookings", *(f"bookings:{step}={ticket}" for step in ("show", "remind", "change")))
        moving = (await house.filling("anna")).run
        await house.presses(
            "anna", *(f"booking:{moving}.{step}" for step in ("day=2022-07-05", f"time={SLOT}", "stop"))
        )
        await house.presses("anna", *(f"bookings:{step}={ticket}" for step in ("cancel", "cancel_yes", "show")))
        await house.sweeps(house.now)
        await house.says("berta", {"ja": "はい", "ja-easy": "はい", "en": "yes"}[language])
        await house.sweeps(datetime.fromisoformat("2022-07-04T17:00:00+09:00"))
        return [*(await house.messages("anna")), *(await house.messages("berta"))]


def _says(desk: Desk, language: Language) -> Iterator[Say]:
    """What pressing each button says, button after button, until no new one comes up."""
    conversation = Conversation(chosen=language, turns=1)
    left, seen = ["menu", *(f"ask:{entry_id}" for entry_id in desk.content.entries)], set[str]()
    while left:
        token = left.pop()
        if token in seen:
            continue
        seen.add(token)
        turn = route.press(conversation, token, desk, CAMPAIGN)
        yield from turn.says
        left += [choice.token for say in turn.says for choice in say.choices]


def test_all_that_the_pack_says_stays_within_lines_limits(said: list[tuple[Language, Rendered]]) -> None:
    assert len(said) > 300
    for language, message in said:
        messages = messages_of(message)
        assert messages
        assert faults_of(list(messages)) == [], (language, message)
        shown = "".join(one["text"] for one in messages if one["type"] == "text")
        for place, choice in enumerate(message.choices, start=1):
            assert f"{place}. {choice.label}" in shown


async def test_all_that_the_pack_says_is_taken_by_line_itself(said: list[tuple[Language, Rendered]]) -> None:
    """As far as the fake is LINE: through the library's own checks, over HTTP."""
    with LineApi() as api:
        line = Line(api.token, api.url)
        for number, (_, message) in enumerate(said):
            await line.send_together(user(7), [Parcel(number, AT, None, is_notice=True, message=message)])
        await line.close()
        assert len(api.called("push")) == len(said)


async def test_all_that_the_pack_says_is_taken_by_telegram(said: list[tuple[Language, Rendered]]) -> None:
    with TelegramApi() as api:
        telegram = Telegram(api.token, api.url)
        for _, message in said:
            await telegram.send("7", message)
        await telegram.close()
        shown = re.sub(r"\s", "", "".join(api.texts()))
        assert len(shown) >= len(re.sub(r"\s", "", "".join(message.text for _, message in said)))


@settings(max_examples=25, deadline=None)
@given(_LABELS, st.integers(1, 800), _CHOICES)
async def test_any_message_is_taken_whole_by_telegram(words: str, times: int, choices: list[RenderedChoice]) -> None:
    message = Rendered(words * times, tuple(choices))
    with TelegramApi() as api:
        telegram = Telegram(api.token, api.url)
        await telegram.send("7", message)
        await telegram.close()
        shown = re.sub(r"\s", "", "".join(api.texts()))
        assert shown.startswith(re.sub(r"\s", "", message.text))
        assert api.sent[-1].tokens == [choice.token for choice in choices]
