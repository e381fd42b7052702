"""`script/demo`: the whole service with its counter, and nothing of it left behind; other demos are left alone."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
_WITHIN_S = 60.0
_ADDRESSES = (r"the web chat is at (http://\S+)", r"the counter's page is at (http://\S+)")


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


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "script/demo"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@dataclass
class Running:
    """A demo with the addresses it printed."""

    process: subprocess.Popen[str]
    chat: str
    counter: str

    def ends(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)


@contextmanager
def running_demo() -> Iterator[Running]:
    """A demo on free ports; its files are deleted at the end."""
    command = [str(ROOT / "script/demo"), "--port", "0", "--counter-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    started = Running(process, "", "")
    try:
        started.chat, started.counter = addresses(process)
        yield started
    finally:
        started.ends()
        assert process.stdout is not None
        process.stdout.close()
        forget(urlsplit(started.chat).port)


def addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it prints once it can be used."""
    said = ""
    deadline = time.monotonic() + _WITHIN_S
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        found = [re.search(pattern, said) for pattern in _ADDRESSES]
        if all(found):
            chat, counter = (one[1] for one in found if one)
            return chat, counter
        assert time.monotonic() < deadline, said
    raise AssertionError(f"the demo ended: {said}")


def forget(port: int | None) -> None:
    for file in (ROOT / "var").glob(f"demo-{port}.db*"):
        file.unlink()
    shutil.rmtree(ROOT / "var" / f"demo-{port}-counter", ignore_errors=True)


def is_free(address: str) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) != 0


def test_a_demo_on_a_taken_port_says_so_and_deletes_nothing(taken: int, database: Path) -> None:
    ended = demo("--port", str(taken))
    assert ended.returncode == 2
    assert f"port {taken} is taken" in ended.stderr
    assert database.read_text() == "in use"


def test_a_counter_on_a_taken_port_says_how_to_choose_another(taken: int) -> None:
    ended = demo("--port", "0", "--counter-port", str(taken))
    assert ended.returncode == 2
    assert "--counter-port PORT" in ended.stderr


def test_a_port_that_is_none_is_refused() -> None:
    assert demo("--port", "eighty").returncode == 2


def test_the_clerk_signs_in_and_has_visitors_to_expect_and_all_ends_together() -> None:
    with running_demo() as started:
        assert httpx.get(started.chat, trust_env=False).status_code == 200
        page = clerks_page(started.counter)
        tickets = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page))
        assert len(tickets) == 3, page
        assert started.ends() == 143
        assert is_free(started.chat)
        assert is_free(started.counter)


def test_a_demo_that_is_killed_outright_leaves_nothing_running() -> None:
    with running_demo() as started:
        started.process.kill()
        started.process.wait(timeout=30)
        deadline = time.monotonic() + _WITHIN_S
        while not (is_free(started.chat) and is_free(started.counter)):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def clerks_page(address: str) -> str:
    """What the clerk sees first, once the list has come."""
    origin = address.rstrip("/")
    with httpx.Client(base_url=origin, trust_env=False, follow_redirects=True) as clerk:
        signed_in = clerk.post(
            "/sign-in", data={"number": "demo", "password": "demonstration"}, headers={"Origin": origin}
        )
        assert signed_in.status_code == 200, signed_in.text
        deadline = time.monotonic() + _WITHIN_S
        while not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page := clerk.get("/fragment/clerk").text):
            assert time.monotonic() < deadline, page
            time.sleep(0.1)
        return page
