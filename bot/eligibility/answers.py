"""A typed answer to a question -> what is then known. The words come from the rule file; only numbers are known here.

A text that is not mostly made of answering words is no answer (it may be a question of the resident's own): None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.eligibility.days import Impossible, Mentioned, find_day, with_digits
from bot.eligibility.facts import Facts, Kind, Span
from bot.eligibility.questions import AFTER, BY, Question, given_by
from bot.eligibility.rules import Scheme

EVERY, NOTHING = "every", "nothing"
ANSWERS_BESIDE: Mapping[Kind, tuple[str, ...]] = {Kind.DAY: (BY, AFTER), Kind.SEVERAL: (EVERY, NOTHING)}
"""Answers besides a fact's own options that a rule file has words for."""

_LONGEST = 80
_ENOUGH = 0.6
"""The share of a text that answering words must make up."""

_UNSURE, _FILLER = "?", "-"
_DENIES = re.compile(r"ない|なく|なかった|ません|ませぬ|じゃ|無理|n't|\bnot\b|\bnt\b|dont|havent|didnt")
"""A denial that no answering word has in it: what was understood may mean its opposite, so it is not taken."""

_PUNCTUATION = re.compile(r"[。、!！,;:…・「」()\[\]\"~〜]+")
_GAP = re.compile(r" (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) ")
_ASKS = re.compile(r"(?:\?|ですか|ますか|でしょうか|ましょうか|のか|かな)[。.\s]*$")
_NUMBER = re.compile(r"(?P<digits>\d{1,9})(?P<times>万|千)?(?:円|えん| ?yen|ポイント)?(?:分|ぶん)?(?:だけ)?")
_TIMES = {"万": 10_000, "千": 1_000, None: 1}
_PICKED = re.compile(r"\d(?:(?:と|や|・| |and)*\d)*")


@dataclass(frozen=True, slots=True)
class Understood:
    """What the answer makes known: the fact asked for, perhaps a day on the side."""

    gives: Facts


@dataclass(frozen=True, slots=True)
class Unsure:
    """The resident does not know."""


Reading = Understood | Unsure | Impossible | None


@dataclass(frozen=True, slots=True)
class _Heard:
    """The answering words of a text: the options meant, the longest word's first; and the share they make up."""

    options: tuple[str, ...]
    share: float


def folded(text: str) -> str:
    """One spelling for width, case, apostrophes, punctuation and blanks; blanks beside Japanese fall away.

    >>> folded("はい。　持って います"), folded("I don’t KNOW!")
    ('はい持っています', 'i dont know')
    """
    plain = unicodedata.normalize("NFKC", text[: 2 * _LONGEST]).lower().replace("'", "").replace("’", "")
    plain = _PUNCTUATION.sub(" ", re.sub(r"(?<=\d),(?=\d{3})", "", plain))
    return _GAP.sub("", re.sub(r"\s+", " ", plain)).strip()


def read_answer(scheme: Scheme, question: Question, text: str, today: date) -> Reading:
    """What a text says in answer to a question; a number picks the answer in its place, one more "I do not know"."""
    plain = with_digits(folded(text))
    if not plain or len(text) > _LONGEST:
        return None
    if question.fact.kind is not Kind.NUMBER and plain.isdecimal():
        return _picked(question, plain)
    if _ASKS.search(unicodedata.normalize("NFKC", text)) and plain not in dict(_words(scheme, question)):
        return None
    if question.fact.kind is Kind.NUMBER:
        return _read_number(scheme, question, plain)
    if question.fact.kind is Kind.SEVERAL:
        return _read_several(scheme, question, plain)
    return _read_choice_or_day(scheme, question, plain, today)


def _picked(question: Question, number: str) -> Reading:
    place = int(number) - 1
    if place == len(question.options):
        return Unsure()
    return Understood(given_by(question, question.options[place])) if 0 <= place < len(question.options) else None


