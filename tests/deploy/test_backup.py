"""Backup and restore as an operator runs them, of both databases, while the desk is at work."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.engine import engine_at
from bot.store.migrations import check, migrate
from tests.bot.store.steps import every_row_of, posted, run
from tests.postgres import PASSWORD, PostgresServer

ROOT = Path(__file__).parents[2]
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@dataclass
class Operator:
    """Runs the scripts on one database."""

    url: str

    def backs_up(self, folder: Path, *, at: Path = Path("/"), **settings: str) -> subprocess.CompletedProcess[str]:
        return self._runs("backup.sh", str(folder), at=at, **settings)

    def restores(self, copy: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return self._runs("restore.sh", str(copy), *options)

    def _runs(
        self, script: str, *arguments: str, at: Path = Path("/"), **settings: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "MADOGUCHI_DATABASE_URL": self.url, **settings}  # noqa: TID251 - of the script
        return subprocess.run(
            [ROOT / "deploy" / script, *arguments],
            env=environment, capture_output=True, text=True, check=False, timeout=60, cwd=at,
        )  # fmt: skip


@pytest.fixture(params=DATABASES)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the desk works, and another place that is still empty."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3", f"sqlite+aiosqlite:///{tmp_path}/new/place.sqlite3"
    else:
        if shutil.which("pg_dump") is None:
            pytest.skip("needs pg_dump")
        server: PostgresServer = request.getfixturevalue("postgres_server")
        urls = server.new_database(), server.new_database() + "?pool_size=3"
        yield urls
        for url in urls:
            server.drop(url.partition("?")[0])


@pytest.fixture
def desk(places: tuple[str, str]) -> Operator:
    """A desk that has said something."""
    migrate(places[0])
    fill(places[0], "駐車場")
    return Operator(places[0])


def fill(url: str, address: str) -> None:
    async def speaks() -> None:
        engine = engine_at(url)
        await engine.open()
        await engine.write(posted("a", "b", address=address, event_id="1"))
        await engine.close()

    asyncio.run(speaks())


def test_a_restored_copy_has_every_row_and_the_desk_goes_on_with_it(
    desk: Operator, places: tuple[str, str], tmp_path: Path
) -> None:
    made = desk.backs_up(tmp_path / "copies")
    assert made.returncode == 0, made.stderr
    restored = Operator(places[1]).restores(Path(made.stdout.strip()))
    assert restored.returncode == 0, restored.stderr
    other = places[1].partition("?")[0]
    assert every_row_of(other) == every_row_of(desk.url)
    check(other)
    fill(other, "second")
    assert run(other, "SELECT count(*) FROM outbox") == [(4,)]
    again = Operator(places[1]).backs_up(tmp_path / "copies of the other")
    assert desk.restores(Path(again.stdout.strip()), "--replace").returncode == 0
    assert every_row_of(desk.url) == every_row_of(other)


def test_a_copy_is_its_owners_alone_and_says_nothing_of_the_password(desk: Operator, tmp_path: Path) -> None:
    made = desk.backs_up(tmp_path / "copies")
    [copy] = (tmp_path / "copies").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert str(copy) == made.stdout.strip()
    assert PASSWORD not in made.stdout + made.stderr


def test_a_database_in_use_is_left_alone_unless_it_is_to_be_replaced(desk: Operator, tmp_path: Path) -> None:
    copy = Path(desk.backs_up(tmp_path / "copies").stdout.strip())
    before = every_row_of(desk.url)
    fill(desk.url, "later")
    later = every_row_of(desk.url)
    refused = desk.restores(copy)
    assert refused.returncode == 1
    assert "add --replace" in refused.stderr
    assert every_row_of(desk.url) == later
    assert desk.restores(copy, "--replace").returncode == 0
    assert every_row_of(desk.url) == before


def test_nothing_is_replaced_under_a_desk_that_is_open(desk: Operator, tmp_path: Path) -> None:
    copy = Path(desk.backs_up(tmp_path / "copies").stdout.strip())
    fill(desk.url, "later")
    before = every_row_of(desk.url)

    async def restores_meanwhile() -> subprocess.CompletedProcess[str]:
        engine = engine_at(desk.url)
        await engine.open()
        try:
            return await asyncio.to_thread(desk.restores, copy, "--replace")
        finally:
            await engine.close()

    refused = asyncio.run(restores_meanwhile())
    assert refused.returncode == 1
    assert "stop every `madoguchi serve` first" in refused.stderr
    assert every_row_of(desk.url) == before


def test_a_copy_that_is_none_changes_nothing(desk: Operator, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("大切な書類", encoding="utf-8")
    before = every_row_of(desk.url)
    refused = desk.restores(tmp_path / "letter.txt", "--replace")
    assert refused.returncode == 1
    assert "is no copy" in refused.stderr
    assert every_row_of(desk.url) == before


def test_a_copy_of_something_else_changes_nothing(desk: Operator, places: tuple[str, str], tmp_path: Path) -> None:
    other = Operator(places[1])
    made = desk.backs_up(tmp_path / "copies")
    assert other.restores(Path(made.stdout.strip())).returncode == 0
    run(other.url.partition("?")[0], "DROP TABLE alembic_version")
    foreign = tmp_path / "foreign"
    refused = other.backs_up(foreign)
    assert (refused.returncode, "holds no desk's database" in refused.stderr) == (1, True)
    copy_past_the_script(other.url, foreign / "copy")
    before = every_row_of(desk.url)
    refused = desk.restores(foreign / "copy", "--replace")
    assert (refused.returncode, "no copy of the desk's database" in refused.stderr) == (1, True)
    assert every_row_of(desk.url) == before


def copy_past_the_script(url: str, to: Path) -> None:
    """As the database's own tools make one."""
    bare = url.partition("?")[0]
    if bare.startswith("sqlite"):
        shutil.copy(bare.removeprefix("sqlite+aiosqlite:///"), to)
    else:
        command = ["pg_dump", "--format=custom", f"--file={to}", bare.replace("+asyncpg", "")]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_folder_is_meant_from_where_the_operator_stands(desk: Operator, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    made = desk.backs_up(Path("copies"), at=here)
    assert [made.stdout.strip()] == [str(one) for one in (here / "copies").iterdir()]


def test_half_a_copy_changes_nothing(desk: Operator, tmp_path: Path) -> None:
    copy = Path(desk.backs_up(tmp_path / "copies").stdout.strip())
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    before = every_row_of(desk.url)
    assert desk.restores(copy, "--replace").returncode != 0
    assert every_row_of(desk.url) == before


def test_copies_that_are_too_old_go(desk: Operator, tmp_path: Path) -> None:
    old = tmp_path / "copies" / "madoguchi-20200101T000000Z.sqlite3"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (0, 0))
    other = tmp_path / "copies" / "notes.txt"
    other.touch()
    os.utime(other, (0, 0))
    assert desk.backs_up(tmp_path / "copies", KEEP_DAYS="7").returncode == 0
    assert not old.exists()
    assert other.exists()


@pytest.mark.parametrize("url", ["", "mysql://desk:hunter2@h/d"], ids=["none", "another kind"])
def test_an_address_of_no_known_kind_says_what_to_write(url: str, tmp_path: Path) -> None:
    refused = Operator(url).backs_up(tmp_path)
    assert refused.returncode == 2
    assert "MADOGUCHI_DATABASE_URL" in refused.stderr
    assert PASSWORD not in refused.stderr


def test_a_database_that_is_missing_is_named(tmp_path: Path) -> None:
    refused = Operator(f"sqlite+aiosqlite:///{tmp_path}/none.sqlite3").backs_up(tmp_path / "copies")
    assert refused.returncode == 1
    assert "none.sqlite3: no database here" in refused.stderr
    assert list((tmp_path / "copies").iterdir()) == []
