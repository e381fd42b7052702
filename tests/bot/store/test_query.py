"""The statements themselves: their SQL on each database, and that none of them reads a table through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Executable, bindparam, literal, select

from bot.store.postgres import DIALECT as POSTGRESQL
from bot.store.query import Dialect, Query, QueryFamily
from bot.store.sqlite import DIALECT as SQLITE
from tests.bot.store.steps import ON_SQLITE, every_query, path_of

READS_EVERYTHING_ON_PURPOSE = {"_select_feedback", "_select_version", "_select_all", "_delete_all"}
QUERIES = every_query()
NOTHING_ON_SQLITE = {"_lock", "_try_lock"}


@Query
def echo(_: Dialect) -> Executable:
    return select(bindparam("second"), bindparam("first"), literal(7))


@QueryFamily
def several(_: Dialect, count: int) -> Executable:
    return select(*(bindparam(f"value_{place}") for place in range(count)))


def test_values_stand_in_the_order_the_sql_wants_with_the_querys_own_among_them() -> None:
    query, values = echo.bind(first="a", second="b")
    assert query.compiled(SQLITE).arguments(values) == ("b", "a", 7)


def test_a_forgotten_value_is_an_error() -> None:
    query, values = echo.bind(first="a")
    with pytest.raises(KeyError, match="second"):
        query.compiled(SQLITE).arguments(values)


def test_a_query_is_compiled_once_for_each_database() -> None:
    assert echo.compiled(SQLITE) is echo.compiled(SQLITE)
    assert echo.compiled(POSTGRESQL) is not echo.compiled(SQLITE)


def test_a_family_has_one_query_for_each_number() -> None:
    assert several.of(2) is several.of(2)
    assert several.of(3).compiled(SQLITE).names == ("value_0", "value_1", "value_2")
    assert repr(several.of(3)) == "<Query several[3]>"


@pytest.mark.parametrize("name", QUERIES)
def test_every_statement_is_sql_for_postgresql_too(name: str) -> None:
    compiled = QUERIES[name].compiled(POSTGRESQL)
    assert "?" not in compiled.sql
    assert compiled.sql
    assert (QUERIES[name].compiled(SQLITE).sql == "") == (name in NOTHING_ON_SQLITE)
    assert set(QUERIES[name].compiled(SQLITE).names) - set(compiled.names) <= {"param_1"}  # SQLite's LIMIT … OFFSET 0


def test_work_is_claimed_past_locked_rows_where_there_are_row_locks() -> None:
    claim = QUERIES["_lease_letters[3]"]
    assert "FOR UPDATE OF head SKIP LOCKED" in claim.compiled(POSTGRESQL).sql
    assert "FOR UPDATE" not in claim.compiled(SQLITE).sql


@pytest.fixture
def connection(url: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path_of(url))
    yield connection
    connection.close()


def plan_of(connection: sqlite3.Connection, name: str) -> str:
    sql, names, _ = QUERIES[name].compiled(SQLITE)
    return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * len(names)))


@ON_SQLITE
@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(QUERIES.keys() - READS_EVERYTHING_ON_PURPOSE - NOTHING_ON_SQLITE))
async def test_no_statement_reads_through_a_table_or_sorts_it(connection: sqlite3.Connection, name: str) -> None:
    plan = plan_of(connection, name)
    for few in ("SCAN 3 CONSTANT ROWS", "SCAN heads", "SCAN due"):  # what a claim has just chosen
        plan = plan.replace(few, "")
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


@ON_SQLITE
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "indexes"),
    [
        ("_select_conversation", ("conversations_1", "outbox_line")),
        ("_lease_letters[3]", ("outbox_due", "outbox_line", "PRIMARY KEY")),
        ("_delete_letters[3]", ("PRIMARY KEY",)),
        ("_select_after", ("outbox_conversation",)),
        ("_select_for_event", ("outbox_conversation",)),
        ("_select_dead", ("outbox_dead",)),
        ("_delete_marks[3]", ("inbox_received",)),
        ("_delete_silent", ("conversations_last_event",)),
        ("_delete_old", ("unanswered_expires", "unanswered_last")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_statement_goes_through_the_index_made_for_it(
    connection: sqlite3.Connection, name: str, indexes: tuple[str, ...]
) -> None:
    plan = plan_of(connection, name)
    assert [index for index in indexes if index not in plan] == []
