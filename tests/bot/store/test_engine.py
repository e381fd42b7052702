from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.engine import engine_at, sqlite_path
from bot.store.sqlite import SqliteEngine


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite+aiosqlite:///var/desk.sqlite3", "var/desk.sqlite3"),
        ("sqlite+aiosqlite:////srv/desk.sqlite3", "/srv/desk.sqlite3"),
        ("sqlite:///desk.sqlite3", "desk.sqlite3"),
    ],
)
def test_an_address_names_a_file(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)
    assert isinstance(engine_at(url), SqliteEngine)


@pytest.mark.parametrize(
    "url",
    [
        *("", "desk.sqlite3", "mysql://h/d", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"),
        "postgresql+asyncpg://u:p@h:abc/db",
    ],
)
def test_an_address_of_no_known_kind_says_what_to_write_and_where(url: str) -> None:
    with pytest.raises(StoreError, match=r"MADOGUCHI_DATABASE_URL: .*sqlite\+aiosqlite:///PATH"):
        engine_at(url)


def test_a_refused_address_is_shown_without_its_password() -> None:
    with pytest.raises(StoreError) as refused:
        engine_at("mysql://desk:hunter2@h/d")
    assert "hunter2" not in str(refused.value)
