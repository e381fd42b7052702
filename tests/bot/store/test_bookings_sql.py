"""The statements of bookings: none reads a table through, however many old bookings there are."""

from __future__ import annotations

import sqlite3
from types import ModuleType

import pytest

from bot.store import (
    booking_audit,
    booking_rows,
    bookings,
    guesses,
    holds,
    lone_seat,
    overrides,
    reminders,
    seats,
    waitlist,
    wishes,
)
from bot.store.postgres import DIALECT as POSTGRESQL
from bot.store.query import Query
from bot.store.sqlite import DIALECT as SQLITE
from tests.bot.store.steps import ON_SQLITE, path_of

MODULES: tuple[ModuleType, ...] = (
    booking_audit, booking_rows, bookings, guesses, holds, lone_seat, overrides, reminders, seats, waitlist, wishes,
)  # fmt: skip
QUERIES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": query
    for module in MODULES
    for name, query in vars(module).items()
    if isinstance(query, Query)
}
# Few rows at most: switches, reminders, lines; or all of them on purpose: the auditor's seats.
READS_EVERYTHING_ON_PURPOSE = {
    "overrides._select_stops",
    "booking_audit._select_seats",
    "booking_audit._select_waits",
    "reminders._delete_past",
    "waitlist._select_slots",
}
# Of no use where the database is in this process, and not to be had: SQLite has no INSERT in a WITH.
SAVES_A_TRIP = {"lone_seat._insert_seated"}
IS_HARMLESS = ("SCAN number", "SCAN CONSTANT ROW", "SCAN over", "SCAN 3 CONSTANT ROWS")
SORTS_FEW = {"seats._select_slot", "waitlist._select_line"}


@pytest.mark.parametrize("name", QUERIES)
def test_every_statement_is_sql_for_both_databases(name: str) -> None:
    assert QUERIES[name].compiled(POSTGRESQL).sql
    assert bool(QUERIES[name].compiled(SQLITE).sql) is (name not in SAVES_A_TRIP)


@ON_SQLITE
@pytest.mark.anyio
async def test_no_statement_reads_through_a_table_or_sorts_it(url: str) -> None:
    connection = sqlite3.connect(path_of(url))
    slow = {}
    for name in QUERIES.keys() - READS_EVERYTHING_ON_PURPOSE - SAVES_A_TRIP:
        sql, names, _ = QUERIES[name].compiled(SQLITE)
        lines = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * len(names))]
        slow[name] = [
            line
            for line in lines
            if ("SCAN" in line and not line.startswith(IS_HARMLESS))
            or ("TEMP B-TREE" in line and name not in SORTS_FEW)
        ]
    connection.close()
    assert {name: lines for name, lines in slow.items() if lines} == {}


@pytest.mark.parametrize("name", ["holds._end_holds", "holds._end_holds_of_slot"])
def test_what_is_over_is_ended_past_locked_rows(name: str) -> None:
    assert "FOR UPDATE OF bookings SKIP LOCKED" in QUERIES[name].compiled(POSTGRESQL).sql
