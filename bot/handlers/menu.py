"""Greeting, menu, languages, help, office, forgetting, and what cannot be read: all that is not a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.content import Content, NoticeKind
from bot.dialogue import Conversation, CountFeedback, Desk, ForgetPerson, Kind, MarkBlocked, Phrase, Say, Turn
from bot.handlers import choices
from bot.handlers.reply import say
from bot.language import Language

Args = Mapping[str, str | int]


def greet(conversation: Conversation, desk: Desk, today: date) -> Turn:
    """Hello, what the desk is, the notice in force, the menu; at first contact also the languages."""
    first = conversation.turns == 0
    greeting = "greeting.first" if first else "greeting.again"
    args: Args = {"title": desk.content.title[conversation.language]} if first else {}
    offered = (*choices.topics(desk.content), *choices.languages(conversation.language))
    return say(conversation, Kind.MENU, (Phrase(greeting, args), *_closing(desk.content, today)), offered)


def show_menu(conversation: Conversation, desk: Desk, today: date) -> Turn:
    """The headings, and the ways out: telephone, languages, help."""
    offered = (*choices.topics(desk.content), choices.OFFICE, choices.LANGUAGES, choices.HELP)
    return say(conversation, Kind.MENU, (*_closing(desk.content, today), Phrase("menu.title")), offered)


def show_topic(conversation: Conversation, topic_id: str, desk: Desk) -> Turn | None:
    """The questions under a heading; None when there is no such heading (any more)."""
    topic = next((topic for topic in desk.content.topics if topic.id == topic_id), None)
    if topic is None:
        return None
    offered = (*(choices.entry(entry_id) for entry_id in topic.entry_ids), choices.BACK)
    return say(conversation, Kind.MENU, (Phrase(f"@topic/{topic.id}"), Phrase("menu.topic")), offered)


def go_back(conversation: Conversation, desk: Desk, today: date) -> Turn:
    """From an answer to its heading, from anywhere else to the menu."""
    shows_answer = any(choice.token.startswith("helped:") for choice in conversation.offered)
    entry = desk.content.entries.get(conversation.last_entry_id or "") if shows_answer else None
    return (entry and show_topic(conversation, entry.topic, desk)) or show_menu(conversation, desk, today)


def start_over(conversation: Conversation, desk: Desk, today: date) -> Turn:
    """As at first contact, but the chosen language is kept."""
    return greet(Conversation(chosen=conversation.chosen, noticed=conversation.noticed), desk, today)


def show_languages(conversation: Conversation) -> Turn:
    """Ask which language."""
    return say(conversation, Kind.MENU, (Phrase("language.choose"),), choices.languages())


def change_language(conversation: Conversation, language: Language, desk: Desk) -> Turn:
    """Remember the language that was asked for and go on in it."""
    changed = replace(conversation, chosen=language)
    offered = (*choices.topics(desk.content), choices.OFFICE, choices.LANGUAGES, choices.HELP)
    return say(changed, Kind.MENU, (Phrase("language.changed"), Phrase("menu.title")), offered)


def show_help(conversation: Conversation) -> Turn:
    """How the desk is used."""
    return say(conversation, Kind.MENU, (Phrase("help.text"),), (choices.MENU, choices.LANGUAGES, choices.OFFICE))


def show_office(conversation: Conversation) -> Turn:
    """Whom to call for what."""
    return say(conversation, Kind.ASK_OFFICE, (Phrase("office.text"),), (choices.MENU,))


def ask_to_forget(conversation: Conversation) -> Turn:
    """Say what would be deleted, and ask."""
    return say(conversation, Kind.MENU, (Phrase("forget.confirm"),), (choices.FORGET_YES, choices.FORGET_NO))


def forget(conversation: Conversation) -> Turn:
    """Everything about the person goes; only the language of this last message is still known."""
    turn = say(Conversation(), Kind.MENU, (Phrase("forget.done"),), effects=(ForgetPerson(),))
    return replace(turn, language=conversation.language)


def keep(conversation: Conversation) -> Turn:
    """Nothing was deleted."""
    return say(conversation, Kind.MENU, (Phrase("forget.kept"),), (choices.MENU,))


def leave(conversation: Conversation) -> Turn:
    """The resident left: nothing to say, nothing can be sent."""
    return Turn(conversation, (), (MarkBlocked(),))


def rate(conversation: Conversation, entry_id: str, desk: Desk, *, helped: bool) -> Turn | None:
    """Thank for a rating and count it once an answer; None when there is no such entry (any more).

    Without an id (「役に立った」 typed when the buttons are gone) it is about the answer seen last.
    """
    entry_id = entry_id or conversation.last_entry_id or ""
    if entry_id not in desk.content.entries:
        return None
    thanks = Phrase("feedback.helped" if helped else "feedback.not_helped")
    offered = (choices.MENU,) if helped else (choices.MENU, choices.OFFICE)
    counted = (CountFeedback(entry_id, helped),) if conversation.rated_entry_id != entry_id else ()
    return say(replace(conversation, rated_entry_id=entry_id), Kind.MENU, (thanks,), offered, effects=counted)


def warn(conversation: Conversation, danger: str) -> Turn:
    """Say kindly what was typed, that it was not kept, and what to do. The warning never repeats it."""
    return say(conversation, Kind.WARNING, (Phrase(f"guard.{danger}"),), (choices.MENU, choices.OFFICE))


def explain(conversation: Conversation, text_key: str) -> Turn:
    """One of the short replies to what cannot be taken as a question."""
    return say(conversation, Kind.MENU, (Phrase(text_key),), (choices.MENU, choices.HELP))


def apologise(conversation: Conversation) -> Turn:
    """Something of ours went wrong: say so, and whom to call. What was on the screen stays as it was."""
    offered = (choices.MENU, choices.OFFICE)
    return Turn(conversation, (Say(Kind.NOTICE, (Phrase("failure.unexpected"), Phrase("office.line")), offered),))


def refuse_number(conversation: Conversation, desk: Desk) -> Turn:
    """A number that is on no button: say which there are, and show them again, as far as the town still has them."""
    offered = choices.still_there(conversation.offered, desk.content)
    most = Phrase("question.no_such_number", {"most": len(offered)})
    return say(conversation, Kind.MENU, (most,), offered)


def refuse_past_button(conversation: Conversation, desk: Desk) -> Turn:
    """An old button: say so, and show what can be chosen now, as far as the town still has it."""
    offered = choices.still_there(conversation.offered, desk.content) or (*choices.topics(desk.content), choices.HELP)
    return say(conversation, Kind.MENU, (Phrase("question.past_button"),), offered)


def _closing(content: Content, today: date) -> tuple[Phrase, ...]:
    notice = content.notice_on(today, NoticeKind.CLOSING)
    return (Phrase(notice.text_key),) if notice else ()
