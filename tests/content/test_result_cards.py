"""Every example's result, worded in every language: whole, tidy, and what matters most short enough for a telephone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content import Content
from bot.content.eligibility_examples import read_examples
from bot.content.part import read_yaml
from bot.dialogue import Kind, Phrase, Say
from bot.eligibility.evaluate import evaluate
from bot.eligibility.examples import Example
from bot.eligibility.questions import Answer, Interview
from bot.errors import Fault
from bot.handlers.result_card import Card, result_card
from bot.language import Language
from bot.texts import Texts

LONGEST = {Language.JA: 820, Language.JA_EASY: 1150, Language.EN: 1550}
"""Characters of what comes before the details. Easy Japanese has its readings in brackets."""

UNTIDY = re.compile(r"\{|\}|\.\.|。。|、。|  |[ \t]$|\n\n\n|：$|（）", re.MULTILINE)


@pytest.fixture(scope="module")
def examples(pack_folder: Path, content: Content) -> tuple[Example, ...]:
    faults: list[Fault] = []
    part = read_yaml(pack_folder, "eligibility/mynapoint/examples.yaml", faults)
    return tuple(example for example, _ in read_examples(part, content.schemes["mynapoint"]))


def card_of(content: Content, example: Example) -> Card:
    scheme = content.schemes["mynapoint"]
    known = Interview(tuple(Answer(name, {name: value}) for name, value in example.facts.items()))
    unsure = Interview((*known.answers, *(Answer(name, {}) for name in scheme.facts if name not in example.facts)))
    return result_card(scheme, unsure, content, example.day)


@pytest.mark.parametrize("language", Language)
def test_every_result_is_tidy_and_fits_a_telephone(
    content: Content, texts: Texts, examples: tuple[Example, ...], language: Language
) -> None:
    for example in examples:
        card = card_of(content, example)
        whole = texts.render(Say(Kind.RESULT, card.phrases, card.choices), language, example.day).text
        assert UNTIDY.search(whole) is None, (example.id, whole)
        glance, _, _ = whole.partition(texts.word(Phrase("eligibility.details"), language, example.day))
        assert len(glance) <= LONGEST[language], (example.id, len(glance))
        assert len(whole) <= 2.5 * LONGEST[language], (example.id, len(whole))


def test_no_benefit_and_no_step_of_a_result_is_lost(content: Content, examples: tuple[Example, ...]) -> None:
    scheme = content.schemes["mynapoint"]
    for example in examples:
        said = {phrase.key for phrase in card_of(content, example).phrases}
        for one in evaluate(scheme, example.facts, example.day).benefits:
            assert f"eligibility.mynapoint.benefit.{one.benefit.id}" in said, example.id
            assert set(one.next_steps) <= said, example.id