def _read_choice_or_day(scheme: Scheme, question: Question, plain: str, today: date) -> Reading:
    found = find_day(plain, today)
    fact = question.fact
    if isinstance(found, Impossible):
        return found if fact.kind is Kind.DAY or fact.also else None
    heard = _heard(scheme, question, plain, found)
    if heard.share < _ENOUGH:
        return None
    if fact.kind is Kind.DAY and found:
        return _day_answer(question, found.span, today)
    option = heard.options[0] if heard.options else None
    if option is None or option == _UNSURE:
        return Unsure() if option else None
    if option not in question.options:
        return None
    return Understood({**given_by(question, option), **_on_the_side(scheme, question, option, found)})


def _day_answer(question: Question, span: Span, today: date) -> Reading:
    if question.fact.is_past and span.earliest and span.earliest > today:
        return Impossible(str(span))
    return Understood({question.fact.id: span})


def _on_the_side(scheme: Scheme, question: Question, option: str, found: Mentioned | None) -> Facts:
    """A day said along with an option: what was done by then was begun by then."""
    also = question.fact.also
    if also is None or found is None or found.span.latest is None:
        return {}
    belongs = option in question.side_options
    return {also: Span(None, found.span.latest)} if belongs and also in scheme.facts else {}


def _read_several(scheme: Scheme, question: Question, plain: str) -> Reading:
    fact = question.fact
    options = list(fact.options)
    if _PICKED.fullmatch(plain):
        places = {int(digit) - 1 for digit in plain if digit.isdecimal()}
        within = places <= set(range(len(options)))
        return Understood({fact.id: frozenset(options[place] for place in places)}) if within else None
    heard = _heard(scheme, question, plain, None)
    chosen = frozenset(heard.options) & set(options)
    if heard.share < _ENOUGH or not heard.options:
        return None
    if EVERY in heard.options:
        chosen = frozenset(options)
    if chosen or NOTHING in heard.options:
        return Understood({fact.id: chosen})
    return Unsure()


def _read_number(scheme: Scheme, question: Question, plain: str) -> Reading:
    fact = question.fact
    match = _NUMBER.search(plain)
    heard = _heard(scheme, question, plain, Mentioned(Span(None, None), *match.span()) if match else None)
    if heard.share < _ENOUGH:
        return None
    if match is None:
        return Unsure() if _UNSURE in heard.options else None
    number = int(match["digits"]) * _TIMES[match["times"]]
    return Understood({fact.id: number}) if fact.least <= number <= fact.most else Impossible(match.group())


def _heard(scheme: Scheme, question: Question, plain: str, day: Mentioned | None) -> _Heard:
    """The words of a text, a day that was already read out of it aside."""
    rest = plain if day is None else f"{plain[: day.start]} {plain[day.end :]}"
    words = _words(scheme, question)
    found = [match.group() for match in _pattern(tuple(word for word, _ in words)).finditer(rest)]
    length = len(plain.replace(" ", ""))
    covered = length - len(rest.replace(" ", "")) + sum(len(word.replace(" ", "")) for word in found)
    meaning = dict(words)
    left = _pattern(tuple(word for word, _ in words)).sub(" ", rest)
    if _DENIES.search(left):
        return _Heard((), 0.0)
    telling = sorted((word for word in found if meaning[word] != _FILLER), key=len, reverse=True)
    return _Heard(tuple(dict.fromkeys(meaning[word] for word in telling)), covered / max(1, length))


def _words(scheme: Scheme, question: Question) -> tuple[tuple[str, str], ...]:
    """Every word that may stand in an answer, with what it means; a fact's own words come last and win."""
    return tuple(_meanings(scheme, question))


def _meanings(scheme: Scheme, question: Question) -> Iterator[tuple[str, str]]:
    yield from ((word, _FILLER) for word in scheme.filler)
    yield from ((word, _UNSURE) for word in scheme.unsure)
    for option, words in (question.fact.words or {}).items():
        yield from ((word, option) for word in words)


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest first; a word in Latin letters stands alone."""
    return re.compile("|".join(_alone(word) for word in sorted(set(words), key=len, reverse=True)) or r"(?!)")


def _alone(word: str) -> str:
    escaped = re.escape(word)
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if word.isascii() else escaped
