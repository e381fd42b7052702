"""What is on a resident's screen after a message that came by itself: its buttons are what a typed number means now."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Executable, bindparam, select, update

from bot.dialogue import Choice
from bot.store.codec import decode_conversation, encode_conversation
from bot.store.query import Dialect, Query
from bot.store.schema import conversations
from bot.store.unit import Work


def now_shown(conversation_id: int, choices: tuple[Choice, ...]) -> Work[None]:
    """Remember the buttons of a message that answers no event; without buttons, what was there before stays."""
    if not choices:
        return
    rows = yield _select_state.bind(conversation_id=conversation_id)
    for (state,) in rows:
        shown = replace(decode_conversation(state), offered=choices)
        yield _update_state.bind(conversation_id=conversation_id, state=encode_conversation(shown))


_IS_IT = conversations.c.id == bindparam("conversation_id")


@Query
def _select_state(_: Dialect) -> Executable:
    return select(conversations.c.state).where(_IS_IT).with_for_update(key_share=True)


@Query
def _update_state(_: Dialect) -> Executable:
    return update(conversations).values(state=bindparam("state")).where(_IS_IT).returning(conversations.c.id)
