"""Am I entitled, and to how much? One question at a time, then the result card.

Knows no rule and no wording: the scheme is the pack's data, and what is asked next is the scheme's to decide.
Tokens: `eligibility` (begin), `eligibility:RUN.FACT=OPTION` (an answer), `eligibility:STEP` (back, why, more, …).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from bot.content import NoticeKind
from bot.dialogue import Checking, Choice, Conversation, Desk, Kind, Phrase, Turn
from bot.eligibility.answers import Understood, Unsure, read_answer
from bot.eligibility.days import Impossible
from bot.eligibility.evaluate import evaluate
from bot.eligibility.facts import FactsError
from bot.eligibility.questions import (
    Answer,
    Interview,
    Question,
    change_answer,
    given_by,
    next_question,
)
from bot.eligibility.rules import Scheme
from bot.handlers import choices
from bot.handlers.checked import interview_of, open_question, with_answers
from bot.handlers.reply import in_the_middle, say
from bot.handlers.result_card import changed_since, result_card

VERB = "eligibility"
UNSURE = "unsure"

_WHY = Choice(Phrase("button.why"), f"{VERB}:why")
_BACK = Choice(Phrase("button.question_back"), f"{VERB}:back")
_STOP = Choice(Phrase("button.check_stop"), f"{VERB}:stop")
_GO_ON = Choice(Phrase("button.check_go_on"), f"{VERB}:go_on")
_ANEW = Choice(Phrase("button.check_anew"), f"{VERB}:anew")
_CHANGE = Choice(Phrase("button.check_change"), f"{VERB}:change")
_RESULT = Choice(Phrase("button.check_result"), f"{VERB}:go_on")


def press(conversation: Conversation, argument: str, desk: Desk, today: date) -> Turn | None:
    """What a button of this dialogue does; None for one nobody knows."""
    scheme = _scheme(conversation, desk)
    if scheme is None:
        return None
    if closed := _closed(conversation, desk, today):
        return closed
    checking = conversation.checking
    if argument == "":
        return _begin(conversation, scheme, desk, today)
    if argument == "anew" or checking is None or checking.scheme != scheme.id:
        return _start(conversation, scheme, desk, today)
    return _step(conversation, checking, argument, scheme, desk, today)


def read(conversation: Conversation, text: str, desk: Desk, today: date) -> Turn | None:
    """What a typed text does while a question of this dialogue is on the screen; None: it is no answer to it."""
    checking = conversation.checking
    scheme = _scheme(conversation, desk)
    if scheme is None or checking is None or not is_asking(conversation) or _closing(desk, today):
        return None
    question = open_question(checking, scheme, today)
    reading = read_answer(scheme, question, text, today) if question else None
    match reading:
        case Understood(gives) if question:
            return _answered(conversation, checking, Answer(question.fact.id, gives), scheme, desk, today)
        case Unsure() if question:
            return _answered(conversation, checking, Answer(question.fact.id, {}), scheme, desk, today)
        case Impossible():
            return _go_on(conversation, checking, scheme, desk, today, (Phrase("eligibility.impossible"),))
        case _:
            return None


def is_asking(conversation: Conversation) -> bool:
    """Whether a question of this dialogue is what the resident sees now."""
    checking = conversation.checking
    if checking is None or checking.asking is None:
        return False
    return any(one.token.startswith(_token(checking, "")) for one in conversation.offered)


def with_question(turn: Turn, before: Conversation, desk: Desk, today: date) -> Turn:
    """A turn that answered something else in the middle, followed by the question that is still open."""
    scheme, checking = _scheme(before, desk), before.checking
    if scheme is None or checking is None or not turn.says:
        return turn
    asked = _go_on(turn.conversation, checking, scheme, desk, today, (Phrase("eligibility.back_to"),))
    answered = tuple(in_the_middle(one) for one in turn.says)
    return replace(asked, says=(*answered, *asked.says), effects=turn.effects, language=turn.language)


def _scheme(conversation: Conversation, desk: Desk) -> Scheme | None:
    """The scheme of the dialogue that is going on, or the pack's first."""
    schemes = desk.content.schemes
    kept = schemes.get(conversation.checking.scheme) if conversation.checking else None
    return kept or next(iter(schemes.values()), None)


