"""Which dialogue an event belongs to. The guard comes before everything that reads text.

Order: guard · number or label of what is on the screen · typed command · question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.booking.requests import Outcome
from bot.booking.tickets import without
from bot.content import Content, NoticeKind
from bot.dialogue import (
    Choice,
    Conversation,
    Desk,
    Heard,
    Incoming,
    Kind,
    Left,
    Opened,
    Phrase,
    Pressed,
    Say,
    Text,
    Turn,
    Unreadable,
)
from bot.handlers import booking, choices, eligibility, guard, menu, my_bookings, question, visited
from bot.language import Language, Script, answer_language, noticed_script

MOST_CHARACTERS = 1000
"""A longer text is not searched: nobody's question is that long, and a pasted document is not one."""

_INVISIBLE = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\uffff]")
_KANJI_NUMBERS = "一二三四五六七八九"
_NUMBER = re.compile(
    r"[#(\[]?(?:(\d{1,2})|([一二三四五六七八九]))[)\].]?\s*(?:番目?|ばん|つ目|つめ)?(?:です|で|を|お願いします)?[。.]?"
)
_YES_OR_NO = ("yes", "no")
_ONLY_WHILE_OFFERED = frozenset({choices.FORGET_YES.token, choices.FORGET_NO.token, *_YES_OR_NO})
_MARKED = frozenset({Kind.RESULT, Kind.TICKET})
_SHORT = 8
_SENTENCE = 3
_JAPANESE = frozenset({Language.JA, Language.JA_EASY})
_FOREIGN = frozenset({Script.ZH, Script.KO, Script.VI})
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def respond(conversation: Conversation, incoming: Incoming, desk: Desk, today: date) -> Turn:
    """The turn for one event: pure, total, and the only door to the dialogues."""
    hinted = replace(conversation, noticed=conversation.noticed or incoming.hint)
    turn = _with_banner(_turn(hinted, incoming, desk, today), desk, today)
    counted = replace(turn.conversation, turns=turn.conversation.turns + 1)
    return replace(turn, conversation=counted, language=turn.language or counted.language)


def _with_banner(turn: Turn, desk: Desk, today: date) -> Turn:
    """While the town's page has changed, results and tickets say so, as answers do."""
    banner = desk.content.notice_on(today, NoticeKind.BANNER)
    if banner is None:
        return turn
    places = [place for place, one in enumerate(turn.says) if one.kind in _MARKED]
    if not places:
        return turn
    last = turn.says[places[-1]]
    marked = replace(last, phrases=(*last.phrases, Phrase(banner.text_key)))
    return replace(turn, says=(*turn.says[: places[-1]], marked, *turn.says[places[-1] + 1 :]))


def _turn(conversation: Conversation, incoming: Incoming, desk: Desk, today: date) -> Turn:
    match incoming.body:
        case Left():
            return menu.leave(conversation)
        case Opened():
            return menu.greet(conversation, desk, today)
        case Unreadable():
            return menu.explain(conversation, "question.unreadable")
        case Pressed(token):
            return press(conversation, token, desk, today)
        case Heard(outcome, asking):
            return hear(conversation, outcome, asking, desk)
        case Text(text):
            return read(conversation, text, desk, today)


def press(conversation: Conversation, token: str, desk: Desk, today: date) -> Turn:
    """What a button does. A token nobody knows (any more) gets a kind answer, never an error."""
    verb, _, argument = token.partition(":")
    action = _ACTIONS.get(verb)
    turn = action(conversation, argument, desk, today) if action else None
    return _followed(turn, desk, today) if turn else menu.refuse_past_button(conversation, desk)


def hear(conversation: Conversation, outcome: Outcome, asking: str, desk: Desk) -> Turn:
    """What a dialogue makes of the answer to its request; why something was not done, every dialogue says alike."""
    match asking:
        case booking.VERB:
            turn = booking.hear(conversation, outcome, desk)
        case visited.VERB:
            turn = visited.hear(conversation, outcome)
        case _:
            turn = None
    return turn or my_bookings.hear(conversation, outcome, desk) or menu.refuse_past_button(conversation, desk)


def _followed(turn: Turn, desk: Desk, today: date) -> Turn:
    """The turn of the dialogue a handler sends the resident on to, if it does."""
    return press(turn.conversation, turn.goto, desk, today) if turn.goto else turn


