"""Start-up of `madoguchi ask` against the sum of the imports it needs, and the memory of `serve` at rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from bench.report import Table, machine, percentile

LIBRARIES = """
import argparse, json, logging, unicodedata
import jinja2, jinja2.sandbox, numpy, rapidfuzz, rapidfuzz.distance
from sudachipy import Dictionary, SplitMode
Dictionary(dict="core").tokenizer().tokenize("何時まで開いてますか", SplitMode.A)
"""
ALL = LIBRARIES + "import bot.__main__, bot.commands.ask"


def seconds(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def measure_startup(runs: int) -> Table:
    ask = [
        str(Path(sys.executable).with_name("madoguchi")),
        "ask",
        "何時まで開いてますか",
        "--as-of",
        "2022-07-01",
        "--json",
    ]
    floors = ([sys.executable, "-c", ALL], [sys.executable, "-c", LIBRARIES])
    rounds = [[seconds(command) for command in (ask, *floors)] for _ in range(runs + 1)][1:]
    table = Table(
        "Start-up of `madoguchi ask`",
        f"{machine()}. Whole processes, {runs} rounds in turns, medians; the index was kept by the start before. "
        "The floors load the Sudachi core dictionary and import what `ask` needs: all of it, or the libraries alone.",
        ("`madoguchi ask` s", "its imports s", "ratio", "libraries alone s", "ratio"),
    )
    mine, imports, libraries = (percentile(column, 50) for column in zip(*rounds, strict=True))
    to_all = percentile([one[0] / one[1] for one in rounds], 50)
    to_libraries = percentile([one[0] / one[2] for one in rounds], 50)
    table.add(f"{mine:.2f}", f"{imports:.2f}", f"{to_all:.2f}", f"{libraries:.2f}", f"{to_libraries:.2f}")
    return table


def measure_memory() -> Table:
    table = Table(
        "Memory at rest",
        f"{machine()}. `madoguchi serve` with the web chat and the Sudachi core dictionary: resident memory after one answered question.",
        ("resident MB", "of it file-backed (dictionary, libraries) MB"),
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "MADOGUCHI_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/m.db",
            "MADOGUCHI_PORT": "0",
        }
        serve = [str(Path(sys.executable).with_name("madoguchi")), "serve"]
        with subprocess.Popen(
            serve, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            assert server.stdout is not None
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address is not None
            ask_over_http(address[0])
            status = Path(f"/proc/{server.pid}/status").read_text()
            server.terminate()
    resident, backed = (int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1000 for name in ("VmRSS", "RssFile"))  # type: ignore[index]
    table.add(f"{resident:.0f}", f"{backed:.0f}")
    return table


def ask_over_http(address: str) -> None:
    body = '{"event_id": "bench-1", "text": "何時まで開いてますか"}'.encode()
    request = urllib.request.Request(f"{address}webchat/v1/messages", body, {"content-type": "application/json"})
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request) as response:
                response.read()
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main(arguments: Sequence[str]) -> None:
    print(measure_startup(5 if "--quick" in arguments else 11))
    print(measure_memory())


if __name__ == "__main__":
    main(sys.argv[1:])