def _closing(desk: Desk, today: date) -> str | None:
    notice = desk.content.notice_on(today, NoticeKind.CLOSING)
    return notice.text_key if notice else None


def _closed(conversation: Conversation, desk: Desk, today: date) -> Turn | None:
    """Once the programme is over nothing is asked: the notice says so, and what was kept of the answers goes."""
    key = _closing(desk, today)
    if key is None:
        return None
    over = replace(conversation, checking=None)
    return say(over, Kind.NOTICE, (Phrase(key),), (choices.MENU, choices.OFFICE))


def _begin(conversation: Conversation, scheme: Scheme, desk: Desk, today: date) -> Turn:
    """Start, or offer to go on where the resident was."""
    checking = conversation.checking
    if checking is None or not interview_of(checking, scheme).answers:
        return _start(conversation, scheme, desk, today)
    is_over = checking.asking is None
    phrase = Phrase("eligibility.kept_result" if is_over else "eligibility.kept_answers", {"day": checking.day})
    return say(conversation, Kind.MENU, (phrase,), (_RESULT if is_over else _GO_ON, _ANEW, choices.MENU))


def _start(conversation: Conversation, scheme: Scheme, desk: Desk, today: date) -> Turn:
    run = conversation.checking.run + 1 if conversation.checking else 1
    checking = Checking(scheme.id, run, today.isoformat())
    first = next_question(scheme, Interview(), today)
    greeting = (Phrase("eligibility.begin", {"most": first.most}),) if first else ()
    return _next(conversation, checking, scheme, desk, today, greeting)


def _step(
    conversation: Conversation, checking: Checking, argument: str, scheme: Scheme, desk: Desk, today: date
) -> Turn | None:
    step, _, name = argument.partition("=")
    match step:
        case "go_on":
            return _go_on(conversation, checking, scheme, desk, today)
        case "why" if checking.asking:
            why = Phrase(f"eligibility.{scheme.id}.{checking.asking}.why")
            return _go_on(conversation, checking, scheme, desk, today, (why,))
        case "back":
            interview = interview_of(checking, scheme).without_last()
            return _next(conversation, with_answers(checking, interview), scheme, desk, today)
        case "change" if not name:
            return _offer_change(conversation, checking, scheme, desk, today)
        case "change":
            return _go_on(conversation, replace(checking, asking=name), scheme, desk, today)
        case "stop":
            return say(
                replace(conversation, checking=None), Kind.MENU, (Phrase("eligibility.stopped"),), (choices.MENU,)
            )
        case _:
            return _press_answer(conversation, checking, step, name, scheme, desk, today)


def _press_answer(
    conversation: Conversation,
    checking: Checking,
    asked: str,
    option: str,
    scheme: Scheme,
    desk: Desk,
    today: date,
) -> Turn | None:
    """An answer by button. One to a question that has passed is told so and shown the present one."""
    run, _, fact = asked.partition(".")
    if not run.isdecimal():
        return None
    question = open_question(checking, scheme, today)
    is_present = question is not None and (int(run), fact) == (checking.run, question.fact.id)
    if question is None or not is_present or option not in {*question.options, UNSURE}:
        return _go_on(conversation, checking, scheme, desk, today, (Phrase("eligibility.past"),))
    answer = Answer(fact, {} if option == UNSURE else given_by(question, option))
    return _answered(conversation, checking, answer, scheme, desk, today)


