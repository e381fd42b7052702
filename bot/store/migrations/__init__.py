"""Brings a database to this program's version with Alembic, all or nothing.

Import it only where a database is migrated: Alembic takes longer to load than a start of the desk.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from bot.store.address import PostgresDatabase, SqliteFile, read_address
from bot.store.migrations.place import Place
from bot.store.migrations.postgres_place import PostgresPlace
from bot.store.migrations.sqlite_place import SqlitePlace
from bot.store.version import require_not_newer, require_version


def migrate(url: str) -> None:
    """Bring a database to this program's version; a SQLite file is made if it is missing.

    Doing it again, or in several processes at once, is harmless. Raises StoreError, changing nothing,
    if the database is of a newer release or cannot be used.
    """
    address = read_address(url)

    def to_newest(connection: Connection) -> None:
        require_not_newer(_version_of(connection), str(address))
        upgrade(connection, "head")

    place = place_of(address)
    place.prepare()
    place.transact(to_newest)


def check(url: str) -> None:
    """Raise StoreError, saying what to do, unless the database is at exactly this program's version."""
    address = read_address(url)
    place = place_of(address)
    place.require()
    place.transact(lambda connection: require_version(_version_of(connection), str(address)))


def place_of(address: SqliteFile | PostgresDatabase) -> Place:
    """Where the database of an address is."""
    if isinstance(address, SqliteFile):
        return SqlitePlace(address.path)
    return PostgresPlace(address)


def upgrade(connection: Connection, version: str) -> None:
    """Run the migrations up to a version over an open connection."""
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _version_of(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
