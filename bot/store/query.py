"""A query: built with SQLAlchemy Core, compiled once a database, then bound with plain values.

Executing through SQLAlchemy costs three to four times the driver; here it only builds. A statement
knows its query and its values, and the engine asks for the SQL in its own dialect, so one set of
queries serves every database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

from sqlalchemy import Executable, TableClause
from sqlalchemy.engine import Dialect as SqlDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert


class Upsert(Protocol):
    """The INSERT with ON CONFLICT that SQLite and PostgreSQL share; SQLAlchemy has one class for each."""

    @property
    def excluded(self) -> Any: ...
    def values(self, *args: Any, **kwargs: Any) -> Upsert: ...
    def on_conflict_do_nothing(self) -> Upsert: ...
    def on_conflict_do_update(self, *, index_elements: Sequence[str], set_: Mapping[str, Any]) -> Upsert: ...
    def returning(self, *columns: Any) -> ReturningInsert[Any]: ...


@dataclass(frozen=True, eq=False)
class Dialect:
    """What differs between databases: how SQL is written, which INSERT knows ON CONFLICT, and whether every
    writing work runs alone anyway, so that it needs no locks."""

    sql: SqlDialect
    insert: Callable[[TableClause], Upsert]
    has_one_writer: bool = False


class Compiled(NamedTuple):
    """A query in one dialect. `names` is the order of its parameters, `constants` those it brings itself.

    An empty `sql` is a query this database has no need of: the engine answers it with no rows.
    """

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the order the driver wants them."""
        known = {**self.constants, **values} if self.constants else values
        return tuple([known[name] for name in self.names])


class Statement(NamedTuple):
    """A query with its values: what a unit of work asks an engine to run."""

    query: Query
    values: Mapping[str, Any]


class Query:
    """Made by decorating a function from dialect to SQLAlchemy statement; the function runs once a dialect.

    It gives None where a database has no need of the query.
    """

    def __init__(self, build: Callable[[Dialect], Executable | None], name: str = "") -> None:
        self.name = name or build.__name__
        self._build = build
        self._compiled: dict[Dialect, Compiled] = {}

    def __repr__(self) -> str:
        return f"<Query {self.name}>"

    def bind(self, **values: Any) -> Statement:
        """The query with a value for each of its parameters."""
        return Statement(self, values)

    def compiled(self, dialect: Dialect) -> Compiled:
        """The SQL for one database, compiled at the first call."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = _compile(self._build(dialect), dialect)
        return found


class QueryFamily:
    """Queries alike but for a number, such as how many values they take; decorates a function of dialect and number."""

    def __init__(self, build: Callable[[Dialect, int], Executable]) -> None:
        self.name = build.__name__
        self._build = build
        self._queries: dict[int, Query] = {}

    def of(self, count: int) -> Query:
        """The query for this number."""
        found = self._queries.get(count)
        if found is None:
            found = self._queries[count] = Query(lambda dialect: self._build(dialect, count), f"{self.name}[{count}]")
        return found


def _compile(statement: Executable | None, dialect: Dialect) -> Compiled:
    if statement is None:
        return Compiled("", (), {})
    compiler = cast("SQLCompiler", statement.compile(dialect=dialect.sql))  # type: ignore[attr-defined]
    constants = {name: bind.value for bind, name in compiler.bind_names.items() if not bind.required}
    return Compiled(compiler.string, tuple(compiler.positiontup or ()), constants)
