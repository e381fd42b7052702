"""The usual reply: one message whose choices are remembered as what is on the resident's screen."""

from __future__ import annotations

from dataclasses import replace

from bot.booking.requests import Request
from bot.dialogue import Choice, Conversation, Effect, Kind, Phrase, Say, Turn


def say(
    conversation: Conversation,
    kind: Kind,
    phrases: tuple[Phrase, ...],
    offered: tuple[Choice, ...] = (),
    *,
    effects: tuple[Effect, ...] = (),
) -> Turn:
    """A turn with one message; the conversation remembers `offered`, so that its numbers can be typed."""
    return Turn(replace(conversation, offered=offered), (Say(kind, phrases, offered),), effects)


def ask_the_house(conversation: Conversation, verb: str, request: Request) -> Turn:
    """A turn that has to know or have something done first; the dialogue of `verb` hears what came of it."""
    return Turn(conversation, (), request=request, asking=verb)


def in_the_middle(said: Say) -> Say:
    """A message that comes in the middle of a dialogue: the numbers on the screen belong to the dialogue's next one.

    What offers a choice of questions cannot do that here; it says that the answer was not understood.
    """
    if said.kind is Kind.DID_YOU_MEAN:
        return Say(Kind.ASK_OFFICE, (Phrase("question.not_an_answer"),))
    return replace(said, choices=())
