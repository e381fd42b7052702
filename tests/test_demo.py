"""`script/demo` in a checkout where another one runs leaves the other's database alone."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def database(taken: int) -> Iterator[Path]:
    """The database of the demo on that port."""
    file = ROOT / "var" / f"demo-{taken}.db"
    file.parent.mkdir(exist_ok=True)
    file.write_text("in use")
    yield file
    file.unlink(missing_ok=True)


def demo(port: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "script/demo"), "--port", port]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_demo_on_a_taken_port_says_so_and_deletes_nothing(taken: int, database: Path) -> None:
    ended = demo(str(taken))
    assert ended.returncode == 2
    assert f"port {taken} is taken" in ended.stderr
    assert database.read_text() == "in use"


def test_a_port_that_is_none_is_refused() -> None:
    assert demo("eighty").returncode == 2