def read(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn:
    """What a typed text does, worded in the language it seems to be written in."""
    plain = readable(text)
    danger = guard.danger_in(plain)
    token = None if danger else _typed_token(conversation, plain, desk.content)
    script = noticed_script(without(plain))
    heard = (
        conversation if _says_nothing_of_language(conversation, plain, token) else _hear(conversation, script, plain)
    )
    turn = (
        _with_open_step(menu.warn(heard, danger), heard, desk, today)
        if danger
        else _read(heard, plain, token, desk, today)
    )
    if turn.language is not None or turn.conversation.chosen is not heard.chosen:
        return turn
    return replace(turn, language=_language_of_answer(heard, script, plain))


def readable(text: str) -> str:
    """The text, as far as it is looked at, in NFKC without what cannot be seen, trimmed."""
    shown = _INVISIBLE.sub(" ", _SURROGATE.sub(" ", text[: guard.LONGEST]))
    return unicodedata.normalize("NFKC", shown).strip()


def _read(conversation: Conversation, plain: str, token: str | None, desk: Desk, today: date) -> Turn:
    if not plain:
        return _with_open_step(menu.explain(conversation, "question.empty"), conversation, desk, today)
    if token is not None:
        return press(conversation, token, desk, today)
    if _NUMBER.fullmatch(plain) and conversation.offered:
        return menu.refuse_number(conversation, desk)
    return _ask(conversation, plain, desk, today)


def _ask(conversation: Conversation, plain: str, desk: Desk, today: date) -> Turn:
    if len(plain) > MOST_CHARACTERS or plain.startswith("/"):
        key = "question.unknown_command" if plain.startswith("/") else "question.too_long"
        return _with_open_step(menu.explain(conversation, key), conversation, desk, today)
    typed_into = eligibility.read(conversation, plain, desk, today) or booking.read(conversation, plain, desk, today)
    if typed_into:
        return typed_into
    if ticket := my_bookings.read(conversation, plain, desk):
        return _with_open_step(ticket, conversation, desk, today) if ticket.says else ticket
    turn = _ask_in_between(conversation, plain, desk, today)
    noted = _with_foreign_note(turn, noticed_script(plain))
    return _with_languages(noted) if conversation.turns == 0 else noted


def _ask_in_between(conversation: Conversation, plain: str, desk: Desk, today: date) -> Turn:
    """The answer to a question; one asked in the middle of a dialogue is followed by what the dialogue was asking."""
    turn = question.ask(conversation, plain, desk, today)
    if turn.goto == booking.VERB and booking.is_asking(conversation):  # it is what goes on already
        return booking.again(conversation, desk)
    return _followed(turn, desk, today) if turn.goto else _with_open_step(turn, conversation, desk, today)


def _with_open_step(turn: Turn, before: Conversation, desk: Desk, today: date) -> Turn:
    """What was said in the middle of a dialogue, followed by what the dialogue was asking."""
    if eligibility.is_asking(before):
        return eligibility.with_question(turn, before, desk, today)
    return booking.with_step(turn, desk) if booking.is_asking(before) else turn


def _says_nothing_of_language(conversation: Conversation, plain: str, token: str | None) -> bool:
    """A command or a button's words do not tell what somebody writes in, once that is known; "/menu" never does."""
    return plain.startswith("/") or (token is not None and conversation.noticed is not None)


def _typed_token(conversation: Conversation, plain: str, content: Content) -> str | None:
    return _offered_token(conversation.offered, plain, content) or _command(plain, content)


def _offered_token(offered: tuple[Choice, ...], plain: str, content: Content) -> str | None:
    """The choice on the screen whose number, label or own word (はい) was typed."""
    number = _NUMBER.fullmatch(plain)
    if number:
        place = int(number[1] or _KANJI_NUMBERS.index(number[2]) + 1) - 1
        return offered[place].token if 0 <= place < len(offered) else None
    typed = _folded(plain)
    if any(typed in content.words.get(choice.token, ()) for choice in offered):
        return next(choice.token for choice in offered if typed in content.words.get(choice.token, ()))
    if token := next((choice.token for choice in offered if typed in _labels(choice.label.key, content)), None):
        return token
    said = next((word for word in _YES_OR_NO if typed in content.words.get(word, ())), None)
    return choices.agreed(offered, is_yes=said == "yes") if said else None


def _labels(key: str, content: Content) -> set[str]:
    """A label in every language, folded: a resident may read one language and type another."""
    kind, _, name = key.partition("/")
    match kind:
        case "@label":
            localised = [content.entries[name].label] if name in content.entries else []
        case "@question":
            localised = [content.entries[name].question] if name in content.entries else []
        case "@topic":
            localised = [topic.label for topic in content.topics if topic.id == name]
        case _:
            localised = [{language: texts[key]} for language, texts in content.texts.items() if key in texts]
    return {_folded(text) for texts in localised for text in texts.values()}


def _command(plain: str, content: Content) -> str | None:
    """The token of the command that was typed as a word in any language."""
    typed = _folded(plain.partition("@")[0] if plain.startswith("/") else plain)
    words = ((command, typed_as) for command, typed_as in content.words.items() if command not in _ONLY_WHILE_OFFERED)
    return next((command for command, typed_as in words if typed in typed_as), None)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(" \u3000。、.!?")


def _hear(conversation: Conversation, script: Script, plain: str) -> Conversation:
    """Remember what the resident seems to write in.

    A short word takes nobody's language away: 「駐車場」 not easy Japanese, "App Store" not Japanese.
    """
    written = answer_language(script)
    before = conversation.noticed
    keeps_easy = before is Language.JA_EASY and written is Language.JA and len(plain) < _SHORT
    keeps_japanese = before in _JAPANESE and written is Language.EN and len(plain.split()) < _SENTENCE
    return conversation if written is None or keeps_easy or keeps_japanese else replace(conversation, noticed=written)


def _language_of_answer(heard: Conversation, script: Script, plain: str) -> Language:
    """The chosen language holds; only a whole English sentence in a Japanese conversation is answered in English."""
    wrote_english = script is Script.EN and len(plain.split()) >= _SENTENCE
    return Language.EN if heard.chosen and wrote_english else heard.language


def _with_foreign_note(turn: Turn, script: Script) -> Turn:
    if script not in _FOREIGN:
        return turn
    note = Phrase(f"foreign.{script.value}")
    if not turn.says:  # what is said comes with the answer to a request
        return replace(turn, says=(Say(Kind.NOTICE, (note,)),))
    first, *rest = turn.says
    return replace(turn, says=(replace(first, phrases=(note, *first.phrases)), *rest))


def _with_languages(turn: Turn) -> Turn:
    """At first contact the other languages are offered, after the answer that was asked for."""
    if turn.request is not None:
        return turn
    *before, last = turn.says
    offered = (*last.choices, *choices.languages(turn.conversation.language))
    say = replace(last, phrases=(*last.phrases, Phrase("language.offer")), choices=offered)
    return replace(turn, conversation=replace(turn.conversation, offered=offered), says=(*before, say))


def _change_language(conversation: Conversation, code: str, desk: Desk, today: date) -> Turn | None:
    if code not in set(Language):
        return None
    return _with_open_step(menu.change_language(conversation, Language(code), desk), conversation, desk, today)


def _answer(conversation: Conversation, entry_id: str, desk: Desk, today: date) -> Turn | None:
    entry = desk.content.entries.get(entry_id)
    return question.answer(conversation, entry, desk, today) if entry else None


def _forget(conversation: Conversation, answer: str) -> Turn:
    """Deleting is done only while it is asked: an old button asks again."""
    match answer:
        case "yes" if choices.FORGET_YES in conversation.offered:
            return menu.forget(conversation)
        case "no":
            return menu.keep(conversation)
        case _:
            return menu.ask_to_forget(conversation)


_Action = Callable[[Conversation, str, Desk, date], Turn | None]

_ACTIONS: dict[str, _Action] = {
    "menu": lambda conversation, _, desk, today: menu.show_menu(conversation, desk, today),
    "back": lambda conversation, _, desk, today: menu.go_back(conversation, desk, today),
    "restart": lambda conversation, _, desk, today: menu.start_over(conversation, desk, today),
    "help": lambda conversation, _, desk, today: menu.show_help(conversation),
    "languages": lambda conversation, _, desk, today: menu.show_languages(conversation),
    "office": lambda conversation, _, desk, today: menu.show_office(conversation),
    "topic": lambda conversation, topic, desk, today: menu.show_topic(conversation, topic, desk),
    "ask": _answer,
    "lang": lambda conversation, code, desk, today: _change_language(conversation, code, desk, today),
    "helped": lambda conversation, entry, desk, today: menu.rate(conversation, entry, desk, helped=True),
    "unhelped": lambda conversation, entry, desk, today: menu.rate(conversation, entry, desk, helped=False),
    "forget": lambda conversation, answer, desk, today: _forget(conversation, answer),
    eligibility.VERB: eligibility.press,
    booking.VERB: booking.press,
    my_bookings.VERB: lambda conversation, argument, desk, _: my_bookings.press(conversation, argument, desk),
    visited.VERB: lambda conversation, argument, desk, _: visited.press(conversation, argument, desk),
    "which_booking": lambda conversation, _, desk, today: question.ask_which(conversation, desk, today),
}
