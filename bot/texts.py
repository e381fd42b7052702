"""Say + Language -> Rendered. Words what was decided; decides and sends nothing.

A template is compiled when it is first needed. Wording without arguments is the same all day and is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache

from bot.content import Contact, Content, Entry
from bot.content.templates import UNFILLABLE, Filled, Templates
from bot.dialogue import Joint, Phrase, Rendered, RenderedChoice, Say
from bot.errors import ContentError, Fault
from bot.language import Language

_KEPT = 2048
"""Wordings kept: all answers in three languages on two days, and then some."""

_BETWEEN: Mapping[Joint, str] = {Joint.PARAGRAPH: "\n\n", Joint.LINE: "\n", Joint.NONE: ""}
_APOLOGY = Phrase("failure.unexpected")

Arguments = Mapping[str, str | int]


class Texts:
    """Words the messages of one pack. May be used from several threads."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._templates: dict[Language, Templates] = {}
        self._compiled: dict[tuple[Language, str], Filled] = {}
        self._same_all_day = lru_cache(maxsize=_KEPT)(self._word)

    def render(self, say: Say, language: Language, today: date) -> Rendered:
        """The message as the resident reads it: phrases as paragraphs, then the buttons."""
        worded = ((phrase, self.word(phrase, language, today)) for phrase in say.phrases)
        buttons = (RenderedChoice(self.word(one.label, language, today), one.token, one.days) for one in say.choices)
        return Rendered(_laid_out(worded), tuple(buttons), say.attachments)

    def render_kept(self, say: Say, language: Language, today: date) -> Rendered:
        """A message said earlier, by a pack the town may have changed since: what cannot be worded is left out.

        Where nothing of it is left, an apology stands in its place, so that a resident's page never breaks over it.
        Without a text only where the pack has no apology either.
        """
        worded = self._still_worded(say.phrases, language, today)
        buttons = (
            RenderedChoice(label, one.token, one.days)
            for one in say.choices
            for _, label in self._still_worded((one.label,), language, today)
        )
        text = _laid_out(worded) or _laid_out(self._still_worded((_APOLOGY,), language, today))
        return Rendered(text, tuple(buttons), say.attachments)

    def _still_worded(self, phrases: Iterable[Phrase], language: Language, today: date) -> Iterator[tuple[Phrase, str]]:
        for phrase in phrases:
            with suppress(ContentError, *UNFILLABLE):
                yield phrase, self.word(phrase, language, today)

    def word(self, phrase: Phrase, language: Language, today: date) -> str:
        """One phrase. Raises ContentError for a key that the pack does not hold."""
        if phrase.args:
            return self._fill(phrase.key, language, today, phrase.args)
        return self._same_all_day(phrase.key, language, today)

    def _word(self, key: str, language: Language, today: date) -> str:
        if not key.startswith("@"):
            return self._fill(key, language, today, {})
        kind, _, name = key[1:].partition("/")
        if kind == "topic":
            return self._heading(name, key, language)
        entry = self._content.entries.get(name)
        if entry is None or kind not in {"answer", "question", "label"}:
            raise _no_such(key, language)
        if kind == "answer":
            return "\n\n".join(self._answer(entry, language, today))
        return entry.question[language] if kind == "question" else entry.label[language]

    def _heading(self, topic_id: str, key: str, language: Language) -> str:
        for topic in self._content.topics:
            if topic.id == topic_id:
                return topic.label[language]
        raise _no_such(key, language)

    def _answer(self, entry: Entry, language: Language, today: date) -> Iterator[str]:
        """The answer, then in one paragraph what it rests on and whom to call."""
        yield self._fill_source(f"@answer/{entry.id}", entry.answer[language], language, {"today": today})
        if below := [*self._source(entry, language, today), *self._contact(entry, language, today)]:
            yield "\n".join(below)

    def _source(self, entry: Entry, language: Language, today: date) -> Iterator[str]:
        source = entry.source
        if source.section:
            heading = self._content.page.sections[source.section]
            yield self._fill("source.page", language, today, {"section": heading})
        elif source.name:
            args = {"source_name": source.name, "source_url": source.url or ""}
            yield self._fill("source.general", language, today, args)

    def _contact(self, entry: Entry, language: Language, today: date) -> Iterator[str]:
        if entry.contact is not Contact.NONE:
            yield self._fill(f"contact.{entry.contact}", language, today, {})

    def _fill(self, key: str, language: Language, today: date, args: Arguments) -> str:
        source = self._content.texts[language].get(key)
        if source is None:
            raise _no_such(key, language)
        return self._fill_source(key, source, language, {"today": today, **args})

    def _fill_source(self, key: str, source: str, language: Language, names: Mapping[str, object]) -> str:
        template = self._compiled.get((language, key))
        if template is None:
            template = self._compiled[language, key] = self._templates_of(language).compile(source)
        return template(names).strip("\n")

    def _templates_of(self, language: Language) -> Templates:
        if language not in self._templates:
            self._templates[language] = Templates(self._content, language)
        return self._templates[language]


def _laid_out(worded: Iterable[tuple[Phrase, str]]) -> str:
    """Paragraphs with an empty line between them; a phrase that worded to nothing takes none."""
    text = ""
    for phrase, words in worded:
        text += (_BETWEEN[phrase.joint] if text and words else "") + words
    return text


def _no_such(key: str, language: Language) -> ContentError:
    return ContentError((Fault(f"texts/{language}.yaml", 0, key, "there is no such text; write it"),))
