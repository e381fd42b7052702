"""What the search is given of a pack, and which entries it then does not find by their own questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.content.pack import Content, Entry
from bot.errors import Fault
from bot.faq.entries import Document
from bot.language import Language, Script

_ONLY_ASKED_IN = (Script.ZH, Script.KO, Script.VI)
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


def documents(content: Content) -> Iterator[Document]:
    """One document for each entry and language: both kinds of Japanese together, English, and the languages
    that are understood but not answered in (ways of asking only)."""
    for entry in content.entries.values():
        yield _in_japanese(entry)
        yield _in_english(entry)
        for script in _ONLY_ASKED_IN:
            if asks := entry.asks.get(script.value):
                yield Document(entry.id, "", asks, language=script.value)


def unfound_questions(content: Content, find: Callable[[str], str | None]) -> tuple[Fault, ...]:
    """A fault for each question that does not find its own entry. `find` gives the id of the entry that answers."""
    return tuple(_unfound(content, find))


def _unfound(content: Content, find: Callable[[str], str | None]) -> Iterator[Fault]:
    for entry in content.entries.values():
        for language, question in entry.question.items():
            found = find(question)
            if found != entry.id:
                instead = f"finds {found!r} instead" if found else "finds no answer"
                problem = f"{instead}; make question and ways of asking more distinct"
                yield Fault(f"faq/{entry.topic}.yaml", entry.line, f"{entry.id}.question.{language}", problem)


def _in_japanese(entry: Entry) -> Document:
    asks = (
        entry.question[Language.JA_EASY],
        *entry.asks.get(Language.JA, ()),
        *entry.asks.get(Language.JA_EASY, ()),
    )
    return Document(entry.id, entry.question[Language.JA], asks, _without_tags(entry.answer[Language.JA]))


def _in_english(entry: Entry) -> Document:
    return Document(
        entry.id,
        entry.question[Language.EN],
        entry.asks.get(Language.EN, ()),
        _without_tags(entry.answer[Language.EN]),
        Language.EN.value,
    )


def _without_tags(template: str) -> str:
    """What an answer says on every day, without what its template fills in.

    >>> _without_tags("平日{{ hours.staffed | hours }}")
    '平日 '
    """
    return _TAG.sub(" ", template)
