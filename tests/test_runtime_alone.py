"""The service runs with nothing but what its lock file names: what the tests bring along is hidden from it here."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDS_THE_READER = {"counter_agent.pcsc", "counter_agent.reader_jobs"}
RUN_BY_ALEMBIC = "bot.store.migrations.env"
HIDING = """
import sys

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r} outside the tests", name=name)

HIDDEN = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Hiding())
"""
IMPORT_ALL = """
import importlib
for name in sys.argv[2].split(","):
    importlib.import_module(name)
"""
MIGRATE = """
from bot.store.migrations import check, migrate
migrate(sys.argv[2])
check(sys.argv[2])
"""


def locked(kind: str) -> set[str]:
    """The distributions a lock file names."""
    lines = (ROOT / "requirements" / f"{kind}.lock").read_text(encoding="utf-8").splitlines()
    return {_bare(found[1]) for line in lines if (found := re.match(r"([A-Za-z0-9._-]+)==", line))}


def _bare(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def hidden() -> str:
    """The modules that only distributions of the tests bring."""
    runtime = locked("runtime") | {"madoguchi"}
    brought = {module: {_bare(one) for one in by} for module, by in packages_distributions().items()}
    return ",".join(sorted(module for module, by in brought.items() if not by & runtime))


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", HIDING + code, hidden(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)


def test_what_the_tests_bring_is_hidden() -> None:
    assert {"pytest", "hypothesis", "playwright"} <= set(hidden().split(","))
    assert "No module named 'pytest'" in run("import pytest").stderr


def test_every_module_is_imported_with_what_the_lock_names() -> None:
    files = (file for room in ("bot", "counter_agent") for file in (ROOT / room).rglob("*.py"))
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files}
    wanted = {name for name in names if not name.startswith(RUN_BY_ALEMBIC) and not name.endswith("__main__")}
    ran = run(IMPORT_ALL, ",".join(sorted(wanted - NEEDS_THE_READER)))
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_database_is_made_with_what_the_lock_names(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.new_database()
        request.addfinalizer(lambda: server.drop(url))
    ran = run(MIGRATE, url)
    assert ran.returncode == 0, ran.stderr
