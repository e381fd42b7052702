"""A real PostgreSQL server for tests: an own cluster in a folder of its own on a free port, gone at the end."""

from __future__ import annotations

import asyncio
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg  # noqa: TID251  # not by way of the store that is tested with it
import pytest

from tests.ports import steady_port

NEEDED = "needs the programs of a PostgreSQL server (Debian: apt-get install postgresql)"
PASSWORD = "hunter2"
_START_TIMEOUT_S = 30.0
# Safe in a crash of the server, which tests cause; not in one of the machine, which they do not.
_FAST = ("fsync=off", "full_page_writes=off")
_ALWAYS = ("max_connections=200", "shared_buffers=64MB")


def programs() -> Path | None:
    """Where initdb and postgres are; None: not installed. Debian keeps them out of the PATH."""
    on_path = shutil.which("postgres")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda file: int(file.parts[-3]))
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgresServer:
    """One cluster. PostgreSQL refuses to run as root: then it runs as the user `postgres`."""

    def __init__(self, bin_folder: Path, *, is_fast: bool = True) -> None:
        self._bin = bin_folder
        self._settings = _ALWAYS + (_FAST if is_fast else ())
        self._user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="madoguchi-postgres-"))
        self.port = steady_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def make(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD, encoding="ascii")
        if self._user:
            for path in (self.folder, password):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        options = ("--no-sync", "-A", "scram-sha-256", "--pwfile", password, "-U", "desk", "-E", "UTF8", "--locale=C")
        self._run(self._bin / "initdb", "-D", self.folder / "data", *options)

    def start(self) -> None:
        settings = [part for setting in self._settings for part in ("-c", setting)]
        where = ("-D", self.folder / "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", *where, *settings], stdout=log, stderr=log, cwd=self.folder, **self._identity()
            )
        self._wait_until_it_answers()

    def stop(self, *, at_once: bool = False) -> None:
        """End the server: every session is cut off. `at_once` as a crash of it would, without a checkpoint."""
        if self._process is not None:
            self._process.send_signal(3 if at_once else 2)  # SIGQUIT: immediate; SIGINT: fast
            self._process.wait(timeout=60)
            self._process = None

    def remove(self) -> None:
        self.stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, password: str = PASSWORD, options: str = "") -> str:
        return f"postgresql+asyncpg://desk:{password}@127.0.0.1:{self.port}/{database}{options}"

    def new_database(self, template: str | None = None) -> str:
        """The address of a new, empty database, or of a copy of another."""
        name = f"desk_{next(self._numbers)}"
        copied = f" TEMPLATE {template}" if template else ""
        rows_of(self.url("postgres"), f"CREATE DATABASE {name}{copied}")
        return self.url(name)

    def drop(self, url: str) -> None:
        rows_of(self.url("postgres"), f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def _identity(self) -> dict[str, Any]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}

    def _run(self, *command: Path | str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._identity())

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                rows_of(self.url("postgres"), "SELECT 1")
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.05)
            else:
                return
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        raise TimeoutError(f"PostgreSQL did not answer:\n{log[-2000:]}")


def rows_of(url: str, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
    """One statement over a connection of its own; also where a loop is running already."""

    async def ask() -> Sequence[Sequence[Any]]:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return [tuple(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(ask())).result()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, one for each process that runs tests."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip(NEEDED)
    server = PostgresServer(bin_folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.remove()
