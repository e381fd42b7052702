from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import Candidate, Choice, Conversation, Kind, Phrase, Say
from bot.errors import StoreError
from bot.store.codec import _record_of as record_of
from bot.store.codec import decode_conversation, decode_say, encode_conversation, encode_say

anything_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
phrases = st.builds(Phrase, st.text(), st.dictionaries(st.text(), st.text() | st.integers(), max_size=3))
choices = st.builds(Choice, phrases, st.text())
says = st.builds(
    Say,
    kind=st.sampled_from(Kind),
    phrases=st.lists(phrases, max_size=3).map(tuple),
    choices=st.lists(choices, max_size=3).map(tuple),
)
kinds = get_type_hints(Conversation)
conversations = st.builds(
    Conversation,
    **{field.name: st.from_type(kinds[field.name]) for field in fields(Conversation) if field.name != "offered"},
    offered=st.lists(choices, max_size=4).map(tuple),
)


@given(conversations)
def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    assert decode_conversation(encode_conversation(conversation)) == conversation


@given(says)
def test_a_message_comes_back_as_it_was(say: Say) -> None:
    assert decode_say(encode_say(say)) == say


def test_a_message_comes_back_without_its_candidates() -> None:
    say = Say(Kind.ANSWER, (Phrase("a"),), entry_id="desk.hours")
    assert decode_say(encode_say(replace(say, candidates=(Candidate("desk.hours", 0.9),)))) == say


def test_what_was_never_said_takes_no_room() -> None:
    assert encode_conversation(Conversation()) == "{}"
    assert encode_conversation(Conversation(turns=2)) == '{"turns":2}'


def test_a_field_of_a_later_release_is_ignored() -> None:
    assert decode_conversation('{"turns":2,"mood":"sunny"}') == Conversation(turns=2)


@pytest.mark.parametrize(
    "text",
    [
        '{"turns":2,"chosen":"la"}',
        '{"turns":2,"chosen":7}',
        '{"turns":2,"offered":[{"label":3}]}',
        '{"turns":2,"offered":{}}',
    ],
    ids=["a language no more", "no language at all", "a strange choice", "no list"],
)
def test_what_cannot_be_read_of_a_conversation_is_as_if_never_said(text: str) -> None:
    assert decode_conversation(text) == Conversation(turns=2)


@given(anything_json)
def test_no_row_keeps_a_resident_from_talking_to_the_desk(raw: Any) -> None:
    assert isinstance(decode_conversation(json.dumps(raw)), Conversation)


def test_a_row_that_is_no_json_is_an_empty_conversation() -> None:
    assert decode_conversation("{") == Conversation()


@given(anything_json)
def test_a_message_that_cannot_be_read_says_so(raw: Any) -> None:
    with pytest.raises(StoreError):
        decode_say(json.dumps(raw))


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '{"kind":"answer"}', '{"kind":"hologram","phrases":[]}', '{"kind":"answer","phrases":[{"key":1}]}'],
)
def test_half_a_message_is_refused(text: str) -> None:
    with pytest.raises(StoreError):
        decode_say(text)


def test_a_field_json_cannot_hold_stops_the_program_at_its_start() -> None:
    @dataclass(frozen=True)
    class Diary:
        opened_at: complex

    with pytest.raises(TypeError, match="no JSON is defined"):
        record_of(Diary)
