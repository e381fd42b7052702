"""SHELL: one event is one unit of work. No wording, no channel, no decision.

Inside one transaction: the inbox mark (a second delivery of an event stops there), the conversation, the
dialogue's decision, its effects, and the outbox rows. Sending happens after the commit, from the outbox.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.claims import carry_out
from bot.dialogue import (
    CountFeedback,
    Desk,
    Effect,
    ForgetPerson,
    Heard,
    Incoming,
    KeepQuestion,
    MarkBlocked,
    Turn,
    day_in_tokyo,
)
from bot.errors import BotError
from bot.handlers import menu
from bot.handlers.route import respond
from bot.house import Resident
from bot.store import conversations, counters, inbox, outbox, unanswered
from bot.store.again import write_again
from bot.store.conversations import Found
from bot.store.engine import Engine
from bot.store.outbox import Letter
from bot.store.unit import Work

LEASE = timedelta(seconds=60)
"""How long the process that took an event keeps its letters to itself before any other may send them."""

FAREWELL = timedelta(hours=1)
"""After "forget me" only the words "it is deleted" remain, and for so long, so that a lost reply can be read again."""

_log = logging.getLogger(__name__)
_BATCH = 500
_MOST_REQUESTS = 4
"""Of one event: a dialogue that asks for ever must not keep the database for ever."""


class Turns:
    """Takes events. Conversations are kept for `keep` after their last event, questions that found no sure answer
    for `keep_questions_days` after they were last asked (0: not at all).

    `said` is told after each commit: the event, and the letters that are this process's to send now.
    """

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        *,
        clock: Callable[[], datetime],
        keep: timedelta,
        pushed: frozenset[str],
        said: Callable[[Incoming, tuple[Letter, ...]], None],
        keep_questions_days: int = 0,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._keep = keep
        self._pushed = pushed
        self._said = said
        self._keep_questions_days = keep_questions_days
        self.taken: Counter[str] = Counter()
        self.broken = 0
        """Events that broke the desk."""

    async def take(self, incoming: Incoming) -> None:
        """Take one event: everything that follows from it is committed when this returns, or nothing is.

        An event taken before changes nothing. One that breaks the desk is answered with an apology: it would break it
        again, and silence is no answer. Raises StoreError when the database does not answer; the caller lets the
        platform deliver the event again.
        """
        now = self._clock()
        try:
            letters = await write_again(self._engine, lambda: self._work(incoming, now))
        except BotError:
            raise
        except Exception:
            _log.exception("an event broke the desk and is answered with an apology channel=%s", incoming.channel)
            self.broken += 1
            letters = await write_again(self._engine, lambda: self._apology(incoming, now))
        if letters is None:
            return
        self.taken[incoming.channel] += 1
        _log.info("turn channel=%s event=%s letters=%d", incoming.channel, type(incoming.body).__name__, len(letters))
        self._said(incoming, letters)

    def _work(self, incoming: Incoming, now: datetime) -> Work[tuple[Letter, ...] | None]:
        """The letters that are ours to send; None for an event taken before."""
        is_new = yield from inbox.mark(incoming.channel, incoming.event_id, now)
        if not is_new:
            return None
        found = yield from conversations.find(incoming.channel, incoming.address)
        turn = respond(found.conversation, incoming, self._desk, day_in_tokyo(now))
        if turn.request is not None:
            turn = yield from self._carried_through(turn, incoming, now)
        seen_at = now
        if ForgetPerson() in turn.effects:
            yield from conversations.forget(incoming.channel, incoming.address)
            seen_at = now - self._keep + FAREWELL
        conversation_id = yield from conversations.save(incoming.channel, incoming.address, turn.conversation, seen_at)
        yield from self._carry_out(turn.effects, incoming, now)
        return (yield from self._put(conversation_id, found, turn, incoming, now))

    def _apology(self, incoming: Incoming, now: datetime) -> Work[tuple[Letter, ...] | None]:
        """The event is taken; the conversation stays as it was."""
        if not (yield from inbox.mark(incoming.channel, incoming.event_id, now)):
            return None
        found = yield from conversations.find(incoming.channel, incoming.address)
        turn = menu.apologise(replace(found.conversation, turns=found.conversation.turns + 1))
        conversation_id = yield from conversations.save(incoming.channel, incoming.address, turn.conversation, now)
        return (yield from self._put(conversation_id, found, turn, incoming, now))

    def _carried_through(self, turn: Turn, incoming: Incoming, now: datetime) -> Work[Turn]:
        """The turn once all that the dialogue asked for is known or done, in this same transaction."""
        plan = self._desk.content.booking
        language = turn.language or turn.conversation.language
        conversation_id = yield from conversations.save(incoming.channel, incoming.address, turn.conversation, now)
        resident = Resident(conversation_id, incoming.channel, incoming.address, language)
        says, effects = turn.says, turn.effects
        for _ in range(_MOST_REQUESTS):
            if turn.request is None or plan is None:
                break
            outcome = yield from carry_out(turn.request, resident, plan, now)
            heard = replace(incoming, body=Heard(outcome, turn.asking))
            turn = respond(turn.conversation, heard, self._desk, day_in_tokyo(now))
            says, effects = says + turn.says, effects + turn.effects
        return replace(turn, says=says, effects=effects, language=language)

    def _put(
        self, conversation_id: int, found: Found, turn: Turn, incoming: Incoming, now: datetime
    ) -> Work[tuple[Letter, ...]]:
        """Outbox rows. Where nothing else waits for this resident, they are leased to this process at once."""
        if not turn.says:
            return ()
        language = turn.language or turn.conversation.language
        is_pushed = incoming.channel in self._pushed
        ours = is_pushed and not found.has_backlog
        ids = yield from outbox.put(
            conversation_id,
            incoming.channel,
            incoming.event_id,
            language,
            turn.says,
            said_at=now,
            not_before=now if is_pushed else None,
            leased_until=now + LEASE if ours else None,
        )
        if not ours:
            return ()
        return tuple(
            Letter(id_, conversation_id, incoming.channel, incoming.address, incoming.event_id, language, say, now, 0)
            for id_, say in zip(ids, turn.says, strict=True)
        )

    def _carry_out(self, effects: tuple[Effect, ...], incoming: Incoming, now: datetime) -> Work[None]:
        for effect in effects:
            match effect:
                case CountFeedback(entry_id, helped):
                    yield from counters.count_feedback(entry_id, helped)
                case KeepQuestion(text, language):
                    yield from self._keep_question(text, language, day_in_tokyo(now))
                case MarkBlocked():
                    yield from conversations.mark_blocked(incoming.channel, incoming.address, now)
                case ForgetPerson():
                    pass  # done before the conversation was saved, or it would delete this very answer

    def _keep_question(self, text: str, language: str, today: date) -> Work[None]:
        if self._keep_questions_days:
            yield from unanswered.keep(language, text, today, today + timedelta(days=self._keep_questions_days))


async def expire_old(engine: Engine, before: datetime) -> int:
    """Delete the conversations whose last event, and the inbox marks whose arrival, lie before `before`.

    Works in small transactions so that residents are served in between. Returns the rows deleted.
    """
    deleted = 0
    for delete in (conversations.expire, inbox.purge):
        deleted += await _delete_all(engine, partial(delete, before, _BATCH))
    return deleted


async def expire_questions(engine: Engine, today: date, keep_days: int) -> int:
    """Delete the kept questions whose time is over, also those that were to be kept for longer than `keep_days`.

    Works as `expire_old` does.
    """
    return await _delete_all(engine, partial(unanswered.purge, today, today - timedelta(days=keep_days), _BATCH))


async def _delete_all(engine: Engine, delete: Callable[[], Work[int]]) -> int:
    deleted, gone = 0, _BATCH
    while gone == _BATCH:
        gone = await engine.write(delete())
        deleted += gone
    return deleted