def _answered(
    conversation: Conversation, checking: Checking, answer: Answer, scheme: Scheme, desk: Desk, today: date
) -> Turn:
    interview = change_answer(scheme, interview_of(checking, scheme), answer, today)
    try:
        evaluate(scheme, interview.facts, today)
    except FactsError:
        return _go_on(conversation, checking, scheme, desk, today, (Phrase("eligibility.contradiction"),))
    return _next(
        conversation, with_answers(checking, interview), scheme, desk, today, _news(checking, scheme, desk, today)
    )


def _go_on(
    conversation: Conversation,
    checking: Checking,
    scheme: Scheme,
    desk: Desk,
    today: date,
    before: tuple[Phrase, ...] = (),
) -> Turn:
    """The question that is open (or the result) once more, with what has changed since the day it was seen last."""
    news = _news(checking, scheme, desk, today)
    question = open_question(checking, scheme, today)
    if question is None:
        return _next(conversation, checking, scheme, desk, today, (*before, *news))
    return _ask(conversation, checking, question, scheme, today, (*before, *news))


def _next(
    conversation: Conversation,
    checking: Checking,
    scheme: Scheme,
    desk: Desk,
    today: date,
    before: tuple[Phrase, ...] = (),
) -> Turn:
    """The next question, or the result when no answer can change anything any more."""
    interview = interview_of(checking, scheme)
    question = next_question(scheme, interview, today)
    if question is not None:
        return _ask(conversation, checking, question, scheme, today, before)
    ended = replace(checking, asking=None, day=today.isoformat())
    card = result_card(scheme, interview, desk.content, today)
    changes = (_CHANGE, _ANEW) if interview.answers else ()
    offered = (*card.choices, *changes, choices.MENU)
    return say(replace(conversation, checking=ended), Kind.RESULT, (*before, *card.phrases), offered)


def _ask(
    conversation: Conversation,
    checking: Checking,
    question: Question,
    scheme: Scheme,
    today: date,
    before: tuple[Phrase, ...],
) -> Turn:
    fact = question.fact.id
    asking = replace(checking, asking=fact, day=today.isoformat())
    limit = {"limit": question.limit.isoformat()} if question.limit else {}
    progress = Phrase("eligibility.progress", {"number": question.number, "most": question.most})
    ask = Phrase(f"eligibility.{scheme.id}.{fact}.ask", limit)
    answers = [Choice(_label(scheme, fact, option, limit), _token(asking, option)) for option in question.options]
    answers.append(Choice(Phrase("button.unsure"), _token(asking, UNSURE)))
    ways = (_WHY, *((_BACK,) if json.loads(checking.answers) else ()), _STOP)
    return say(replace(conversation, checking=asking), Kind.QUESTION, (*before, progress, ask), (*answers, *ways))


def _offer_change(conversation: Conversation, checking: Checking, scheme: Scheme, desk: Desk, today: date) -> Turn:
    """Which answer is to be changed? Each with what was said."""
    given = interview_of(checking, scheme).answers
    if not given:
        return _go_on(conversation, checking, scheme, desk, today)
    offered = tuple(
        Choice(Phrase(f"eligibility.{scheme.id}.{answer.fact}.name"), f"{VERB}:change={answer.fact}")
        for answer in given
    )
    return say(conversation, Kind.MENU, (Phrase("eligibility.change_which"),), (*offered, _GO_ON))


def _news(checking: Checking, scheme: Scheme, desk: Desk, today: date) -> tuple[Phrase, ...]:
    """On another day than the resident saw last: that it is one, and what stands differently since."""
    seen = date.fromisoformat(checking.day)
    if seen == today:
        return ()
    return changed_since(scheme, interview_of(checking, scheme), desk.content, seen, today)


def _token(checking: Checking, option: str) -> str:
    return f"{VERB}:{checking.run}.{checking.asking}={option}"


def _label(scheme: Scheme, fact: str, option: str, args: dict[str, str]) -> Phrase:
    return Phrase(f"eligibility.{scheme.id}.{fact}.{option}", args)
