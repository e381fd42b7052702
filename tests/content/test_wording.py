"""How the pack's texts are written: buttons are called by their names, nothing is said twice, no mark stands doubled."""

from __future__ import annotations

import re

import pytest

from bot.content import Content
from bot.language import Language

CALLED = {
    "eligibility.begin": "unsure",
    "eligibility.contradiction": "question_back",
    "booking.what_to_bring": "booking_ready",
    "booking.how_to_change": "booking_mine",
}
"""Texts that name a button."""


@pytest.mark.parametrize("language", Language)
def test_a_text_calls_a_button_what_stands_on_it(content: Content, language: Language) -> None:
    texts = content.texts[language]
    assert [key for key, name in CALLED.items() if texts[f"button.{name}"] not in texts[key]] == []


@pytest.mark.parametrize("language", Language)
def test_the_page_calls_its_send_button_by_its_name(content: Content, language: Language) -> None:
    texts = content.texts[language]
    assert texts["page.send"] in texts["page.empty"]


def test_in_english_no_time_ends_a_sentence_since_it_ends_in_a_full_stop_itself(content: Content) -> None:
    ends = re.compile(r"(time|hours) }}\.")
    texts = content.texts[Language.EN]
    assert [key for key, text in texts.items() if ends.search(text)] == []


@pytest.mark.parametrize("language", Language)
def test_no_mark_stands_doubled(content: Content, language: Language) -> None:
    doubled = re.compile(r"。。|、、|，，|\.\.|！！|？？")
    texts = content.texts[language]
    assert [key for key, text in texts.items() if doubled.search(text)] == []


def test_easy_japanese_is_written_in_short_sentences(content: Content) -> None:
    longest = 60
    ours = {key: text for key, text in content.texts[Language.JA_EASY].items() if not key.startswith("foreign.")}
    for key, text in ours.items():
        for sentence in re.split(r"[。\n]", as_read(text)):
            assert len(sentence) <= longest, (key, sentence)


def as_read(text: str) -> str:
    """The text without its readings in brackets and without what its template does."""
    text = re.sub(r"\{[{%].*?[%}]\}", "0", text)
    while (shorter := re.sub(r"（[ぁ-んー 、]+）", "", text)) != text:
        text = shorter
    return text
