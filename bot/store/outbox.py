"""Letters: messages to residents that have been decided and wait to be sent or read.

A letter with `not_before` is sent by `delivery` and deleted once it is out; one without is kept to be
read by the resident's own page (`after`) and goes with the conversation. Letters of one conversation
are sent one by one in their order: `claim` gives only the head of each conversation's line, which
holds with many replicas too, where a rule that looks at leases would not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from bot.dialogue import Say
from bot.errors import StoreError
from bot.language import Language
from bot.store.codec import decode_say, encode_say
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query, QueryFamily
from bot.store.schema import conversations, is_in_line, is_pending, outbox
from bot.store.screen import now_shown
from bot.store.unit import Rows, Work

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with all it takes to word and send it. `event_id` is the event it answers, if any."""

    id: int
    conversation_id: int
    channel: str
    address: str
    event_id: str | None
    language: Language
    say: Say
    said_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter given up, for an operator: why, but not what it said nor to whom."""

    id: int
    channel: str
    said_at: datetime
    dead_at: datetime
    attempts: int
    last_error: str


def put(
    conversation_id: int,
    channel: str,
    event_id: str | None,
    language: Language,
    says: Sequence[Say],
    *,
    said_at: datetime,
    not_before: datetime | None,
    leased_until: datetime | None = None,
) -> Work[tuple[int, ...]]:
    """Add letters in the order of `says`; their ids, which grow.

    `not_before` None: kept to be read. Up to `said_at`: to be sent in the conversation's order. Later:
    to be sent at its time, without holding up others. `leased_until`: the caller sends them itself
    until then.
    """
    if not says:
        return ()
    texts = {f"say_{place}": encode_say(say) for place, say in enumerate(says)}
    rows = yield _insert_letters.of(len(says)).bind(
        conversation_id=conversation_id,
        channel=channel,
        event_id=event_id,
        language=language.value,
        said_at=to_micros(said_at),
        not_before=_micros_or_none(not_before),
        leased_until=_micros_or_none(leased_until),
        **texts,
    )
    return tuple(sorted(letter_id for (letter_id,) in rows))


def claim(channels: Sequence[str], now: datetime, lease_until: datetime, limit: int) -> Work[tuple[Letter, ...]]:
    """Take letters that are due on some channels, at most one of each conversation, longest due first.

    Nobody else gets them before `lease_until`. Call again after sending, until it gives none. A letter
    that cannot be read is given up here.
    """
    if not channels:
        return ()
    names = {f"channel_{place}": channel for place, channel in enumerate(channels)}
    rows = yield _lease_letters.of(len(channels)).bind(
        now=to_micros(now), until=to_micros(lease_until), limit=limit, **names
    )
    letters = tuple(_readable(rows))
    for letter_id in {row[0] for row in rows} - {letter.id for letter in letters}:
        yield from give_up(letter_id, now, "cannot be read by this release")
    for letter in letters:
        if letter.event_id is None:  # it answers nothing the resident did: from now on numbers mean its buttons
            yield from now_shown(letter.conversation_id, letter.say.choices)
    return letters


def bring_due(channels: Sequence[str], now: datetime, limit: int) -> Work[tuple[str, ...]]:
    """Make letters of some channels, which residents read themselves, readable when their time has come.

    For channels nobody sends on: a reminder for the web chat. The addresses there, to wake who is waiting. They are put
    anew behind all others, or a reader who has seen a later letter would never see them.
    """
    if not channels:
        return ()
    names = {f"channel_{place}": channel for place, channel in enumerate(channels)}
    rows = yield _take_due.of(len(channels)).bind(now=to_micros(now), limit=limit, **names)
    for conversation_id, channel, event_id, language, say, _ in sorted(rows, key=lambda row: int(row[0])):
        yield _insert_letters.of(1).bind(
            conversation_id=conversation_id,
            channel=channel,
            event_id=event_id,
            language=language,
            said_at=to_micros(now),
            not_before=None,
            leased_until=None,
            say_0=say,
        )
        with suppress(StoreError):  # it cannot be read by this release, and shows an apology without buttons
            yield from now_shown(conversation_id, decode_say(say).choices)
    return tuple(dict.fromkeys(row[-1] for row in rows))


def delivered(letter_ids: Sequence[int]) -> Work[int]:
    """Delete letters that are out; how many."""
    deleted = 0
    for batch in _batches(letter_ids):
        deleted += len((yield _delete_letters.of(len(batch)).bind(**batch)))
    return deleted


def release(letter_ids: Sequence[int]) -> Work[int]:
    """Give leases back without having tried; how many."""
    released = 0
    for batch in _batches(letter_ids):
        released += len((yield _release_letters.of(len(batch)).bind(**batch)))
    return released


def retry(letter_id: int, not_before: datetime, error: str) -> Work[bool]:
    """Note a failed try; the letter and those behind it wait until `not_before`. False: it is gone."""
    rows = yield _postpone_letter.bind(letter_id=letter_id, until=to_micros(not_before), error=error)
    return bool(rows)


def give_up(letter_id: int, at: datetime, error: str) -> Work[bool]:
    """Never send a letter; those behind it go on. The row stays for operators. False: it is gone."""
    rows = yield _kill_letter.bind(letter_id=letter_id, at=to_micros(at), error=error)
    return bool(rows)


def after(channel: str, address: str, letter_id: int, limit: int) -> Work[tuple[Letter, ...]]:
    """The first letters kept for a resident to read that are newer than `letter_id`, in order."""
    rows = yield _select_after.bind(channel=channel, address=address, letter_id=letter_id, limit=limit)
    return tuple(_readable(rows))


def for_event(channel: str, address: str, event_id: str) -> Work[tuple[Letter, ...]]:
    """What answers one event of a resident, as far as it is still here, in order."""
    rows = yield _select_for_event.bind(channel=channel, address=address, event_id=event_id)
    return tuple(_readable(rows))


def dead(limit: int) -> Work[tuple[DeadLetter, ...]]:
    """The letters given up last, newest first."""
    rows = yield _select_dead.bind(limit=limit)
    return tuple(
        DeadLetter(letter_id, channel, from_micros(said_at), from_micros(dead_at), attempts, error or "")
        for letter_id, channel, said_at, dead_at, attempts, error in rows
    )


def _micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


_BATCH = 64


def _batches(letter_ids: Sequence[int]) -> Iterable[dict[str, int]]:
    """Ids as named parameters, each batch filled up to a power of two with its last id: few shapes of
    SQL serve every number of ids."""
    for start in range(0, len(letter_ids), _BATCH):
        part = letter_ids[start : start + _BATCH]
        size = 1 << (len(part) - 1).bit_length()
        yield {f"id_{place}": part[min(place, len(part) - 1)] for place in range(size)}


def _readable(rows: Rows) -> Iterable[Letter]:
    for row in rows:
        try:
            yield _letter(*row)
        except (StoreError, ValueError):
            _log.exception("outbox.unreadable letter_id=%d", row[0])


def _letter(
    letter_id: int,
    conversation_id: int,
    channel: str,
    address: str,
    event_id: str | None,
    language: str,
    say: str,
    said_at: int,
    attempts: int,
) -> Letter:
    return Letter(
        id=letter_id,
        conversation_id=conversation_id,
        channel=channel,
        address=address,
        event_id=event_id,
        language=Language(language),
        say=decode_say(say),
        said_at=from_micros(said_at),
        attempts=attempts,
    )


_SHARED = ("conversation_id", "channel", "event_id", "language", "said_at", "not_before", "leased_until")


@QueryFamily
def _insert_letters(_: Dialect, count: int) -> Executable:
    shared: dict[str, Any] = {name: bindparam(name) for name in _SHARED}
    shared["attempts"] = literal_column("0")
    rows = [shared | {"say": bindparam(f"say_{place}")} for place in range(count)]
    return insert(outbox).values(rows).returning(outbox.c.id)


@QueryFamily
def _lease_letters(_: Dialect, channel_count: int) -> Executable:
    head, earlier = outbox.alias("head"), outbox.alias("earlier")
    is_behind = exists().where(
        earlier.c.conversation_id == head.c.conversation_id,
        earlier.c.id < head.c.id,
        is_pending(earlier),
        is_in_line(earlier),
    )
    heads = (
        select(head.c.id)
        .where(
            is_pending(head),
            head.c.not_before <= bindparam("now"),
            or_(head.c.leased_until.is_(None), head.c.leased_until <= bindparam("now")),
            head.c.channel.in_([bindparam(f"channel_{place}") for place in range(channel_count)]),
            ~is_behind,
        )
        .order_by(head.c.not_before, head.c.id)
        .limit(bindparam("limit"))
        .with_for_update(of=head, skip_locked=True)
    )
    # A CTE is read once; a subquery PostgreSQL may read again, and lease more than the limit.
    chosen = heads.cte("heads")
    leased = update(outbox).values(leased_until=bindparam("until"))
    return leased.where(outbox.c.id.in_(select(chosen.c.id))).returning(*_LETTER)


@QueryFamily
def _take_due(_: Dialect, channel_count: int) -> Executable:
    is_due = is_pending(outbox) & (outbox.c.not_before <= bindparam("now"))
    is_here = outbox.c.channel.in_([bindparam(f"channel_{place}") for place in range(channel_count)])
    due = select(outbox.c.id).where(is_due, is_here).order_by(outbox.c.not_before).limit(bindparam("limit"))
    chosen = due.with_for_update(skip_locked=True).cte("due")
    columns = (outbox.c.conversation_id, outbox.c.channel, outbox.c.event_id, outbox.c.language, outbox.c.say)
    return delete(outbox).where(outbox.c.id.in_(select(chosen.c.id))).returning(*columns, _ADDRESS)


@QueryFamily
def _delete_letters(_: Dialect, count: int) -> Executable:
    return delete(outbox).where(_is_one_of(count)).returning(outbox.c.id)


@QueryFamily
def _release_letters(_: Dialect, count: int) -> Executable:
    return update(outbox).values(leased_until=null()).where(_is_one_of(count)).returning(outbox.c.id)


@Query
def _postpone_letter(_: Dialect) -> Executable:
    tried = {"attempts": outbox.c.attempts + literal_column("1"), "leased_until": null()}
    waits = update(outbox).values(not_before=bindparam("until"), last_error=bindparam("error"), **tried)
    return waits.where(outbox.c.id == bindparam("letter_id"), is_pending(outbox)).returning(outbox.c.id)


@Query
def _kill_letter(_: Dialect) -> Executable:
    dies = update(outbox).values(dead_at=bindparam("at"), last_error=bindparam("error"), leased_until=null())
    return dies.where(outbox.c.id == bindparam("letter_id"), is_pending(outbox)).returning(outbox.c.id)


@Query
def _select_after(_: Dialect) -> Executable:
    is_new = outbox.c.not_before.is_(None) & (outbox.c.id > bindparam("letter_id"))
    return _letters_of_resident().where(is_new).limit(bindparam("limit"))


@Query
def _select_for_event(_: Dialect) -> Executable:
    return _letters_of_resident().where(outbox.c.event_id == bindparam("event_id"))


@Query
def _select_dead(_: Dialect) -> Executable:
    columns = (
        outbox.c.id,
        outbox.c.channel,
        outbox.c.said_at,
        outbox.c.dead_at,
        outbox.c.attempts,
        outbox.c.last_error,
    )
    given_up = select(*columns).where(outbox.c.dead_at.is_not(None))
    return given_up.order_by(outbox.c.dead_at.desc(), outbox.c.id.desc()).limit(bindparam("limit"))


_ADDRESS = select(conversations.c.address).where(conversations.c.id == outbox.c.conversation_id).scalar_subquery()
_LETTER = (
    outbox.c.id,
    outbox.c.conversation_id,
    outbox.c.channel,
    _ADDRESS,
    outbox.c.event_id,
    outbox.c.language,
    outbox.c.say,
    outbox.c.said_at,
    outbox.c.attempts,
)


def _letters_of_resident() -> Select[Any]:
    theirs = (conversations.c.channel == bindparam("channel")) & (conversations.c.address == bindparam("address"))
    conversation_id = select(conversations.c.id).where(theirs).scalar_subquery()
    return select(*_LETTER).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.id)


def _is_one_of(count: int) -> ColumnElement[bool]:
    return outbox.c.id.in_([bindparam(f"id_{place}") for place in range(count)])
