"""What a browser sends becomes an event or is refused with a reason, whatever it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.webchat import RefusedEvent, Shown, as_json, effects_of, full_event_id, parse
from bot.dialogue import Body, Incoming, Kind, Opened, Phrase, Pressed, Say, Text
from bot.language import Language

AT = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
nearly_right = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("event_id", "text", "choice", "opened", "lang"), anything),
)


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        pytest.param({"event_id": "1", "text": "駐車場"}, Text("駐車場"), id="typed"),
        pytest.param({"event_id": "1", "text": ""}, Text(""), id="nothing typed"),
        pytest.param({"event_id": "1", "choice": "menu"}, Pressed("menu"), id="pressed"),
        pytest.param({"event_id": "1", "opened": True}, Opened(), id="opened"),
        pytest.param({"event_id": "1", "text": "a", "unknown": 1}, Text("a"), id="with a field of a later version"),
    ],
)
def test_an_event_is_read(payload: object, body: Body) -> None:
    incoming = parse(payload, "ab", AT)
    assert incoming == Incoming("webchat", full_event_id("ab", "1"), "ab", AT, body)


def test_the_language_of_the_page_is_a_hint() -> None:
    incoming = parse({"event_id": "1", "opened": True, "lang": "ja-easy"}, "ab", AT)
    assert isinstance(incoming, Incoming)
    assert incoming.hint is Language.JA_EASY


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param([], id="a list"),
        pytest.param("text", id="a string"),
        pytest.param({"text": "a"}, id="no event_id"),
        pytest.param({"event_id": 1, "text": "a"}, id="event_id a number"),
        pytest.param({"event_id": "", "text": "a"}, id="event_id empty"),
        pytest.param({"event_id": "a b", "text": "a"}, id="event_id with a space"),
        pytest.param({"event_id": "x" * 129, "text": "a"}, id="event_id too long"),
        pytest.param({"event_id": "1"}, id="nothing said"),
        pytest.param({"event_id": "1", "text": "a", "choice": "menu"}, id="two things said"),
        pytest.param({"event_id": "1", "text": None}, id="text null"),
        pytest.param({"event_id": "1", "choice": 2}, id="choice a number"),
        pytest.param({"event_id": "1", "opened": False}, id="not opened"),
        pytest.param({"event_id": "1", "opened": 1}, id="opened a number"),
        pytest.param({"event_id": "1", "text": "a", "lang": "fr"}, id="a language we do not have"),
        pytest.param({"event_id": "1", "text": "a", "lang": ["ja"]}, id="languages in a list"),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(payload: object) -> None:
    refused = parse(payload, "ab", AT)
    assert isinstance(refused, RefusedEvent)
    assert refused.reason


def test_an_event_id_of_128_characters_is_taken() -> None:
    assert isinstance(parse({"event_id": "x" * 128, "text": "a"}, "ab", AT), Incoming)


@given(anything | nearly_right)
def test_whatever_a_stranger_sends_is_taken_or_refused(payload: object) -> None:
    assert isinstance(parse(payload, "ab", AT), Incoming | RefusedEvent)


def test_the_same_event_id_of_two_people_is_two_events() -> None:
    assert full_event_id("ab", "1") != full_event_id("cd", "1")
    assert "ab" * 8 not in full_event_id("ab" * 8, "1")


@pytest.mark.parametrize(
    ("key", "effects"),
    [
        ("forget.done", ("forgotten",)),
        ("language.changed", ("language:en",)),
        ("forget.confirm", ()),
        ("menu.title", ()),
    ],
)
def test_the_page_is_told_what_a_message_has_it_do(key: str, effects: tuple[str, ...]) -> None:
    assert effects_of(Say(Kind.MENU, (Phrase(key), Phrase("menu.title"))), Language.EN) == effects


def test_effects_are_on_the_wire_only_where_there_are_some() -> None:
    quiet = Shown(7, "消しました", (), Language.JA, Kind.MENU)
    assert "effects" not in as_json(quiet)
    assert as_json(replace(quiet, effects=("forgotten",)))["effects"] == ["forgotten"]


def test_choices_are_numbered_in_their_label_and_not_in_their_token() -> None:
    shown = Shown(7, "どれですか", (("駐車場", "ask:desk.parking"), ("Menu", "menu")), Language.JA, Kind.DID_YOU_MEAN)
    assert as_json(shown) == {
        "id": 7,
        "text": "どれですか",
        "lang": "ja",
        "kind": "did_you_mean",
        "choices": [
            {"label": "1. 駐車場", "choice": "ask:desk.parking"},
            {"label": "2. Menu", "choice": "menu"},
        ],
        "attachments": [],
    }
    assert json.dumps(as_json(shown))
