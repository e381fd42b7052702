"""Talks through the eligibility dialogue with the real pack's scheme, for the tests of its questions and its results."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from bot.content import documents, load_pack
from bot.dialogue import Choice, Desk, Turn
from bot.faq.search import Searcher
from bot.handlers.eligibility import VERB
from bot.settings import read_settings
from tests.desk import Talk, keys, small_content

LATE = date(2022, 10, 5)
BEFORE_OPENING = date(2022, 6, 1)


@cache
def desk() -> Desk:
    """The small desk's questions with the real pack's scheme."""
    small = small_content()
    real = load_pack(read_settings({}).content)
    content = replace(small, schemes=real.schemes, texts=real.texts, booking=real.booking)
    return Desk(content, Searcher(documents(small), small.synonyms))


def answers_in(turn: Turn) -> tuple[Choice, ...]:
    """The answers that can be pressed, without why, back and stop."""
    return tuple(one for say in turn.says for one in say.choices if "=" in one.token)


def asked(turn: Turn) -> str:
    """The fact the turn asks for; empty where it asks for none."""
    return next((key.split(".")[2] for key in keys(turn) if key.endswith(".ask")), "")


def progress(turn: Turn) -> tuple[int, int]:
    args = next(phrase.args for say in turn.says for phrase in say.phrases if phrase.key == "eligibility.progress")
    return int(args["number"]), int(args["most"])


def answer(talk: Talk, option: str) -> Turn:
    """Press an option of the question that is asked now."""
    assert talk.turn is not None
    token = next(one.token for one in answers_in(talk.turn) if one.token.endswith(f"={option}"))
    return talk.presses(token)


def begin(talk: Talk, *options: str) -> Turn:
    """Begin and answer by button, in the order asked."""
    turn = talk.presses(VERB)
    for option in options:
        turn = answer(talk, option)
    return turn


def said_of(turn: Turn) -> list[tuple[str, tuple[tuple[str, str | int], ...]]]:
    return [(phrase.key, tuple(phrase.args.items())) for say in turn.says for phrase in say.phrases]
