"""Both screens of every example's result, worded in every language: whole, tidy, and short enough for a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content import Content
from bot.content.eligibility_examples import read_examples
from bot.content.part import read_yaml
from bot.dialogue import Kind, Say
from bot.eligibility.evaluate import evaluate
from bot.eligibility.examples import Example
from bot.eligibility.questions import Answer, Interview
from bot.errors import Fault
from bot.handlers.result_card import Card, details_card, result_card
from bot.language import Language
from bot.texts import Texts

LONGEST = {Language.JA: 820, Language.JA_EASY: 1150, Language.EN: 1550}
"""Characters of the first screen. Easy Japanese has its readings in brackets."""

UNTIDY = re.compile(r"\{|\}|\.\.|。。|、。|  |[ \t]$|\n\n\n|：$|（）", re.MULTILINE)


@pytest.fixture(scope="module")
def examples(pack_folder: Path, content: Content) -> tuple[Example, ...]:
    faults: list[Fault] = []
    part = read_yaml(pack_folder, "eligibility/mynapoint/examples.yaml", faults)
    return tuple(example for example, _ in read_examples(part, content.schemes["mynapoint"]))


def cards(content: Content, example: Example) -> Iterator[tuple[str, Card]]:
    scheme = content.schemes["mynapoint"]
    known = Interview(tuple(Answer(name, {name: value}) for name, value in example.facts.items()))
    unsure = Interview((*known.answers, *(Answer(name, {}) for name in scheme.facts if name not in example.facts)))
    yield "first", result_card(scheme, unsure, content, example.day)
    yield "details", details_card(scheme, unsure, content, example.day)


@pytest.mark.parametrize("language", Language)
def test_every_result_is_tidy_and_fits_a_telephone(
    content: Content, texts: Texts, examples: tuple[Example, ...], language: Language
) -> None:
    for example in examples:
        for screen, card in cards(content, example):
            text = texts.render(Say(Kind.RESULT, card.phrases, card.choices), language, example.day).text
            assert UNTIDY.search(text) is None, (example.id, screen, text)
            assert len(text) <= LONGEST[language], (example.id, screen, len(text))


def test_no_benefit_and_no_step_of_a_result_is_lost_between_its_screens(
    content: Content, examples: tuple[Example, ...]
) -> None:
    scheme = content.schemes["mynapoint"]
    for example in examples:
        said = {screen: {phrase.key for phrase in card.phrases} for screen, card in cards(content, example)}
        for one in evaluate(scheme, example.facts, example.day).benefits:
            assert f"eligibility.mynapoint.benefit.{one.benefit.id}" in said["first"] & said["details"], example.id
            assert set(one.next_steps) <= said["first"] | said["details"], example.id
