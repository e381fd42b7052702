"""Any message is laid out within LINE's limits, whole, with every choice in its text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.line_layout import MOST_QUICK_REPLIES, Json, messages_of
from bot.dialogue import Days, Rendered, RenderedChoice
from tests.fakes.line_rules import LONGEST_TEXT, MOST_BUBBLES, faults_of

WIDE = "あア漢。、！？\n aZ.1か\u3099👨\u200d👩\u200d👧🇯🇵👍🏽𠮷"
WORDS = st.text(st.sampled_from(WIDE), min_size=1, max_size=60)
TOKENS = st.text(st.sampled_from("abc:-.=0"), min_size=1, max_size=64)
DAYS = st.none() | st.builds(Days, st.just("2022-07-15"), st.sampled_from(["2022-07-16", "2023-03-31"]), TOKENS)
CHOICES = st.lists(st.builds(RenderedChoice, WORDS, TOKENS, DAYS), max_size=70)
TEXTS = st.builds(lambda words, times: words * times, WORDS.filter(str.strip), st.integers(1, 400))


def offered(*labels: str) -> Rendered:
    return Rendered("どちらですか。", tuple(RenderedChoice(label, f"t:{place}") for place, label in enumerate(labels)))


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


def texts(messages: tuple[Json, ...]) -> str:
    return "".join(message["text"] for message in messages if message["type"] == "text")


@settings(deadline=None)
@given(TEXTS, CHOICES)
def test_any_message_stays_within_every_limit_and_loses_nothing(text: str, choices: list[RenderedChoice]) -> None:
    messages = messages_of(Rendered(text, tuple(choices)))
    for start in range(0, len(messages), 5):
        assert faults_of(list(messages[start : start + 5])) == []
    listed = "".join(f"{place}. {choice.label}" for place, choice in enumerate(choices, start=1))
    assert without_spaces(texts(messages)) == without_spaces(text + listed)


@settings(deadline=None)
@given(st.lists(st.builds(RenderedChoice, st.text("👨\u200d👩", min_size=200, max_size=300), TOKENS), min_size=14))
def test_the_heaviest_cards_stay_within_their_bytes(choices: list[RenderedChoice]) -> None:
    assert faults_of([messages_of(Rendered("日を選んでください。", tuple(choices)))[-1]]) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(["はい。", "予約できます。", "ご用件をどうぞ！"]), min_size=1, max_size=20))
def test_long_texts_part_at_sentence_ends(sentences: list[str]) -> None:
    messages = messages_of(Rendered("".join(sentences) * 2000))
    assert len(messages) > 1
    assert all(message["text"][-1] in "。！" for message in messages)


@pytest.mark.parametrize(("count", "has_cards"), [(1, False), (MOST_QUICK_REPLIES, False), (14, True), (48, True)])
def test_up_to_thirteen_choices_are_quick_replies_and_more_are_cards(count: int, *, has_cards: bool) -> None:
    messages = messages_of(offered(*(f"{number}日" for number in range(count))))
    assert (messages[-1]["type"] == "flex") is has_cards
    if has_cards:
        bubbles = messages[-1]["contents"]["contents"]
        assert len(bubbles) <= MOST_BUBBLES
        assert sum(len(bubble["body"]["contents"]) for bubble in bubbles) == count
    else:
        assert len(messages[-1]["quickReply"]["items"]) == count


def test_a_label_of_twenty_characters_stays_and_one_more_is_shortened_but_told_in_full() -> None:
    fits, wider = "あ" * 17, "あ" * 18
    for label, shown in ((fits, f"1. {fits}"), (wider, "1. " + "あ" * 16 + "…")):
        [message] = messages_of(offered(label))
        action = message["quickReply"]["items"][0]["action"]
        assert action["label"] == shown
        assert message["text"].endswith(f"1. {label}")
        assert (action["data"], action["displayText"]) == ("t:0", label)


@pytest.mark.parametrize("hidden", ["\u200d", "\n\u3099"])
def test_what_cannot_be_seen_never_makes_a_label_longer_than_line_takes(hidden: str) -> None:
    [message] = messages_of(offered(f"あ{hidden}" * 30))
    assert faults_of([message]) == []


def test_the_limit_itself_is_one_message_and_one_more_is_two() -> None:
    assert len(messages_of(Rendered("あ" * LONGEST_TEXT))) == 1
    assert len(messages_of(Rendered("あ" * LONGEST_TEXT + "い"))) == 2
    assert len(messages_of(Rendered("𠮷" * (LONGEST_TEXT // 2)))) == 1
    assert len(messages_of(Rendered("𠮷" * (LONGEST_TEXT // 2) + "い"))) == 2


def test_buttons_are_under_the_last_part() -> None:
    messages = messages_of(Rendered("文です。" * 2000, (RenderedChoice("はい", "yes"),)))
    assert ["quickReply" in message for message in messages] == [False, True]


def test_nothing_to_say_is_no_message() -> None:
    assert messages_of(Rendered("")) == ()
