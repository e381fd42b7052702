"""`madoguchi serve` as a whole process: it says where it is, stops when told, and names what keeps it from starting."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

MADOGUCHI = str(Path(sys.executable).with_name("madoguchi"))


@contextmanager
def serving(tmp_path: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    environment = (
        os.environ
        | {"MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/m.db", "MADOGUCHI_PORT": "0"}
        | settings
    )
    with subprocess.Popen(
        [MADOGUCHI, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = re.search(r"http://\S+/", server.stdout.readline())
        try:
            yield server, address[0] if address else ""
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=20)


def test_it_answers_over_http_and_stops_when_told(tmp_path: Path) -> None:
    with serving(tmp_path, MADOGUCHI_CLOCK="2022-07-01T10:00:00+09:00") as (server, address):
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(base_url=address, transport=transport, timeout=20) as browser:
            assert browser.get("health/live").status_code == 200
            answered = browser.post("webchat/v1/messages", json={"event_id": "1", "text": "駐車場は無料ですか"}).json()
    assert "1時間" in answered["messages"][0]["text"]
    assert server.returncode in (0, -signal.SIGTERM)


def test_telegram_out_of_reach_keeps_nothing_else_from_starting(tmp_path: Path) -> None:
    nowhere = {"MADOGUCHI_TELEGRAM_TOKEN": "1:x", "MADOGUCHI_TELEGRAM_API_URL": "http://127.0.0.1:9"}
    with serving(tmp_path, **nowhere) as (_, address):
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(base_url=address, transport=transport, timeout=20) as browser:
            assert browser.get("health/ready").status_code == 200


def test_a_taken_port_is_one_clear_line_that_names_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = os.environ | {
            "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/m.db",
            "MADOGUCHI_PORT": port,
        }
        ended = subprocess.run(
            [MADOGUCHI, "serve"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert ended.returncode == 2
    assert (
        ended.stderr.strip()
        .splitlines()[-1]
        .startswith(f"madoguchi: MADOGUCHI_PORT: cannot listen on 127.0.0.1:{port}")
    )


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"], ids=["another machine's", "nobody's"])
def test_an_address_that_is_not_this_machines_is_named_as_the_host(tmp_path: Path, host: str) -> None:
    environment = os.environ | {
        "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/m.db",
        "MADOGUCHI_HOST": host,
        "MADOGUCHI_PORT": "0",
    }
    ended = subprocess.run(
        [MADOGUCHI, "serve"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"madoguchi: MADOGUCHI_HOST: cannot listen on {host}:0")
    assert not (tmp_path / "m.db").exists()


def test_behind_a_proxy_that_is_trusted_the_cookie_is_secure(tmp_path: Path) -> None:
    opened = {"event_id": "1", "opened": True}
    client = httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=20, headers={"X-Forwarded-Proto": "https"})
    with serving(tmp_path, MADOGUCHI_TRUSTED_PROXIES="127.0.0.0/8") as (_, address), client as browser:
        answered = browser.post(f"{address}webchat/v1/messages", json=opened)
    assert answered.headers["set-cookie"].startswith("__Host-madoguchi=")
    assert "Secure" in answered.headers["set-cookie"]


def test_a_database_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    environment = os.environ | {"MADOGUCHI_DATABASE_URL": "mysql://x/y", "MADOGUCHI_PORT": "0"}
    ended = subprocess.run(
        [MADOGUCHI, "serve"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert "sqlite+aiosqlite" in ended.stderr


def test_the_console_talks_through_the_same_turn(tmp_path: Path) -> None:
    environment = os.environ | {
        "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/m.db",
        "MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00",
    }
    typed = "駐車場は無料ですか\n英語\n"
    ended = subprocess.run(
        [MADOGUCHI, "console"], env=environment, input=typed, capture_output=True, text=True, check=True, timeout=60
    )
    assert "こんにちは" in ended.stdout
    assert "1時間" in ended.stdout
    assert "I will answer in English." in ended.stdout
