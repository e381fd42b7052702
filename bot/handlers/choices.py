"""The buttons several dialogues show, and the tokens they carry. A token is `verb` or `verb:argument`."""

from __future__ import annotations

from bot.content import Content
from bot.dialogue import Choice, Phrase
from bot.language import Language

MENU = Choice(Phrase("button.menu"), "menu")
BACK = Choice(Phrase("button.back"), "back")
HELP = Choice(Phrase("button.help"), "help")
LANGUAGES = Choice(Phrase("button.languages"), "languages")
OFFICE = Choice(Phrase("button.office"), "office")
FORGET_YES = Choice(Phrase("button.forget_yes"), "forget:yes")
FORGET_NO = Choice(Phrase("button.forget_no"), "forget:no")

_SAYS_YES = frozenset(
    f"button.{name}"
    for name in ("forget_yes", "booking_confirm", "booking_move", "booking_cancel_yes", "booking_accept")
)
_SAYS_NO = frozenset(
    f"button.{name}" for name in ("forget_no", "booking_other_time", "booking_cancel_no", "booking_decline")
)

_LANGUAGE_BUTTONS = {
    Language.JA: Choice(Phrase("button.ja"), "lang:ja"),
    Language.JA_EASY: Choice(Phrase("button.ja_easy"), "lang:ja-easy"),
    Language.EN: Choice(Phrase("button.en"), "lang:en"),
}


def languages(except_for: Language | None = None) -> tuple[Choice, ...]:
    """A button for each language but one."""
    return tuple(choice for language, choice in _LANGUAGE_BUTTONS.items() if language is not except_for)


def topics(content: Content) -> tuple[Choice, ...]:
    """The menu's headings, in order."""
    shown = sorted((topic for topic in content.topics if topic.order), key=lambda topic: topic.order)
    return tuple(Choice(Phrase(f"@topic/{topic.id}"), f"topic:{topic.id}") for topic in shown)


def entry(entry_id: str, *, whole_question: bool = False) -> Choice:
    """A button that asks an entry, labelled with its short label or its whole question."""
    name = "question" if whole_question else "label"
    return Choice(Phrase(f"@{name}/{entry_id}"), f"ask:{entry_id}")


def rating(entry_id: str) -> tuple[Choice, Choice]:
    """Did this help? Yes or no."""
    return (
        Choice(Phrase("button.helped_yes"), f"helped:{entry_id}"),
        Choice(Phrase("button.helped_no"), f"unhelped:{entry_id}"),
    )


def agreed(offered: tuple[Choice, ...], *, is_yes: bool) -> str | None:
    """The token of the button that says yes (or no) to what is asked on the screen, if it asks so."""
    labels = _SAYS_YES if is_yes else _SAYS_NO
    return next((one.token for one in offered if one.label.key in labels), None)


def still_there(offered: tuple[Choice, ...], content: Content) -> tuple[Choice, ...]:
    """The choices whose entry or heading the pack still has; a town renames and deletes."""
    known = {f"ask:{entry_id}" for entry_id in content.entries} | {f"topic:{topic.id}" for topic in content.topics}
    return tuple(one for one in offered if one.token in known or one.token.partition(":")[0] not in {"ask", "topic"})
