from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.address import PostgresDatabase, SqliteFile, read_address
from bot.store.engine import engine_at, sqlite_path
from bot.store.postgres import PostgresEngine


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sqlite+aiosqlite:////srv/desk.sqlite3", SqliteFile(Path("/srv/desk.sqlite3"))),
        ("postgresql+asyncpg://desk:a%40b@db:5433/d", PostgresDatabase("d", "db", 5433, "desk", "a@b")),
        ("postgresql://db/d", PostgresDatabase("d", "db")),
        ("postgresql+asyncpg://db/d?ssl=verify-full&pool_size=20", PostgresDatabase("d", "db", ssl="verify-full", pool_size=20)),
        ("postgresql+asyncpg://desk@/d?host=/run/postgresql", PostgresDatabase("d", "/run/postgresql", user="desk")),
    ],
    ids=["a file", "a server with a password", "a server alone", "with options", "a socket"],
)  # fmt: skip
def test_an_address_names_a_database(url: str, address: object) -> None:
    assert read_address(url) == address


def test_a_server_gets_the_engine_for_it() -> None:
    assert isinstance(engine_at("postgresql+asyncpg://db/d"), PostgresEngine)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("pool_size=0", "pool_size must be a number from 1 to 200"),
        ("pool_size=201", "pool_size must be a number from 1 to 200"),
        ("pool_size=many", "pool_size must be a number from 1 to 200"),
        ("pool_size=1&pool_size=2", "pool_size must be"),
        ("sslmode=require", "unknown option sslmode: host, ssl, pool_size are known"),
    ],
)
def test_a_wrong_option_is_named_with_the_setting_and_without_the_password(options: str, says: str) -> None:
    with pytest.raises(StoreError, match=f"MADOGUCHI_DATABASE_URL: .*{says}") as refused:
        read_address(f"postgresql+asyncpg://desk:hunter2@db/d?{options}")
    assert "hunter2" not in str(refused.value)


def test_an_address_without_a_database_is_refused() -> None:
    with pytest.raises(StoreError, match=r"MADOGUCHI_DATABASE_URL: .*HOST/DATABASE"):
        read_address("postgresql+asyncpg://desk:hunter2@db")


def test_neither_its_words_nor_its_repr_hold_the_password() -> None:
    address = read_address("postgresql+asyncpg://desk:hunter2@db:5433/d")
    assert str(address) == "PostgreSQL db:5433/d"
    assert "hunter2" not in repr(address)


def test_a_server_is_no_file() -> None:
    with pytest.raises(StoreError, match="is no file"):
        sqlite_path("postgresql+asyncpg://desk:hunter2@db/d")
