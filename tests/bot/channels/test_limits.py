"""Whatever the town's pack says, in any language, stays within each platform's limits, and is said whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
def said() -> list[tuple[Language, Rendered]]:
    """Every message the pack has for a pressed button, in every language."""
    desk = make_desk(read_settings({}).content)
    texts = Texts(desk.content)
    return [(language, texts.render(say, language, CAMPAIGN)) for language in Language for say in _says(desk, language)]


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
