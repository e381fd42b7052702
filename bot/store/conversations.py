"""What is remembered of each resident on each channel: one row, replaced at every turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Executable, bindparam, delete, exists, literal_column, select, update

from bot.dialogue import Conversation
from bot.store import locks
from bot.store.codec import decode_conversation, encode_conversation
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, conversations, is_in_line, is_pending, outbox
from bot.store.unit import Work


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a resident. `has_backlog`: letters are waiting, so a new one must queue behind them."""

    conversation_id: int | None = None
    conversation: Conversation = field(default_factory=Conversation)
    is_blocked: bool = False
    has_backlog: bool = False


def find(channel: str, address: str) -> Work[Found]:
    """What is known of a resident; nobody known is an empty `Found`.

    Whoever asks for the same resident next, known or not, waits until the commit.
    """
    # Before the row is read: had the SELECT itself to wait, it would see the row anew, but the letters as they were.
    yield from locks.alone("resident", channel, address)
    rows = yield _select_conversation.bind(channel=channel, address=address)
    for conversation_id, state, blocked_at, has_backlog in rows:
        return Found(conversation_id, decode_conversation(state), blocked_at is not None, bool(has_backlog))
    return Found()


def save(channel: str, address: str, conversation: Conversation, at: datetime) -> Work[int]:
    """Remember a conversation from now on; its id. Whoever speaks to us has us not blocked."""
    state = encode_conversation(conversation)
    rows = yield _upsert_conversation.bind(channel=channel, address=address, state=state, at=to_micros(at))
    return int(rows[0][0])


def mark_blocked(channel: str, address: str, at: datetime) -> Work[bool]:
    """Note that nothing can be sent to a resident until `save` next hears of them. False: nobody known."""
    rows = yield _update_blocked.bind(channel=channel, address=address, at=to_micros(at))
    return bool(rows)


def forget(channel: str, address: str) -> Work[int]:
    """Delete all that is kept about a resident on a channel; how many rows."""
    letters = yield _delete_letters_of.bind(channel=channel, address=address)
    known = yield _delete_conversation.bind(channel=channel, address=address)
    return len(letters) + len(known)


def expire(before: datetime, limit: int) -> Work[int]:
    """Delete conversations silent since before an instant, letters and all; how many. Fewer than `limit`:
    none is left. One whose booking ends after that instant, and was not cancelled, stays."""
    rows = yield _delete_silent.bind(before=to_micros(before), limit=limit)
    return len(rows)


_is_theirs = (conversations.c.channel == bindparam("channel")) & (conversations.c.address == bindparam("address"))


_is_expected = bookings.c.status.not_in([literal_column("'cancelled'"), literal_column("'expired'")]) & (
    bookings.c.ends_at > bindparam("before")
)


@Query
def _select_conversation(_: Dialect) -> Executable:
    waiting = exists().where(outbox.c.conversation_id == conversations.c.id, is_pending(outbox), is_in_line(outbox))
    columns = conversations.c.id, conversations.c.state, conversations.c.blocked_at, waiting.label("has_backlog")
    return select(*columns).where(_is_theirs).with_for_update(of=conversations, key_share=True)


@Query
def _upsert_conversation(dialect: Dialect) -> Executable:
    row = dialect.insert(conversations).values(
        channel=bindparam("channel"),
        address=bindparam("address"),
        state=bindparam("state"),
        created_at=bindparam("at"),
        last_event_at=bindparam("at"),
        blocked_at=None,
    )
    changed = {name: row.excluded[name] for name in ("state", "last_event_at", "blocked_at")}
    return row.on_conflict_do_update(index_elements=["channel", "address"], set_=changed).returning(conversations.c.id)


@Query
def _update_blocked(_: Dialect) -> Executable:
    return update(conversations).values(blocked_at=bindparam("at")).where(_is_theirs).returning(conversations.c.id)


@Query
def _delete_letters_of(_: Dialect) -> Executable:
    theirs = select(conversations.c.id).where(_is_theirs)
    return delete(outbox).where(outbox.c.conversation_id.in_(theirs)).returning(outbox.c.id)


@Query
def _delete_conversation(_: Dialect) -> Executable:
    return delete(conversations).where(_is_theirs).returning(conversations.c.id)


@Query
def _delete_silent(_: Dialect) -> Executable:
    # Whoever is to come, or waits, must still be reached: that is no old conversation.
    has_booking = exists().where(bookings.c.conversation_id == conversations.c.id, _is_expected)
    silent = (
        select(conversations.c.id)
        .where(conversations.c.last_event_at < bindparam("before"), ~has_booking)
        .order_by(conversations.c.last_event_at)
        .limit(bindparam("limit"))
    )
    # Once more outside: PostgreSQL asks only there again when it had to wait for somebody who was no longer silent.
    is_silent = (conversations.c.last_event_at < bindparam("before")) & ~has_booking
    return delete(conversations).where(conversations.c.id.in_(silent), is_silent).returning(conversations.c.id)
