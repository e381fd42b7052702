"""What the tests of the store say in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.dialogue import Kind, Phrase, Say
from bot.language import Language
from bot.store import conversations, counters, inbox, leases, locks, outbox, rates, unanswered, version
from bot.store.query import Query, QueryFamily
from bot.store.schema import metadata
from bot.store.unit import Work
from tests.postgres import rows_of

AT = datetime(2022, 7, 1, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PUSHED = ("telegram", "line")
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
MODULES: tuple[ModuleType, ...] = (inbox, conversations, outbox, counters, unanswered, version, locks, leases, rates)


def say(key: str) -> Say:
    return Say(Kind.ANSWER, (Phrase(key),))


def posted(
    *keys: str,
    address: str = "taro",
    channel: str = "telegram",
    event_id: str | None = None,
    not_before: datetime | None = AT,
    leased_until: datetime | None = None,
) -> Work[tuple[int, ...]]:
    """Letters to a resident, who becomes known if they are not."""
    found = yield from conversations.find(channel, address)
    conversation_id = yield from conversations.save(channel, address, found.conversation, AT)
    says = [say(key) for key in keys]
    return (
        yield from outbox.put(
            conversation_id,
            channel,
            event_id,
            Language.JA,
            says,
            said_at=AT,
            not_before=not_before,
            leased_until=leased_until,
        )
    )


def kept(*keys: str, address: str = "hanako", event_id: str | None = None) -> Work[tuple[int, ...]]:
    """Letters for the web chat, which reads them itself."""
    return posted(*keys, address=address, channel="webchat", event_id=event_id, not_before=None)


def claimed(
    now: datetime = AT, *, limit: int = 50, channels: tuple[str, ...] = PUSHED
) -> Work[tuple[outbox.Letter, ...]]:
    return outbox.claim(channels, now, now + MINUTE, limit)


def keys_of(letters: Iterable[outbox.Letter]) -> list[str]:
    return [letter.say.phrases[0].key for letter in letters]


def every_query() -> Mapping[str, Query]:
    """Each statement the store can run, with families at three values."""
    found = [thing for module in MODULES for thing in vars(module).values()]
    alone = [thing for thing in found if isinstance(thing, Query)]
    families = [thing.of(3) for thing in found if isinstance(thing, QueryFamily)]
    return {query.name: query for query in (*alone, *families)}


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite+aiosqlite:///"))


def run(url: str, sql: str) -> list[tuple[Any, ...]]:
    """One statement past the engine, committed at once; its rows. Values stand in it: the two write them differently."""
    if url.startswith("postgresql"):
        return [tuple(row) for row in rows_of(url, sql)]
    connection = sqlite3.connect(path_of(url))
    try:
        with connection:
            return connection.execute(sql).fetchall()
    finally:
        connection.close()


def every_row_of(url: str) -> str:
    """All that all tables hold, as text."""
    return "\n".join(repr(run(url, f"SELECT * FROM {name}")) for name in metadata.tables)
