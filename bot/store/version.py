"""Which migration a database is at, and whether this program can use it."""

from __future__ import annotations

from sqlalchemy import Executable, column, select, table

from bot.errors import StoreError
from bot.store.query import Dialect, Query
from bot.store.schema import VERSION
from bot.store.unit import Work


def read_version() -> Work[str]:
    """The migration the database is at; "" for none yet."""
    rows = yield _select_version.bind()
    return str(rows[0][0]) if rows else ""


def require_version(found: str, where: str) -> None:
    """Raise StoreError, saying what to do, unless the database is exactly at this program's migration."""
    require_not_newer(found, where)
    if found != VERSION:
        raise StoreError(f"{where}: at version {found or 'none'}, needs {VERSION}: run `madoguchi migrate`")


def require_not_newer(found: str, where: str) -> None:
    """Raise StoreError if the database is of a release after this one."""
    if found > VERSION:
        raise StoreError(
            f"{where}: at version {found}, this program knows only up to {VERSION}: install a newer madoguchi"
        )


@Query
def _select_version(_: Dialect) -> Executable:
    return select(column("version_num")).select_from(table("alembic_version"))
