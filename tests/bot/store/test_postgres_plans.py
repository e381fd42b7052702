"""PostgreSQL plans each statement once, not knowing the values: on tables with rows in them every plan takes an index.

That a plan could take one (`test_postgres`) is not enough: a server that guesses badly reads a table through.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.store.postgres import DIALECT, SESSION
from tests.bot.store.steps import ON_POSTGRESQL, every_query
from tests.bot.store.test_bookings_sql import QUERIES, READS_EVERYTHING_ON_PURPOSE

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

ROWS = 20_000
LARGE = ("bookings", "seats", "outbox", "conversations", "inbox")
FILL = f"""
WITH n AS (SELECT generate_series(1::bigint, {ROWS}) AS n), conversation AS (
  INSERT INTO conversations (channel, address, state, created_at, last_event_at)
  SELECT 'line', 'a' || n, '{{}}', n * 1000000, n * 1000000 FROM n
), mark AS (
  INSERT INTO inbox SELECT 'line', 'e' || n, n * 1000000 FROM n
), booking AS (
  INSERT INTO bookings (id, ticket, service, status, version, slots, party, starts_at, ends_at, channel, language,
    reminders, remind_at, entered_by, created_at, changed_at, held_until)
  SELECT n, 'OLD' || n, 'points', CASE n % 500 WHEN 0 THEN 'held' ELSE 'done' END, 3, '[]', 1, n * 60000000,
    n * 60000000 + 1, 'line', 'ja', '', '', 'chat', 0, 0, CASE n % 500 WHEN 0 THEN n * 60000000 END FROM n
)
INSERT INTO seats SELECT 'points', (n / 30) * 1800000000, n % 30, n FROM n;
INSERT INTO outbox (conversation_id, channel, event_id, language, say, said_at, not_before, attempts)
  SELECT id, 'line', 'e' || id, 'ja', '{{}}', id, CASE id % 500 WHEN 0 THEN id END, 0 FROM conversations;
UPDATE bookings SET conversation_id = (SELECT min(id) FROM conversations) + id % 200;
"""


@pytest.fixture
async def filled(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A desk that has seen many residents; some hold seats, some are written to."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=SESSION)
    await connection.execute(FILL)
    await connection.execute("VACUUM ANALYZE")
    yield connection
    await connection.close()


@ON_POSTGRESQL
async def test_no_plan_reads_a_large_table_through(filled: asyncpg.Connection) -> None:
    read_through = {}
    queries = {**every_query(), **QUERIES}
    for name in queries.keys() - READS_EVERYTHING_ON_PURPOSE:
        compiled = queries[name].compiled(DIALECT)
        nothing = f"({', '.join(['NULL'] * len(compiled.names))})" if compiled.names else ""
        await filled.execute(f"PREPARE asked AS {compiled.sql}")
        plan = [row[0].strip() for row in await filled.fetch(f"EXPLAIN EXECUTE asked{nothing}")]
        await filled.execute("DEALLOCATE asked")
        read_through[name] = [line for line in plan if any(f"Seq Scan on {table}" in line for table in LARGE)]
    assert len(read_through) > len(LARGE)
    assert {name: lines for name, lines in read_through.items() if lines} == {}
