"""A real pcscd with vpcd's two virtual readers, for tests and benchmarks. One a machine: a file lock makes takers wait."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

READER = "Virtual PCD 00 00"
PORTS = (35963, 35964)
_RUN = Path("/run/pcscd")
_LOCK = Path("/tmp/madoguchi-pcscd.lock")  # noqa: S108 - every checkout on the machine must find the same one
_READY_WITHIN_S = 60.0


class Pcscd:
    """The service, as it is started and stopped on a counter PC; the log is kept in a file."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    def start(self, *, has_readers: bool = True) -> None:
        """Start it and wait until it answers; without readers as on a PC whose reader is unplugged."""
        for name in ("pcscd.comm", "pcscd.pid"):
            (_RUN / name).unlink(missing_ok=True)
        self._output = self._log.open("ab")
        command = ["pcscd", "--foreground", "--info"]
        if not has_readers:
            unplugged = self._log.with_name("no-readers")
            unplugged.write_text("# no reader\n", encoding="ascii")
            command += ["--config", str(unplugged)]
        self._process = subprocess.Popen(command, stdout=self._output, stderr=subprocess.STDOUT)
        wait_for(lambda: _answers(has_readers=has_readers), "pcscd to answer", _READY_WITHIN_S)

    def stop(self) -> None:
        """End it, by force if a card keeps it from ending, and take away what it leaves behind."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        if self._output is not None:
            self._output.close()
        for name in ("pcscd.comm", "pcscd.pid"):
            (_RUN / name).unlink(missing_ok=True)

    def restart(self, *, has_readers: bool = True) -> None:
        self.stop()
        self.start(has_readers=has_readers)


def wait_for(condition: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
    """Wait until a condition holds; past the deadline the test fails by name."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {within_s:g} s for {what}")
        time.sleep(0.02)


def is_possible() -> bool:
    """Whether this machine can run it at all."""
    return bool(shutil.which("pcscd")) and os.geteuid() == 0


@contextmanager
def alone_on_the_machine() -> Iterator[None]:
    """Only one pcscd can run: other test processes wait here for their turn."""
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running_pcscd(log: Path) -> Iterator[Pcscd]:
    with alone_on_the_machine():
        pcscd = Pcscd(log)
        try:
            pcscd.start()
            yield pcscd
        finally:
            pcscd.stop()


def _answers(*, has_readers: bool) -> bool:
    """Whether it is up, and both virtual readers listen; looked up without connecting, which would place a card."""
    if not (_RUN / "pcscd.comm").exists():
        return False
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(FileNotFoundError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == "0A":
                    listening.add(int(local.rpartition(":")[2], 16))
    return not has_readers or set(PORTS) <= listening
