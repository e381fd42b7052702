"""What MADOGUCHI_DATABASE_URL names: a SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

_FORMS = "use sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
_OPTIONS = ("host", "ssl", "pool_size")
_POOL_SIZE = 8
_MOST_POOL_SIZE = 200


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file on this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database on a PostgreSQL server; what is None is left to the driver's own defaults.

    `host` may be the folder of a Unix socket. `pool_size` is how many connections one replica may hold.
    """

    database: str
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ssl: str | None = None
    pool_size: int = _POOL_SIZE

    def __str__(self) -> str:
        host = self.host or "the local server"
        return f"PostgreSQL {host}{f':{self.port}' if self.port else ''}/{self.database}"

    def connect_options(self) -> dict[str, str | int]:
        """What the driver's `connect` takes."""
        options = {
            "database": self.database,
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "ssl": self.ssl,
        }
        return {name: value for name, value in options.items() if value is not None}


def read_address(url: str) -> SqliteFile | PostgresDatabase:
    """The database an address names. StoreError, without the password, if it names none this desk knows."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise StoreError(f"MADOGUCHI_DATABASE_URL: the database address cannot be read: {_FORMS}") from fault
    match parsed.drivername:
        case "sqlite" | "sqlite+aiosqlite" if parsed.database not in (None, "", ":memory:"):
            return SqliteFile(Path(str(parsed.database)))
        case "postgresql" | "postgresql+asyncpg" if parsed.database:
            return _postgres(parsed, parsed.database)
    raise _refused(parsed, f"not a database this desk knows: {_FORMS}")


def _postgres(url: URL, database: str) -> PostgresDatabase:
    options = {name: str(value) for name, value in url.query.items()}
    if unknown := options.keys() - _OPTIONS:
        raise _refused(url, f"unknown option {min(unknown)}: {', '.join(_OPTIONS)} are known")
    return PostgresDatabase(
        database,
        host=url.host or options.get("host"),
        port=url.port,
        user=url.username,
        password=url.password,
        ssl=options.get("ssl"),
        pool_size=_pool_size(url, options.get("pool_size", str(_POOL_SIZE))),
    )


def _pool_size(url: URL, written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= _MOST_POOL_SIZE:
        raise _refused(url, f"pool_size must be a number from 1 to {_MOST_POOL_SIZE}")
    return int(written)


def _refused(url: URL, problem: str) -> StoreError:
    return StoreError(f"MADOGUCHI_DATABASE_URL: {url.set(query={}).render_as_string()}: {problem}")
